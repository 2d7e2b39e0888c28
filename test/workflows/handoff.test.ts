import { Worker } from '@temporalio/worker';
import { createHandoffActivities, type RepMailOutcome } from '../../src/activities/handoff';
import { createPlayScript } from '../../src/activities/play-script';
import { REP_ANSWERS } from '../../src/domain/rehearsal/rep-answer';
import { transaction } from '../../src/store/db';
import { answerHandoff, readHandoff } from '../../src/store/handoffs';
import { syncReps } from '../../src/store/reps';
import { nextScriptedAt, planEvents } from '../../src/store/scripts';
import type { Reactions } from '../../src/store/turn';
import { createLifecycle } from '../../src/worker/lifecycle';
import { type Outbox, startOutbox } from '../../src/worker/outbox';
import type { handoff } from '../../src/workflows/handoff';
import { DAY, HOUR } from '../support/builders';
import { testDatabase } from '../support/database';
import { ROUTING } from '../support/routing';
import { anMql, SALES, type SoldLead } from '../support/sales';
import { type Skipping, skippingOn } from '../support/skipping';
import { testTemporal } from '../support/temporal';
import { workflowSource } from '../support/workflow-source';

const TASK_QUEUE = 'handoff-test';
let worker: Worker;
let running: Promise<void>;
let outbox: Outbox;
let skipping: Skipping;

// before the servers' own hooks: these run in the order in which they stand
afterAll(async () => {
  await outbox?.stop();
  worker?.shutdown();
  await running;
});
const database = testDatabase();
const temporal = testTemporal();

/** Handoff and status of each mail, as the workflow had them sent. */
const mails: { readonly handoffId: string; readonly status: string; readonly now: number }[] = [];
/** What comes of the mails of a handoff, one after the other; then they are taken. */
const outcomes = new Map<string, RepMailOutcome[]>();
const isRehearsed = new Set<string>();
/** In a rehearsal the rep accepts five hours after the offer. */
const reactions: Reactions = {
  afterMail: async () => undefined,
  afterOffer: (tx, { handoffId, contactId, now }) =>
    planEvents(tx, {
      contactId,
      cause: handoffId,
      events: [
        { type: REP_ANSWERS, dueAt: now + 5 * HOUR, properties: { handoffId, action: 'accept', reason: 'fits' } },
      ],
    }),
  afterTask: async () => undefined,
  answerOf: () => ({ status: 200, body: {} }),
  nextAt: nextScriptedAt,
};

beforeAll(async () => {
  const { db, url } = database;
  await syncReps(db, ROUTING);
  skipping = skippingOn(temporal.connection, temporal.namespace);
  const mailRep = async ({ handoff, now }: { handoff: { id: string; status: string }; now: number }) => {
    mails.push({ handoffId: handoff.id, status: handoff.status, now });
    return outcomes.get(handoff.id)?.shift() ?? { status: 'taken' as const };
  };
  const live = createHandoffActivities({ db, turn: SALES, mailRep });
  const rehearsed = createHandoffActivities({ db, turn: { ...SALES, reactions }, mailRep });
  worker = await Worker.create({
    connection: temporal.nativeConnection,
    namespace: temporal.namespace,
    taskQueue: TASK_QUEUE,
    ...workflowSource(),
    activities: {
      ...live,
      offerHandoff: (request: Parameters<typeof live.offerHandoff>[0]) =>
        (isRehearsed.has(request.handoffId) ? rehearsed : live).offerHandoff(request),
      ...createPlayScript(db, SALES),
    },
  });
  running = worker.run();
  const lifecycle = createLifecycle({ client: temporal.client, db, taskQueue: TASK_QUEUE });
  outbox = await startOutbox({ databaseUrl: url, lifecycle });
});

const idOf = ({ handoffId }: SoldLead) => `handoff:${handoffId}`;

async function start(lead: SoldLead, { rehearsal = false } = {}) {
  const { handoffId, journeyId } = lead;
  if (rehearsal) isRehearsed.add(handoffId);
  return temporal.client.workflow.start<typeof handoff>('handoff', {
    workflowId: idOf(lead),
    taskQueue: TASK_QUEUE,
    args: [{ v: 1, handoffId, journeyId, stepId: 'sell', rehearsal }],
  });
}

type Started = Awaited<ReturnType<typeof start>>;
const answer = ({ handoffId }: SoldLead, action: 'accept' | 'reject' | 'recycle') =>
  transaction(database.db, (tx) => answerHandoff(tx, SALES, { handoffId, action, reason: 'because', at: Date.now() }));
const mailsOf = ({ handoffId }: SoldLead) =>
  mails.filter((mail) => mail.handoffId === handoffId).map(({ status }) => status);
const storedStatus = ({ handoffId }: SoldLead) =>
  transaction(database.db, async (tx) => (await readHandoff(tx, handoffId)).status);

/** Resolves once the workflow has gone to rest: it asks for nothing more but a timer. */
async function resting(started: Started): Promise<void> {
  for (;;) {
    const { events } = await started.fetchHistory();
    if (events?.some(({ timerStartedEventAttributes }) => timerStartedEventAttributes)) return;
  }
}

describe('a handoff', () => {
  it('ends with the answer that comes within the SLA', async () => {
    const lead = await anMql(database.db);
    const started = await start(lead);
    await resting(started);
    await answer(lead, 'recycle');
    const { outcome } = await started.result();
    expect(outcome).toEqual({
      effect: 'handoff',
      status: 'recycled',
      reason: 'sales gave the lead back for nurturing',
    });
    expect(mailsOf(lead)).toEqual(['offered']);
  });

  it('goes to the manager when the rep is silent, and still ends with the answer', async () => {
    const lead = await anMql(database.db);
    skipping.byMs(idOf(lead), 1.5 * DAY);
    const started = await start(lead);
    await skipping.reached(idOf(lead));
    expect(await storedStatus(lead)).toBe('escalated');
    await answer(lead, 'accept');
    expect((await started.result()).outcome.status).toBe('accepted');
    expect(mailsOf(lead)).toEqual(['offered', 'escalated']);
  });

  it('expires after both have been silent for the whole time', async () => {
    const lead = await anMql(database.db);
    skipping.toTheEnd(idOf(lead));
    const { outcome, endedAt } = await (await start(lead)).result();
    expect(outcome.status).toBe('expired');
    const { offeredAt } = await transaction(database.db, (tx) => readHandoff(tx, lead.handoffId));
    expect(endedAt - offeredAt).toBeGreaterThanOrEqual(2 * DAY);
    expect(endedAt - offeredAt).toBeLessThan(2 * DAY + HOUR);
  });

  it('is not moved by pokes that bring nothing', async () => {
    const lead = await anMql(database.db);
    const started = await start(lead);
    await resting(started);
    for (let n = 0; n < 5; n += 1) await started.signal('poke', n);
    expect(await storedStatus(lead)).toBe('offered');
    await answer(lead, 'accept');
    await started.signal('poke', 9);
    expect((await started.result()).outcome.status).toBe('accepted');
    expect(mailsOf(lead)).toEqual(['offered']);
  });

  it('ends with what the database holds when answers race the SLA', async () => {
    const leads = await Promise.all(Array.from({ length: 12 }, () => anMql(database.db)));
    const ends = leads.map(async (lead, index) => {
      skipping.toTheEnd(idOf(lead));
      const started = await start(lead);
      await answer(lead, index % 2 ? 'accept' : 'reject').catch(() => undefined); // too early or too late
      return (await started.result()).outcome.status;
    });
    expect(await Promise.all(ends)).toEqual(await Promise.all(leads.map(storedStatus)));
  });

  it('tells the manager at once when the mail to the rep is refused', async () => {
    const lead = await anMql(database.db);
    outcomes.set(lead.handoffId, [{ status: 'refused', reason: '550 no such user' }]);
    const started = await start(lead);
    await resting(started);
    expect(mailsOf(lead)).toEqual(['offered', 'escalated']);
    await answer(lead, 'accept');
    expect((await started.result()).outcome.status).toBe('accepted');
  });

  it('tries a deferred mail again at its time, while the SLA runs', async () => {
    const lead = await anMql(database.db);
    outcomes.set(lead.handoffId, [{ status: 'deferred', until: Date.now() + 6 * HOUR }]);
    skipping.byMs(idOf(lead), DAY / 2);
    const started = await start(lead);
    await skipping.reached(idOf(lead));
    expect(mailsOf(lead)).toEqual(['offered', 'offered']);
    await answer(lead, 'accept');
    await started.result();
  });

  it('plays the rep’s scripted answer at its virtual time in a rehearsal', async () => {
    const lead = await anMql(database.db);
    skipping.toTheEnd(idOf(lead));
    const { outcome, endedAt } = await (await start(lead, { rehearsal: true })).result();
    expect(outcome.status).toBe('accepted');
    const { offeredAt, answeredAt } = await transaction(database.db, (tx) => readHandoff(tx, lead.handoffId));
    expect(answeredAt).toBe(offeredAt + 5 * HOUR);
    expect(endedAt - offeredAt).toBeLessThan(6 * HOUR);
  });
});
