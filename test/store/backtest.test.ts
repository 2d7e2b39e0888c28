import path from 'node:path';
import { needsOf } from '../../src/domain/journey/needs';
import { scriptSchema } from '../../src/domain/rehearsal/script';
import type { Rules } from '../../src/domain/rules';
import type { Backtested } from '../../src/domain/simulation/backtest';
import { type BacktestResult, runBacktest } from '../../src/runtime/backtesting';
import { publishFiles } from '../../src/runtime/sequence-files';
import { runSimulation } from '../../src/runtime/simulating';
import { measuredBehaviour } from '../../src/store/behaviour';
import { ingest } from '../../src/store/ingest';
import { readPopulation } from '../../src/store/population';
import { register } from '../../src/store/registration';
import { SEQUENCES, shippedRules, shippedSequence } from '../content/shipped';
import { DAY, HOUR, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { everythingIn } from '../support/everything';
import { anIncoming } from '../support/journeys';
import { aLead, aPerson, writePeople } from '../support/people';

const database = testDatabase();
const FILE = path.join(SEQUENCES, 'course-nurture.yaml');
const NOW = MONDAY + 40 * DAY;
let rules: Rules;
const ids = new Map<string, string>();

/** A lead who came on Monday, and whose first mail was accepted at once. */
async function aRecordedLead(name: string): Promise<{ readonly contactId: string; readonly sendId: string }> {
  const { contactId } = await register(
    database.db,
    { rules },
    {
      idempotencyKey: name,
      at: MONDAY,
      contact: { email: `${name}@example.test`, name, attributes: { role: 'specialist' } },
      lead: { offer: 'course', source: 'form' },
      consent: { purpose: 'marketing', granted: true, basis: 'consent', text: 'yes' },
    },
  );
  ids.set(name, contactId);
  const send = await database.db.send.findFirstOrThrow({ where: { contactId } });
  await database.db.send.update({ where: { id: send.id }, data: { status: 'accepted', settledAt: new Date(MONDAY) } });
  return { contactId, sendId: send.id };
}

beforeAll(async () => {
  rules = await shippedRules();
  await publishFiles(database.db, { files: [FILE], now: MONDAY });
  const clicks = await aRecordedLead('ana');
  await aRecordedLead('bea');
  const properties = { sendId: clicks.sendId };
  const click = anIncoming(clicks.contactId, 'mail.clicked', { at: MONDAY + 3 * HOUR, properties });
  await ingest(database.db, { rules }, click);
  await ingest(database.db, { rules }, anIncoming(clicks.contactId, 'call.requested', { at: MONDAY + DAY }));
});

async function tested(contact?: string): Promise<BacktestResult & { readonly people: readonly Backtested[] }> {
  const people: Backtested[] = [];
  const result = await runBacktest(database.db, {
    rules,
    file: FILE,
    folder: SEQUENCES,
    since: MONDAY - DAY,
    now: NOW,
    limit: 100,
    onContact: (one) => people.push(one),
    ...(contact === undefined ? {} : { contactId: ids.get(contact) ?? '' }),
  });
  return { ...result, people };
}

test('a backtest of what was published finds the mail that was sent, and what is on record leads on', async () => {
  const { people, ...sums } = await tested();
  expect(sums).toMatchObject({
    contacts: 2,
    entered: { would: 2, happened: 2 },
    handoffs: { would: 1, happened: 0 },
    isCut: false,
    erased: 0,
  });
  expect(sums.mailsByTemplate['course-programme']).toEqual({ would: 2, happened: 2 });
  expect(sums.outcomes).toEqual({
    nurtured: { would: 1, happened: 0 },
    unknown: { would: 1, happened: 0 },
    running: { would: 0, happened: 2 },
  });
  const ana = people.find(({ email }) => email === 'ana@example.test');
  expect(ana?.would.handoffs).toMatchObject([{ at: MONDAY + DAY }]);
  expect(ana?.unknown).toEqual({
    mailsNeverSent: 0,
    reactionsLeftOut: 0,
    refusalsKept: 0,
    handoffsNeverOffered: 1,
    tasks: 0,
    messages: 0,
  });
});

test('a contact who did nothing would have got all six mails, five of which nobody ever sent', async () => {
  const { people } = await tested('bea');
  expect(people).toHaveLength(1);
  expect(people[0]?.would.mails.map(({ template }) => template)).toEqual([
    'course-programme',
    'course-lesson',
    'course-numbers',
    'course-story',
    'course-enrolment',
    'course-goodbye',
  ]);
  expect(people[0]?.unknown.mailsNeverSent).toBe(5);
});

test('backtest and simulation of the real population write nothing', async () => {
  const before = await everythingIn(database.url);
  await tested();
  const { population, totals, behaviour } = await runSimulation({
    rules,
    sequence: { file: FILE },
    folder: SEQUENCES,
    population: { type: 'real', db: database.db, limit: 1000, journeys: 'anew' },
    measuredFrom: database.db,
    script: scriptSchema.parse({}),
    seeds: 2,
    resources: {},
    startsAt: NOW,
    days: 30,
  });
  expect(population).toMatchObject({ type: 'real', people: 2, notLetIn: 0 });
  expect(totals.entered).toEqual({ median: 2, low: 2, high: 2 });
  expect(behaviour.measured).toEqual([]);
  expect(await everythingIn(database.url)).toEqual(before);
});

test('the population has consents, mails and the newest events that conditions count, page by page', async () => {
  const definition = await shippedSequence('course-nurture');
  const { newest } = needsOf(definition);
  const pages = [];
  for await (const page of readPopulation(database.db, {
    audience: 'lead',
    rules,
    now: MONDAY + 2 * DAY,
    newest,
    limit: 10,
  }))
    pages.push(...page);
  const ana = pages.find(({ contact }) => contact.email === 'ana@example.test');
  expect(ana?.consents.get('marketing')).toMatchObject({ granted: true });
  expect(ana?.mailed).toEqual([{ purpose: 'marketing', at: MONDAY }]);
  expect(ana?.events?.map(({ type }) => type)).toEqual(['mail.clicked', 'call.requested']);
  expect(ana?.lead).toMatchObject({ offer: 'course', stage: 'nurturing' });
});

test('behaviour is measured from enough mails alone', async () => {
  expect(await measuredBehaviour(database.db, { now: NOW })).toEqual(new Map());
  const measured = await measuredBehaviour(database.db, { now: NOW, least: 2 });
  expect(measured.get('course-programme')).toEqual({
    accepted: 2,
    clickRate: 0.5,
    unsubscribeRate: 0,
    callRate: 0,
    clickDelaysMs: Array.from({ length: 11 }, () => 3 * HOUR),
  });
});

test('more contacts than a page are read page by page, each once, and told of as they come', async () => {
  const since = NOW + DAY; // nobody else came since
  const events = [{ type: 'lead.created', at: since }];
  const people = Array.from({ length: 230 }, () => aPerson({ leads: [aLead({ offer: 'course' })], events }));
  await writePeople(database.db, people);
  const [seen, progress]: [Set<string>, number[]] = [new Set(), []];
  const { contacts, entered } = await runBacktest(database.db, {
    rules,
    file: FILE,
    folder: SEQUENCES,
    since,
    now: since + DAY,
    limit: 225,
    onContact: ({ contactId }) => seen.add(contactId),
    onProgress: ({ done, all }) => progress.push(all - done),
  });
  expect([contacts, seen.size, entered]).toEqual([225, 225, { would: 225, happened: 0 }]);
  expect(progress).toEqual(Array.from({ length: 225 }, (_, index) => 224 - index));
});
