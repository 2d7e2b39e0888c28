// Records what is missing in the corpus: npm run replay:record. A file that is there is never written again, unless named.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { createActivities } from '../../src/activities';
import { deliverySchema } from '../../src/domain/delivery/rules';
import { gateSchema } from '../../src/domain/gate/rules';
import { REP_ANSWERS } from '../../src/domain/rehearsal/rep-answer';
import { type Inbox, startInbox } from '../../src/runtime/inbox/server';
import { syncReps } from '../../src/store/reps';
import { nextScriptedAt, planEvents } from '../../src/store/scripts';
import type { Reactions, TurnDeps } from '../../src/store/turn';
import { type RunningWorker, startLaneWorker } from '../../src/worker/worker';
import { HOUR } from '../support/builders';
import { testEngine } from '../support/engine';
import { mailDeps } from '../support/mailing';
import { ROUTING } from '../support/routing';
import { SALES } from '../support/sales';
import { isRecorded, writeRecorded } from './corpus';
import type { Recording, Take } from './recording';
import { SCENARIOS } from './scenarios';

const spoiled = new Map<string, 'once' | 'for-good'>();
const folder = mkdtempSync(path.join(tmpdir(), 'viveiro-record-'));
const inbox: Promise<Inbox> = startInbox({ folder, host: '127.0.0.1' });
const closing: (() => Promise<void>)[] = [];
let lane: RunningWorker | undefined;
afterAll(() => lane?.stop()); // before the servers' own hooks: these run in the order in which they stand

const secretOf = () => `whsec_${Buffer.from('a secret for tests only, 32 bytes').toString('base64')}`;
const caps = [{ purpose: 'newsletter', most: 1, within: '1d' }];
const DEPS: TurnDeps = { rules: { ...SALES.rules, gate: gateSchema.parse({ consentFor: ['marketing'], caps }) } };
const LIMITED: TurnDeps = {
  rules: { ...DEPS.rules, delivery: deliverySchema.parse({ provider: { perSecond: 100 } }) },
};
const reactions: Reactions = {
  afterMail: (tx, { sendId, contactId, now }) =>
    planEvents(tx, {
      contactId,
      cause: sendId,
      events: [{ type: 'mail.clicked', dueAt: now + 3 * HOUR, properties: { sendId } }],
    }),
  afterOffer: (tx, { handoffId, contactId, now }) =>
    planEvents(tx, {
      contactId,
      cause: handoffId,
      events: [{ type: REP_ANSWERS, dueAt: now + 5 * HOUR, properties: { handoffId, action: 'accept', reason: '' } }],
    }),
  afterTask: async () => undefined,
  answerOf: () => ({ status: 200, body: {} }),
  nextAt: nextScriptedAt,
};

function recorder(deps: TurnDeps) {
  return testEngine(
    async (db, turn) => {
      await syncReps(db, ROUTING);
      const mail = mailDeps(db, (await inbox).smtpUrl, { turn });
      closing.push(() => mail.transport.close());
      const activities = createActivities({ ...mail, secretOf });
      return {
        ...activities,
        sendMail(request: Parameters<typeof activities.sendMail>[0]) {
          const how = spoiled.get(request.journeyId);
          spoiled.delete(request.journeyId);
          if (how === undefined) return activities.sendMail(request);
          throw ApplicationFailure.create({
            type: 'VIV_UNEXPECTED',
            message: 'spoiled',
            nonRetryable: how === 'for-good',
          });
        },
      };
    },
    { deps },
  );
}

const live = recorder(DEPS);
const limited = recorder(LIMITED);
const rehearsed = recorder({ ...DEPS, reactions });
const recording: Recording = { live, limited, rehearsed, spoil: (journeyId, how) => void spoiled.set(journeyId, how) };

beforeAll(async () => {
  const { nativeConnection: connection, namespace } = limited.temporal;
  const { taskQueue, db } = limited;
  const activities = createActivities({ ...mailDeps(db, (await inbox).smtpUrl, { turn: LIMITED }), secretOf });
  lane = await startLaneWorker({ connection, namespace, taskQueue, activities }, { name: 'mail', perSecond: 100 });
});
afterAll(async () => {
  for (const close of closing) await close();
  await (await inbox).stop();
  rmSync(folder, { recursive: true });
});

async function keep(name: string, { workflowId, runId }: Take): Promise<void> {
  const history = await live.temporal.client.workflow.getHandle(workflowId, runId).fetchHistory();
  const recorded = { workflowId, history: JSON.parse(historyToJSON(history)) };
  writeRecorded(name, recorded, { isReplacing: replaced.includes(name) });
}

const replaced = (process.env.REPLAY_REPLACE ?? '').split(' ').filter(Boolean);
const missing = SCENARIOS.filter(({ files }) => files.some((name) => !isRecorded(name) || replaced.includes(name)));

test('every name to replace is one of the corpus', () => {
  const known = SCENARIOS.flatMap(({ files }) => files);
  expect(replaced.filter((name) => !known.includes(name))).toEqual([]);
});

for (const scenario of missing)
  test(`records ${scenario.files.join(', ')}`, async () => {
    const takes = await scenario.run(recording);
    for (const [index, name] of scenario.files.entries()) {
      const take = takes[index];
      if (!take) throw new Error(`no run for ${name}`);
      if (!isRecorded(name) || replaced.includes(name)) await keep(name, take);
    }
  }, 120_000);
