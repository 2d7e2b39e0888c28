import path from 'node:path';
import { createMigrateJourney } from '../../src/activities/migrate-journey';
import { createSendMail } from '../../src/activities/send-mail';
import { createTakeTurn } from '../../src/activities/take-turn';
import type { MailTransport } from '../../src/mail/transport';
import { waitUntil } from '../../src/runtime/processes';
import { findNumbered } from '../../src/store/change-versions';
import { viveiro } from '../support/command';
import { testEngine, workflowOf } from '../support/engine';
import { testFiles } from '../support/files';
import { aJourney, someone } from '../support/journeys';
import { allow, mailDeps } from '../support/mailing';
import { type ScriptedSmtp, scriptedSmtp } from '../support/scripted-smtp';

const PATIENCE_MS = 20_000;
const files = testFiles();
const TEMPLATES = ['--templates', path.resolve(__dirname, '../mail/fixtures')];

let smtp: ScriptedSmtp;
let transport: MailTransport;
/** Journeys whose mails stay under way until they are let go. */
const stuck = new Map<string, { isUnderWay: boolean; readonly letGo: Promise<void> }>();

const engine = testEngine(async (db, turn) => {
  smtp ??= await scriptedSmtp();
  const deps = mailDeps(db, smtp.url, { turn });
  transport = deps.transport;
  const { sendMail } = createSendMail(deps);
  return {
    ...createTakeTurn(db, turn),
    ...createMigrateJourney(db, turn),
    sendMail: async (request: Parameters<typeof sendMail>[0]) => {
      const held = stuck.get(request.journeyId);
      if (held) {
        held.isUnderWay = true;
        await held.letGo;
      }
      return sendMail(request);
    },
  };
});
afterAll(async () => {
  await transport?.close();
  await smtp?.stop();
});

const run = (...words: readonly string[]) =>
  viveiro(words, { VIVEIRO_DATABASE_URL: engine.databaseUrl, TEMPORAL_ADDRESS: process.env.TEST_TEMPORAL ?? '' });

const publish = (name: string, steps: readonly string[]) =>
  run(
    'publish',
    files.write(
      `${name}.yaml`,
      `sequence: ${name}\ntitle: A course\naudience: lead\nenter: { byHand: true }\nsteps:\n${steps.map((step) => `  - { ${step} }\n`).join('')}`,
    ),
    ...TEMPLATES,
  );

const V1 = [
  'id: hello, type: mail, template: hello',
  'id: rest, type: wait, for: 2d',
  'id: again, type: mail, template: hello',
  'id: done, type: end',
];
/** `hello` has another name and stands ahead of the wait, whose name and time are others; `extra` is new behind it. */
const V2 = [
  'id: extra, type: mail, template: receipt',
  'id: pause, type: wait, for: 5d',
  'id: welcome, type: mail, template: hello',
  'id: again, type: mail, template: hello',
  'id: done, type: end',
];
const MAP = 'steps: { hello: welcome, rest: pause }';

interface Options {
  /** Its first mail stays under way. */
  readonly letGo?: Promise<void>;
}

async function entered(name: string, { letGo }: Options = {}): Promise<string> {
  const version = await findNumbered(engine.db, name, 1);
  const who = await someone(engine.db);
  await allow(engine.db, who.contactId);
  const { journeyId } = await aJourney(engine.db, version, {
    who,
    now: Date.now(),
    before: (id) => letGo && stuck.set(id, { isUnderWay: false, letGo }),
  });
  if (letGo) await waitUntil(() => stuck.get(journeyId)?.isUnderWay === true, PATIENCE_MS);
  else await engine.until(journeyId, ({ stepId }) => stepId === 'rest');
  return journeyId;
}

/** Lets its time pass to its end; the steps that mailed, in order. */
async function mailsOf(journeyId: string): Promise<readonly string[]> {
  await engine.skipping.further(workflowOf(journeyId));
  expect(await engine.endOf(journeyId)).toBe('completed');
  const sends = await engine.db.send.findMany({
    where: { journeyId, status: 'accepted' },
    orderBy: { settledAt: 'asc' },
  });
  return sends.map(({ stepId }) => stepId ?? '');
}

const migrate = async (name: string, from: number, to: number, ...words: readonly string[]) => {
  const { exitCode, out, err } = await run('migrate', name, '--from', `${from}`, '--to', `${to}`, ...words, '--json');
  if (exitCode !== 0) throw new Error(err);
  return JSON.parse(out);
};

test('journeys move where they can, those in a mail stay and are listed, and no mail comes twice or late', async () => {
  await publish('course', V1);
  let letGo: () => void = () => undefined;
  const busy = await entered('course', { letGo: new Promise<void>((resolve) => (letGo = resolve)) });
  const resting = [await entered('course'), await entered('course')];
  await publish('course', V2);
  const map = files.write('steps.yaml', MAP);

  const planned = await migrate('course', 1, 2, '--map', map, '--dry-run');
  expect(planned).toMatchObject({ isDryRun: true, journeys: 3, moves: 2, ends: 0, stays: 1 });
  const moved = await migrate('course', 1, 2, '--map', map);
  expect(moved).toMatchObject({ isDryRun: false, journeys: 3, moves: 2, ends: 0, stays: 1, credited: 2 });
  expect(moved.groups).toContainEqual({
    version: 1,
    stepId: 'hello',
    outcome: 'stays',
    reason: 'it is in the middle of something',
    fix: 'try again in a moment',
    journeys: 1,
    ids: [busy],
  });

  letGo();
  await engine.until(busy, ({ stepId }) => stepId === 'rest');
  expect(await migrate('course', 1, 2, '--map', map)).toMatchObject({ journeys: 1, moves: 1 }); // those that moved are not asked again
  for (const journeyId of [...resting, busy]) expect(await mailsOf(journeyId)).toEqual(['hello', 'again']);
}, 60_000);

test('what a dry run foretells is what moving then does, step by step and reason by reason', async () => {
  await publish('foretold', V1);
  const resting = [await entered('foretold'), await entered('foretold'), await entered('foretold')];
  const [first = ''] = resting;
  // one comes to its end, one that ended is not asked; the others rest
  await engine.skipping.further(workflowOf(first));
  expect(await engine.endOf(first)).toBe('completed');
  await publish('foretold', V2);
  for (const map of ['steps: {}', `${MAP}\nlate: [extra]\ncredit: false`]) {
    const words = ['--map', files.write('foretold.yaml', map)];
    const { isDryRun: _, due: __, caps: ___, ...foretold } = await migrate('foretold', 1, 2, ...words, '--dry-run');
    const { isDryRun, ...done } = await migrate('foretold', 1, 2, ...words);
    expect(isDryRun).toBe(false);
    expect(alike(done)).toEqual(alike(foretold));
    expect(done.journeys).toBe(2);
  }
}, 60_000);

/** Which of them a report names is chance. */
const alike = ({ groups, ...report }: { readonly groups: readonly { readonly ids: readonly string[] }[] }) => ({
  ...report,
  groups: groups.map(({ ids, ...group }) => ({ ...group, named: ids.length })),
});

test('an added mail comes late to those who are past it, when asked for', async () => {
  await publish('late', V1);
  const [journeyId, other] = [await entered('late'), await entered('late')];
  await publish('late', V2);
  const map = files.write('late.yaml', `${MAP}\nlate: [extra]`);
  expect(await migrate('late', 1, 2, '--map', map, '--limit', '1')).toMatchObject({ journeys: 1, moves: 1 });
  expect(await migrate('late', 1, 2, '--map', map)).toMatchObject({ journeys: 1, moves: 1 });
  for (const id of [journeyId, other]) expect(await mailsOf(id)).toEqual(['hello', 'extra', 'again']);
}, 60_000);

test('the way back with the inverse map leads on by the old version, and sends nothing again', async () => {
  await publish('back', V1);
  const journeyId = await entered('back');
  await publish('back', V2);
  await migrate('back', 1, 2, '--map', files.write('there.yaml', MAP));
  const back = await migrate('back', 2, 1, '--map', files.write('back.yaml', 'steps: { welcome: hello, pause: rest }'));
  expect(back).toMatchObject({ moves: 1, credited: 1 });
  expect(await mailsOf(journeyId)).toEqual(['hello', 'again']);
  const decisions = await engine.db.decision.findMany({
    where: { journeyId, kind: 'migrate' },
    orderBy: { seq: 'asc' },
  });
  expect(decisions.map(({ reason }) => reason.replace(/credited .*/, 'credited …'))).toEqual([
    'from version 1 to 2: at rest → pause, credited …',
    'from version 2 to 1: at pause → rest, credited …',
  ]);
}, 60_000);

test('a map that ends a step ends the journeys that stand there, and says so', async () => {
  await publish('ended', V1);
  const journeyId = await entered('ended');
  await publish('ended', V2);
  const { out } = await run(
    'migrate',
    'ended',
    '--from',
    '1',
    '--to',
    '2',
    '--map',
    files.write('end.yaml', 'steps: { rest: end }'),
  );
  expect(out).toBe(`ended from version 1 to 2: 1 journeys: 0 moved, 1 ended, 0 stayed; the wait of 0 was credited

journeys         from                           for instance
1         ended  v1 rest  the step map ends it
`);
  expect(await engine.endOf(journeyId)).toBe('removed');
});

test('at a pace, journeys are asked one after the other', async () => {
  await publish('paced', V1);
  for (let count = 0; count < 3; count += 1) await entered('paced');
  await publish('paced', V2);
  const beganAt = performance.now();
  const report = await migrate('paced', 1, 2, '--map', files.write('paced.yaml', MAP), '--per-minute', '120');
  expect(report).toMatchObject({ moves: 3 });
  expect(performance.now() - beganAt).toBeGreaterThanOrEqual(1000); // two gaps of half a second
}, 60_000);

test('with no worker, nobody is waited for, and the error says what to do', async () => {
  await publish('alone', V1);
  const journeyId = await entered('alone');
  await publish('alone', V2);
  await engine.stopWorker();
  const words = ['alone', '--from', '1', '--to', '2', '--map', files.write('alone.yaml', MAP), '--patience', '2'];
  expect(await run('migrate', ...words)).toMatchObject({
    exitCode: 3,
    err: expect.stringMatching(/^VIV_NO_WORKER: No worker answers for journeys; 0 of 0 /),
  });
  await engine.startWorker();
  await run('migrate', ...words); // who was asked before may have moved by itself meanwhile
  const { id } = await findNumbered(engine.db, 'alone', 2);
  expect(await engine.until(journeyId, ({ versionId }) => versionId === id)).toMatchObject({ stepId: 'pause' });
}, 60_000);
