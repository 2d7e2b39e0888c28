import { ScheduleOverlapPolicy } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { createSweepActivities, type SweepActivities } from '../../src/activities/sweep';
import type { LifecycleRules } from '../../src/domain/client/rules';
import { newId } from '../../src/domain/ids';
import { publish } from '../../src/store/sequences';
import { ensureSweepSchedule, sweepScheduleId } from '../../src/worker/schedule';
import type { sweep } from '../../src/workflows/sweep';
import { DAY, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { aPerson, writePeople } from '../support/people';
import { SALES } from '../support/sales';
import { testTemporal } from '../support/temporal';
import { workflowSource } from '../support/workflow-source';

const TASK_QUEUE = `sweep-test-${newId()}`; // schedules outlive a test file
let worker: Worker;
let running: Promise<void>;
/** Called as each sweep begins. */
let onSweep: (now: number) => Promise<void> = async () => undefined;

// before the servers' own hooks: these run in the order in which they stand
afterAll(async () => {
  await schedule()
    .delete()
    .catch(() => undefined);
  worker?.shutdown();
  await running;
});
const database = testDatabase();
const temporal = testTemporal();

const { lifecycle } = SALES.rules;
const ensure = (rules: LifecycleRules = lifecycle) =>
  ensureSweepSchedule({ client: temporal.client, taskQueue: TASK_QUEUE, lifecycle: rules });
const schedule = () => temporal.client.schedule.getHandle(sweepScheduleId(TASK_QUEUE));

beforeAll(async () => {
  const activities = createSweepActivities({ db: database.db, turn: SALES });
  worker = await Worker.create({
    connection: temporal.nativeConnection,
    namespace: temporal.namespace,
    taskQueue: TASK_QUEUE,
    ...workflowSource(),
    activities: {
      async runSweep(request) {
        await onSweep(request.now);
        return activities.runSweep(request);
      },
    } satisfies SweepActivities,
  });
  running = worker.run();
});

/** Triggers the schedule and resolves with the workflow's id, once its sweep has begun. */
async function triggered(): Promise<string> {
  const begun = new Promise<void>((resolve) => {
    onSweep = async () => resolve();
  });
  await schedule().trigger(ScheduleOverlapPolicy.SKIP);
  await begun;
  const { info } = await schedule().describe();
  return info.recentActions.at(-1)?.action.workflow.workflowId ?? '';
}

describe('the schedule of the sweep', () => {
  it('starts it daily at the time and in the zone of the rules, never two at once', async () => {
    await ensure();
    const { spec, policies, action, info } = await schedule().describe();
    expect(spec).toMatchObject({ calendars: [{ hour: [{ start: 3 }], minute: [{ start: 0 }] }] });
    expect(policies).toMatchObject({ overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: DAY });
    expect(action).toMatchObject({ type: 'startWorkflow', workflowType: 'sweep', taskQueue: TASK_QUEUE });
    const [first, second] = info.nextActionTimes.map((at) => at.getTime());
    expect((second ?? 0) - (first ?? 0)).toBe(DAY);
    expect(info.nextActionTimes.map((at) => at.getUTCHours())).toEqual(info.nextActionTimes.map(() => 6)); // UTC-3
  });

  it('follows changed rules, stays one however often it is asked for, and stays paused', async () => {
    const { sweep: rules } = lifecycle;
    await schedule().pause('holiday');
    await Promise.all(
      [1, 2, 3].map(() => ensure({ ...lifecycle, sweep: { ...rules, at: '04:30', zone: 'Asia/Tokyo' } })),
    );
    const { spec, state, info } = await schedule().describe();
    expect(spec.calendars).toMatchObject([{ hour: [{ start: 4 }], minute: [{ start: 30 }] }]);
    expect(state).toMatchObject({ paused: true, note: 'holiday' });
    expect(info.nextActionTimes.map((at) => [at.getUTCHours(), at.getUTCMinutes()])).toContainEqual([19, 30]);
    await schedule().unpause();
    await ensure();
  });
});

test('the schedule starts a sweep that moves clients and enters the quiet ones, with the workflow’s time', async () => {
  await publish(database.db, {
    source: '',
    now: MONDAY,
    definition: {
      sequence: 'reactivation',
      title: 'Back',
      audience: 'client',
      enter: { when: { fact: 'client.status', is: 'inactive' } },
      steps: [{ id: 'done', type: 'end' }],
    },
  });
  const client = { status: 'active', firstPurchaseAt: 0, purchases: 1, revenue: 1 } as const;
  const ago = (days: number) => Date.now() - days * DAY;
  const [quiet] = await writePeople(database.db, [
    aPerson({ client: { ...client, lastPurchaseAt: ago(121) } }),
    aPerson({ client: { ...client, lastPurchaseAt: ago(61) } }),
    aPerson({ client: { ...client, lastPurchaseAt: ago(59) } }),
  ]);
  const handle = temporal.client.workflow.getHandle<typeof sweep>(await triggered());
  expect(await handle.result()).toEqual({
    preInactive: 1,
    inactive: 1,
    active: 0,
    cooled: 0,
    decided: 0,
    entered: 1,
    missed: 0,
  });
  const { startTime } = await handle.describe();
  const journeys = await database.db.journey.findMany();
  expect(journeys).toMatchObject([{ contactId: quiet?.contactId, sequence: 'reactivation' }]);
  expect((journeys[0]?.enteredAt.getTime() ?? 0) - startTime.getTime()).toBeLessThan(10_000);

  const again = temporal.client.workflow.getHandle<typeof sweep>(await triggered());
  expect(await again.result()).toMatchObject({ inactive: 0, entered: 0 });
});

test('a sweep that is asked for while one is running is left out', async () => {
  let finish: () => void = () => undefined;
  const id = await new Promise<string>((resolve, reject) => {
    onSweep = () =>
      new Promise<void>((done) => {
        finish = done;
        schedule()
          .describe()
          .then(({ info }) => resolve(info.runningActions[0]?.workflow.workflowId ?? ''), reject);
      });
    schedule().trigger(ScheduleOverlapPolicy.SKIP).catch(reject);
  });
  const before = (await schedule().describe()).info.numActionsTaken;
  await schedule().trigger(ScheduleOverlapPolicy.SKIP);
  for (;;) if ((await schedule().describe()).info.numActionsSkippedOverlap > 0) break;
  finish();
  await temporal.client.workflow.getHandle(id).result();
  expect((await schedule().describe()).info.numActionsTaken).toBe(before);
});
