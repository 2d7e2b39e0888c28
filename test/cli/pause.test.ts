import os from 'node:os';
import type { SequenceVersion } from '../../src/store/sequences';
import { viveiro as run } from '../support/command';
import { testDatabase } from '../support/database';
import { aJourney, published } from '../support/journeys';

const context = testDatabase();
const viveiro = (...words: readonly string[]) => run(words, { VIVEIRO_DATABASE_URL: context.url });
const REASON = ['--mode', 'freeze', '--reason', 'prices are wrong'] as const;
let version: SequenceVersion;

beforeAll(async () => {
  version = await published(context.db, {
    steps: [
      { id: 'rest', type: 'wait', for: '2d' },
      { id: 'done', type: 'end' },
    ],
  });
});
afterEach(() => context.db.pause.deleteMany());

test('a sequence is paused, listed, shown at the journeys that it holds, and resumed with an estimate', async () => {
  const { sequence } = version;
  const begun = await viveiro('pause', '--sequence', sequence, ...REASON);
  const [{ id } = { id: '' }] = await context.db.pause.findMany();
  expect(begun).toEqual({
    exitCode: 0,
    out: `sequence ${sequence}: 0 journeys under way
paused: sequence ${sequence}, clocks stopped (prices are wrong)
Journeys are held when they would go on. Resume: viveiro resume ${id}
`,
    err: '',
  });
  for (let count = 0; count < 3; count += 1) await aJourney(context.db, version);
  const { out: listed } = await viveiro('pause', 'list', '--json');
  const user = os.userInfo().username;
  expect(JSON.parse(listed).pauses).toMatchObject([{ id, sequence, held: 3, begunBy: user, endedAt: null }]);
  expect((await viveiro('pause', 'list')).out).toMatch(/lasts +3 /);
  const { out: journeys } = await viveiro('journeys', '--sequence', sequence);
  expect(journeys.match(/paused: sequence s\S+, clocks stopped \(prices are wrong\)/g)).toHaveLength(3);
  const { out: asJson } = await viveiro('journeys', '--sequence', sequence, '--json');
  expect(JSON.parse(asJson).journeys[0]).toMatchObject({
    held: expect.stringContaining('prices are wrong'),
    dueAt: null,
  });

  const resumed = await viveiro('resume', '--sequence', sequence, '--per-minute', '2');
  expect(resumed.out).toMatch(
    new RegExp(
      `^no longer paused: sequence ${sequence}; 3 held journeys are woken, 2 per minute: about 1m 30s, until .* UTC\\n$`,
    ),
  );
  expect(JSON.parse((await viveiro('resume', id, '--json')).out)).toMatchObject({
    perMinute: 60,
    resumed: [{ waking: 0 }],
  });
  expect((await viveiro('why', await emailOfOne())).out).toContain('journey held — paused: sequence');
});

const emailOfOne = async () => {
  const { contactId } = await context.db.journey.findFirstOrThrow({ where: { sequence: version.sequence } });
  return (await context.db.contact.findUniqueOrThrow({ where: { id: contactId } })).email;
};

test('before everything is paused it is told how many journeys that concerns, and a dry run pauses nothing', async () => {
  await aJourney(context.db, version);
  const running = await context.db.journey.count({ where: { status: 'running' } });
  const dry = await viveiro('pause', '--all', '--dry-run');
  expect(dry).toMatchObject({
    exitCode: 0,
    out: expect.stringMatching(`^everything: ${running} journeys? under way\n$`),
  });
  expect(await context.db.pause.count()).toBe(0);
  const { out } = await viveiro('pause', '--all', ...REASON);
  expect(out).toContain(`everything: ${running} `);
  const again = JSON.parse((await viveiro('pause', '--all', ...REASON, '--json')).out);
  expect(again).toMatchObject({ concerned: running, isNew: false, pause: { scope: 'everything' } });
  expect(await viveiro('resume', '--all')).toMatchObject({
    out: 'no longer paused: everything; no journey is to be woken\n',
  });
});

test('a contact is paused by address', async () => {
  await aJourney(context.db, version);
  const email = await emailOfOne();
  await viveiro('pause', '--contact', email, ...REASON);
  expect((await viveiro('pause', 'list')).out).toContain(`contact ${email}`);
  expect((await viveiro('resume', '--contact', email)).exitCode).toBe(0);
  expect((await viveiro('pause', 'list', '--all')).out).toContain(`contact ${email}`);
  expect((await viveiro('pause', 'list')).out).not.toContain(email);
});

test.each([
  ['no target', ['pause', ...REASON], 'VIV_USAGE'],
  ['two targets', ['pause', '--all', '--sequence', 'x', ...REASON], 'VIV_USAGE'],
  ['no mode', ['pause', '--all', '--reason', 'x'], 'VIV_USAGE'],
  ['no reason', ['pause', '--all', '--mode', 'skip', '--reason', ' '], 'VIV_USAGE'],
  ['an unknown mode', ['pause', '--all', '--mode', 'stop', '--reason', 'x'], 'freeze, elapse, skip'],
  ['an unknown sequence', ['pause', '--sequence', 'nobody-knows', ...REASON], 'VIV_SEQUENCE_UNKNOWN'],
  ['an unknown contact', ['pause', '--contact', 'no@example.test', ...REASON], 'VIV_CONTACT_UNKNOWN'],
  ['nothing that is paused', ['resume', '--all'], 'VIV_PAUSE_UNKNOWN'],
  ['an id of nothing', ['resume', 'seven'], 'VIV_PAUSE_UNKNOWN'],
  ['an id and a target', ['resume', 'seven', '--all'], 'VIV_USAGE'],
  ['nothing', ['resume'], 'VIV_USAGE'],
  ['no pace', ['resume', '--all', '--per-minute', '0'], 'from 1 to 100000'],
])('a command with %s is refused, and nothing is paused', async (_name, words, said) => {
  const { exitCode, err } = await viveiro(...words);
  expect(exitCode).toBe(2);
  expect(err).toContain(said);
  expect(await context.db.pause.count()).toBe(0);
});
