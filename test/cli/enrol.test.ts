import type { Json } from '../../src/domain/ids';
import { ingest } from '../../src/store/ingest';
import { register } from '../../src/store/registration';
import { publish } from '../../src/store/sequences';
import { aRules, NOON } from '../support/api';
import { viveiro } from '../support/command';
import { testDatabase } from '../support/database';

const context = testDatabase();
const turn = { rules: aRules };
const enrol = (...words: readonly string[]) => viveiro(['enrol', ...words], { VIVEIRO_DATABASE_URL: context.url });

beforeAll(async () => {
  const steps: Json = [
    { id: 'pause', type: 'wait', for: '2d' },
    { id: 'done', type: 'end' },
  ];
  const common = { title: 'Test', enter: { byHand: true }, steps };
  const definitions: readonly Json[] = [
    { sequence: 'for-leads', audience: 'lead', ...common, reenter: { after: '30d' } },
    { sequence: 'for-clients', audience: 'client', ...common },
  ];
  for (const definition of definitions) await publish(context.db, { definition, source: '', now: NOON });
  for (const name of ['ana', 'rui'])
    for (const [index, offer] of ['course', 'demo'].entries())
      await register(context.db, turn, {
        idempotencyKey: `${name} ${offer}`,
        at: NOON + index,
        contact: { email: `${name}@example.test` },
        lead: { offer, source: 'fair' },
      });
});

const journeys = () => context.db.journey.findMany({ orderBy: { enteredAt: 'asc' } });
const jobs = async () => {
  const rows = await context.db.$queryRaw<{ task: string }[]>`
    SELECT t.identifier AS task FROM graphile_worker._private_jobs j JOIN graphile_worker._private_tasks t ON t.id = j.task_id`;
  return rows.map(({ task }) => task);
};

test('a contact enters with its newest lead, and the job that starts the journey waits in the outbox', async () => {
  const { exitCode, out } = await enrol('for-leads', '--contact', 'Ana@example.test', '--json');
  expect(exitCode).toBe(0);
  const [journey] = await journeys();
  expect(JSON.parse(out)).toEqual({
    sequence: 'for-leads',
    key: expect.any(String),
    contacts: [{ contact: 'Ana@example.test', status: 'entered', journeyId: journey?.id }],
  });
  const lead = await context.db.lead.findUniqueOrThrow({ where: { id: journey?.leadId ?? '' } });
  expect(lead.offer).toBe('demo');
  expect(await context.db.decision.findMany({ where: { journeyId: journey?.id, kind: 'enter' } })).toMatchObject([
    { outcome: 'for-leads entered', reason: 'by hand; version 1' },
  ]);
  expect(await jobs()).toEqual(['start_journey']);
});

test('a refusal is told with its reason, and the others enter', async () => {
  const contacts = ['ana@example.test', 'nobody@example.test', 'rui@example.test'];
  const { exitCode, out } = await enrol('for-leads', ...contacts.flatMap((contact) => ['--contact', contact]));
  expect(exitCode).toBe(2);
  expect(out.split('\n').slice(1)).toEqual([
    expect.stringMatching(
      /^ana@example\.test {5}refused {2}VIV_ENROL_REFUSED: ana@example\.test does not enter for-leads: /,
    ),
    expect.stringMatching(/^nobody@example\.test {2}refused {2}VIV_CONTACT_UNKNOWN: /),
    expect.stringMatching(/^rui@example\.test {5}entered {2}journey [0-9a-f-]{36}$/),
    '',
  ]);
});

test('the same key enters a contact once, another command is another cause', async () => {
  const { contactId } = await context.db.lead.findFirstOrThrow({ where: { offer: 'demo' } });
  const properties = { reference: 'INV-1', amount: 5 };
  await ingest(context.db, turn, { type: 'purchase', contactId, at: NOON, idempotencyKey: 'p', properties });
  const words = ['for-clients', '--contact', contactId, '--json'];
  const [first, again] = [await enrol(...words, '--key', 'spring'), await enrol(...words, '--key', 'spring')];
  expect(JSON.parse(again.out)).toEqual(JSON.parse(first.out));
  expect(JSON.parse(first.out)).toMatchObject({ contacts: [{ status: 'entered' }] });
  expect(await enrol(...words)).toMatchObject({ exitCode: 2 }); // one that is under way is not entered again
});

test('a sequence for clients refuses who is none', async () => {
  const { out } = await enrol('for-clients', '--contact', 'rui@example.test', '--json');
  expect(JSON.parse(out).contacts).toMatchObject([
    { status: 'refused', error: { code: 'VIV_ENROL_REFUSED', message: expect.stringMatching(/is no client/) } },
  ]);
});

test('an unknown sequence is one error', async () => {
  const before = await journeys();
  expect(await enrol('none', '--contact', 'ana@example.test', '--contact', 'rui@example.test')).toEqual({
    exitCode: 2,
    out: '',
    err: expect.stringMatching(/^VIV_SEQUENCE_UNKNOWN: .*for-clients, for-leads/),
  });
  expect(await context.db.journey.count()).toBe(before.length);
});

test('journeys are listed for one contact', async () => {
  const list = (...words: readonly string[]) =>
    viveiro(['journeys', '--json', ...words], { VIVEIRO_DATABASE_URL: context.url });
  const { total, journeys: rows } = JSON.parse((await list('--contact', 'rui@example.test')).out);
  expect([total, rows]).toEqual([1, [expect.objectContaining({ email: 'rui@example.test', sequence: 'for-leads' })]]);
  expect(await list('--contact', 'nobody@example.test')).toMatchObject({ exitCode: 2 });
});

describe('a sequence of a group', () => {
  const offers = { title: 'Test', audience: 'lead', enter: {}, exclusive: { group: 'offers', atMost: '30d' } };
  const journeysCommand = (...words: readonly string[]) =>
    viveiro(['journeys', ...words], { VIVEIRO_DATABASE_URL: context.url });
  const steps: Json = [
    { id: 'pause', type: 'wait', for: '2d' },
    { id: 'done', type: 'end' },
  ];
  const reason = 'waits for autumn, which is under way in the group offers';

  beforeAll(async () => {
    for (const sequence of ['autumn', 'spring'])
      await publish(context.db, { definition: { sequence, ...offers, steps }, source: '', now: NOON });
  });

  test('is entered with a named lead, and who must wait is told for whom', async () => {
    const words = ['--contact', 'rui@example.test', '--lead', 'course', '--json'];
    expect(await enrol('autumn', ...words)).toMatchObject({ exitCode: 0 });
    const [journey] = await context.db.journey.findMany({ where: { sequence: 'autumn' } });
    const lead = await context.db.lead.findUniqueOrThrow({ where: { id: journey?.leadId ?? '' } });
    expect(lead.offer).toBe('course');
    const { exitCode, out } = await enrol('spring', ...words);
    expect(exitCode).toBe(0);
    expect(JSON.parse(out).contacts).toEqual([
      { contact: 'rui@example.test', status: 'waits', journeyId: expect.any(String), reason },
    ]);
  });

  test('is listed with those who wait for it, and why', async () => {
    const { exitCode, out } = await journeysCommand('--waiting');
    expect(exitCode).toBe(0);
    expect(out).toMatch(new RegExp(`rui@example.test +spring +0 +\\S+ \\S+ +\\S+ \\S+ +${reason}`));
    const json = await journeysCommand('--waiting', '--contact', 'rui@example.test', '--sequence', 'spring', '--json');
    const { total, waiting } = JSON.parse(json.out);
    expect(total).toBe(1);
    expect(waiting).toMatchObject([{ sequence: 'spring', group: 'offers', origin: 'by hand', reason }]);
    expect(JSON.parse((await journeysCommand('--waiting', '--sequence', 'autumn', '--json')).out).total).toBe(0);
  });

  test('tells the story of who waits', async () => {
    const { out } = await viveiro(['why', 'rui@example.test'], { VIVEIRO_DATABASE_URL: context.url });
    expect(out).toContain('enters: spring waits');
    expect(out).toContain(reason);
  });
});
