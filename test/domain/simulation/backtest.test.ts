import { backtest } from '../../../src/domain/simulation/backtest';
import { isSame } from '../../../src/domain/simulation/backtest-sums';
import type { RecordedHistory, RecordedJourney, RecordedMail } from '../../../src/domain/simulation/record';
import { aDefinition, DAY, HOUR, MONDAY, someFacts } from '../../support/builders';
import { LEAD, TRUTH_RULES } from '../../support/one-truth';

const SEQUENCE = 'course';
const mail = (id: string, template = id) => ({ id, type: 'mail', template });
const wait = (id: string, time: string) => ({ id, type: 'wait', for: time });
const done = { id: 'done', type: 'end' };
const draft = (steps: readonly object[], parts: object = {}) =>
  aDefinition({ sequence: SEQUENCE, enter: { on: 'lead.created' }, steps: [...steps, done], ...parts });
const V1 = [mail('hello'), wait('rest', '2d'), mail('offer')];

const AT = MONDAY + 10 * HOUR;
const facts = someFacts();
const came = { seq: 1, type: 'lead.created', at: AT, journeyId: null, properties: {} };
const aJourney = (parts: Partial<RecordedJourney> = {}): RecordedJourney => ({
  id: 'j1',
  sequence: SEQUENCE,
  leadId: LEAD.id,
  entryKey: null,
  enteredAt: AT,
  endedAt: AT + 2 * DAY,
  outcome: 'completed',
  parentId: null,
  isByEvent: true,
  isBySweep: false,
  group: null,
  priority: 0,
  takesOver: false,
  ...parts,
});
const aMail = (step: string, at: number, parts: Partial<RecordedMail> = {}): RecordedMail => ({
  id: step,
  journeyId: 'j1',
  step,
  template: step,
  purpose: 'marketing',
  at,
  status: 'accepted',
  reason: '',
  ...parts,
});

/** Someone who came on Monday, had both mails of `V1`, and did nothing; say what was else. */
const aHistory = (parts: Partial<RecordedHistory> = {}): RecordedHistory => ({
  newcomer: {
    contact: { ...facts.contact, createdAt: AT },
    lead: { ...LEAD, stage: 'new', createdAt: AT },
    client: null,
    consents: new Map(),
    isNew: true,
  },
  events: [came],
  consents: [{ purpose: 'marketing', granted: true, source: 'form', at: AT }],
  suppression: null,
  client: null,
  journeys: [aJourney()],
  mails: [aMail('hello', AT), aMail('offer', AT + 2 * DAY)],
  deferrals: [],
  handoffs: [],
  tasks: [],
  messages: [],
  wasPaused: false,
  ...parts,
});
const setting = (steps: readonly object[], parts: object = {}) => ({
  rules: TRUTH_RULES,
  draft: draft(steps, parts),
  others: [],
  winners: [],
  since: MONDAY,
  now: MONDAY + 30 * DAY,
});
const templatesOf = ({ mails }: { readonly mails: readonly { readonly template: string }[] }) =>
  mails.map(({ template }) => template);

/** An answer to a mail. */
const anAnswer = (seq: number, type: string, sendId: string, at: number) => ({
  seq,
  type,
  at,
  journeyId: 'j1',
  properties: { sendId },
});

test('what happened is found again, and nothing is unknown', () => {
  const one = backtest(setting(V1), aHistory());
  expect(isSame(one)).toBe(true);
  expect(Object.values(one.unknown)).toEqual([0, 0, 0, 0, 0, 0]);
  expect(one.would.journeys).toEqual([{ enteredAt: AT, outcome: 'completed' }]);
});

test('who unsubscribed from a mail that the draft does not send is not mailed from then on', () => {
  const said = AT + DAY;
  const one = backtest(
    setting([mail('other'), wait('rest', '2d'), mail('offer')]),
    aHistory({
      events: [came, anAnswer(2, 'mail.unsubscribed', 'hello', said)],
      consents: [
        { purpose: 'marketing', granted: true, source: 'form', at: AT },
        { purpose: 'marketing', granted: false, source: 'mail.unsubscribed', at: said },
      ],
    }),
  );
  expect(templatesOf(one.would)).toEqual(['other']);
  expect(one.would.skips).toMatchObject([{ step: 'offer', at: AT + 2 * DAY }]);
  expect(one.unknown).toMatchObject({ mailsNeverSent: 1, refusalsKept: 1, reactionsLeftOut: 0 });
});

test('a consent or a suppression counts from when it was given, not before', () => {
  const later = { purpose: 'marketing', granted: true, source: 'form', at: AT + DAY };
  expect(backtest(setting(V1), aHistory({ consents: [later] })).would).toMatchObject({
    mails: [{ template: 'offer' }],
    skips: [{ template: 'hello' }],
  });
  const suppression = { reason: 'complaint', at: AT + DAY } as const;
  expect(templatesOf(backtest(setting(V1), aHistory({ suppression })).would)).toEqual(['hello']);
});

test('a mail that no server took is taken by none in the draft', () => {
  const mails = [aMail('hello', AT, { status: 'rejected' }), aMail('offer', AT + 2 * DAY)];
  const one = backtest(setting(V1), aHistory({ mails }));
  expect([templatesOf(one.would), isSame(one)]).toEqual([['offer'], true]);
});

test('a click comes as long after the mail as it came, and one on a mail that is not sent is left out', () => {
  const watch = { id: 'watch', type: 'waitFor', event: 'mail.clicked', timeout: '3d', onEvent: 'glad' };
  const glad = { id: 'glad', type: 'end', outcome: 'glad' };
  const events = [came, anAnswer(2, 'mail.clicked', 'hello', AT + HOUR)];
  const clicks = (steps: readonly object[]) =>
    backtest(setting([...steps, watch, mail('last'), glad]), aHistory({ events }));
  expect(clicks([wait('first', '5d'), mail('hello')]).would.journeys).toMatchObject([{ outcome: 'glad' }]);
  const { would, unknown } = clicks([mail('other')]);
  expect([templatesOf(would), unknown.reactionsLeftOut]).toEqual([['other', 'last'], 1]);
});

test('a handoff that expired expires, one that is open is followed for as long as it is known', () => {
  const sell = { id: 'sell', type: 'handoff', team: 'growers', sla: '1d', onExpired: 'late' };
  const late = { id: 'late', type: 'end', outcome: 'late' };
  const offered = { id: 'h1', journeyId: 'j1', team: 'growers', at: AT };
  const outcome = (answer: null | 'open', at = AT) =>
    backtest(setting([sell, late]), aHistory({ handoffs: [{ ...offered, at, answer }] })).would.journeys[0]?.outcome;
  expect(outcome(null)).toBe('late');
  expect(outcome('open', MONDAY + 29 * DAY)).toBe('unknown'); // nobody has answered for a day
  expect(backtest(setting([sell, late]), aHistory()).would.journeys[0]?.outcome).toBe('unknown');
});

test('who went through the sequence before enters again only if the draft lets them', () => {
  const before = aJourney({ id: 'j0', enteredAt: AT - 40 * DAY, endedAt: AT - 30 * DAY });
  const history = aHistory({ journeys: [before, aJourney()] });
  expect(backtest(setting(V1, { reenter: 'never' }), history).would.journeys).toEqual([]);
  expect(backtest(setting(V1, { reenter: 'always' }), history).would.journeys).toHaveLength(1);
});

test('a journey of the same group that was under way holds the draft off until it ended', () => {
  const other = aJourney({ id: 'k1', sequence: 'other', group: 'nurture', enteredAt: AT - DAY, endedAt: AT + 5 * DAY });
  const one = backtest(
    setting(V1, { exclusive: { group: 'nurture' } }),
    aHistory({ journeys: [other, aJourney({ enteredAt: AT + 5 * DAY, endedAt: AT + 7 * DAY })] }),
  );
  expect(one.would.journeys).toMatchObject([{ enteredAt: AT + 5 * DAY }]);
});

test('a client has the status and the purchases of the time, not those of today', () => {
  const isBack = { id: 'back', type: 'checkpoint', when: { fact: 'client.status', is: 'active' }, then: 'glad' };
  const steps = [isBack, mail('hello'), wait('rest', '9d'), { ...isBack, id: 'again' }, mail('offer')];
  const glad = { id: 'glad', type: 'end', outcome: 'glad' };
  const purchase = (seq: number, at: number) => ({ ...came, seq, type: 'purchase', at, properties: { amount: 10 } });
  const events = [
    purchase(1, AT - 300 * DAY),
    { ...came, seq: 2, type: 'client.inactive', at: AT },
    purchase(3, AT + 4 * DAY),
  ];
  const client = { status: 'active', firstPurchaseAt: null, lastPurchaseAt: AT + 4 * DAY, purchases: 2, revenue: 20 };
  const one = backtest(
    { ...setting([...steps, glad], { audience: 'client', enter: { on: 'client.inactive' } }) },
    aHistory({ events, client: { ...client, status: 'active', statusAt: AT + 4 * DAY }, journeys: [] }),
  );
  expect([templatesOf(one.would), one.would.journeys[0]?.outcome]).toEqual([['hello'], 'glad']);
});

test('each contact has the variant of its own journey', () => {
  const variants = [
    { name: 'a', template: 'a' },
    { name: 'b', template: 'b' },
  ];
  const drawn = Array.from({ length: 20 }, (_, index) => {
    const contact = { ...facts.contact, id: `c${index}`, createdAt: AT };
    const { newcomer } = aHistory();
    const history = aHistory({ newcomer: { ...newcomer, contact }, journeys: [], mails: [] });
    return templatesOf(backtest(setting([{ id: 'hello', type: 'mail', variants }]), history).would)[0];
  });
  expect(new Set(drawn)).toEqual(new Set(['a', 'b']));
});
