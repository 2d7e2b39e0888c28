import type { Json } from '../../src/domain/ids';
import { publish } from '../../src/store/sequences';
import { NOON, testApi } from '../support/api';
import { aLead, aPerson, writePeople } from '../support/people';

const api = testApi();
const post = (payload: object, headers: object = {}) =>
  api.app.inject({ method: 'POST', url: '/v1/journeys', headers: { ...api.headers, ...headers }, payload });

const ANA = { email: 'ana@example.test' };
let leadIds: readonly string[] = [];

beforeAll(async () => {
  const leads = [aLead({ offer: 'course' }), aLead({ offer: 'demo', createdAt: 1 })];
  const [ana] = await writePeople(api.db, [aPerson({ ...ANA, leads }), aPerson({ email: 'list@example.test' })]);
  leadIds = ana?.leadIds ?? [];
  const steps: Json = [
    { id: 'pause', type: 'wait', for: '2d' },
    { id: 'done', type: 'end' },
  ];
  const common = { title: 'Test', audience: 'lead', enter: {}, steps };
  const offers = { group: 'offers' };
  const definitions: readonly Json[] = [
    { sequence: 'plain', ...common },
    { sequence: 'newest', ...common },
    { sequence: 'each-lead', ...common, reenter: 'newLead' },
    { sequence: 'each-order', ...common, enter: { on: 'order.placed' }, reenter: { perKey: 'orderId' } },
    { sequence: 'no-hands', ...common, enter: { on: 'order.placed', byHand: false } },
    { sequence: 'autumn', ...common, exclusive: offers },
    { sequence: 'spring', ...common, exclusive: offers },
  ];
  for (const definition of definitions) await publish(api.db, { definition, source: '', now: NOON });
});

test('a contact enters with its newest lead, and the decision says by what', async () => {
  const answer = await post({ sequence: 'newest', contact: { email: 'Ana@example.test' } });
  expect(answer.statusCode).toBe(202);
  expect(answer.json()).toEqual({ status: 'entered', journeyId: expect.any(String) });
  const journey = await api.db.journey.findUniqueOrThrow({ where: { id: answer.json().journeyId } });
  expect(journey).toMatchObject({ leadId: leadIds[1], enteredAt: new Date(NOON), status: 'running' });
  const [decision] = await api.db.decision.findMany({ where: { journeyId: journey.id, kind: 'enter' } });
  expect(decision?.reason).toBe('by the API; version 1');
});

test('the same idempotency key is answered with the same journey, by body or header, however many ask at once', async () => {
  const body = { sequence: 'plain', contact: ANA };
  const asked = Array.from({ length: 6 }, (_, index) =>
    index % 2 ? post({ ...body, idempotencyKey: 'k1' }) : post(body, { 'idempotency-key': 'k1' }),
  );
  const answers = await Promise.all(asked);
  expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 202));
  expect(new Set(answers.map((answer) => answer.json().journeyId)).size).toBe(1);
});

test('who may not enter is refused with the reason', async () => {
  const answer = await post({ sequence: 'plain', contact: ANA, idempotencyKey: 'k2' });
  expect(answer.headers['content-type']).toContain('application/problem+json');
  expect(answer.json()).toMatchObject({
    status: 409,
    code: 'VIV_ENROL_REFUSED',
    detail: expect.stringMatching(/^ana@example\.test does not enter plain: is already going through it\. Wait until /),
  });
  const byHand = await post({ sequence: 'no-hands', contact: ANA });
  expect(byHand.json()).toMatchObject({ status: 409, detail: expect.stringContaining('lets nobody in by hand') });
});

test('a lead is named by its offer or its id', async () => {
  const named = [{ offer: 'course' }, { id: leadIds[1] }];
  const answers = await Promise.all(named.map((lead) => post({ sequence: 'each-lead', contact: ANA, lead })));
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([202, 202]);
  const rows = await api.db.journey.findMany({ where: { sequence: 'each-lead' } });
  expect(rows.map(({ leadId }) => leadId).sort()).toEqual([...leadIds].sort());
  const again = await post({ sequence: 'each-lead', contact: ANA, lead: { offer: 'course' } });
  expect(again.json()).toMatchObject({ status: 409, detail: expect.stringContaining('with this lead') });
});

test('a sequence that lets in once for each asks which one it is about', async () => {
  const order = (key?: string) => post({ sequence: 'each-order', contact: ANA, ...(key ? { key } : {}) });
  const answers = [await order('A-1'), await order('A-2'), await order('A-1'), await order()];
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([202, 202, 409, 409]);
  expect(answers[3]?.json().detail).toContain('no orderId is given');
});

test('who must wait for another of the group is told for whom', async () => {
  await post({ sequence: 'autumn', contact: ANA });
  const answer = await post({ sequence: 'spring', contact: ANA });
  expect(answer.statusCode).toBe(202);
  expect(answer.json()).toEqual({
    status: 'waits',
    journeyId: expect.any(String),
    reason: 'waits for autumn, which is under way in the group offers',
  });
});

test.each([
  ['no key', {}, { authorization: '' }, '401 VIV_UNAUTHORISED'],
  ['an unknown sequence', { sequence: 'none' }, {}, '404 VIV_SEQUENCE_UNKNOWN'],
  ['an unknown contact', { contact: { email: 'nobody@example.test' } }, {}, '404 VIV_CONTACT_UNKNOWN'],
  ['a lead of somebody else', { lead: { offer: 'none' } }, {}, '404 VIV_NOT_FOUND'],
  [
    'a lead named twice',
    { lead: { offer: 'course', id: '0193b6a0-0000-7000-8000-000000000001' } },
    {},
    '400 VIV_BODY_INVALID',
  ],
  ['an unknown field', { steps: [] }, {}, '400 VIV_BODY_INVALID'],
  ['a NUL in the key', { key: '\0' }, {}, '400 VIV_BODY_INVALID'],
  ['no lead at all', { contact: { email: 'list@example.test' } }, {}, '409 VIV_ENROL_REFUSED'],
])('%s is refused, and changes nothing', async (_name, parts, headers, answered) => {
  const before = await api.db.journey.count();
  const answer = await post({ sequence: 'plain', contact: ANA, ...parts }, headers);
  expect(`${answer.statusCode} ${answer.json().code}`).toBe(answered);
  expect(await api.db.journey.count()).toBe(before);
});
