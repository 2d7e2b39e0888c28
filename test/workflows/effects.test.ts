import { createPlayScript } from '../../src/activities/play-script';
import { createSendWebhook } from '../../src/activities/send-webhook';
import { createTakeTurn } from '../../src/activities/take-turn';
import { webhooksSchema } from '../../src/domain/webhook/rules';
import { transaction } from '../../src/store/db';
import { syncReps } from '../../src/store/reps';
import { closeTask } from '../../src/store/tasks';
import { DAY } from '../support/builders';
import { testEngine, workflowOf } from '../support/engine';
import { startHttpServer, type TestServer } from '../support/http-server';
import { aJourney, published } from '../support/journeys';
import { ROUTING } from '../support/routing';
import { SALES } from '../support/sales';

let server: TestServer;
afterAll(() => server.stop());
const SECRET = `whsec_${Buffer.alloc(24, 9).toString('base64')}`;

const engine = testEngine(async (db, deps) => {
  server ??= await startHttpServer();
  await syncReps(db, ROUTING);
  const crm = { url: server.url, secretEnv: 'VIVEIRO_WEBHOOK_CRM', allowPrivate: true };
  const turn = { rules: { ...deps.rules, webhooks: webhooksSchema.parse({ endpoints: { crm } }) } };
  return {
    ...createTakeTurn(db, turn),
    ...createSendWebhook({ db, turn, secretOf: () => SECRET }),
    ...createPlayScript(db, turn),
  };
});

// INV-NO-NAMES-IN-HISTORY
test('a journey goes through a webhook that fails once, a task, and another sequence, and says why', async () => {
  const { sequence } = await published(engine.db, {
    steps: [
      { id: 'rest', type: 'wait', for: '1s' },
      { id: 'done', type: 'end', outcome: 'welcomed' },
    ],
  });
  const version = await published(engine.db, {
    steps: [
      { id: 'tell', type: 'webhook', endpoint: 'crm', set: { size: 'size', sector: 'sector' } },
      { id: 'praise', type: 'score', points: 25 },
      { id: 'ring', type: 'task', kind: 'call', team: 'sales', title: 'Ask', due: '2d', outcomes: { reached: 'more' } },
      { id: 'missed', type: 'end', outcome: 'missed' },
      { id: 'more', type: 'join', sequence, wait: true, outcomes: { welcomed: 'glad' } },
      { id: 'odd', type: 'end', outcome: 'odd' },
      { id: 'glad', type: 'end', outcome: 'glad' },
    ],
  });
  server.answer({ status: 503 }, { status: 200, body: '{"size":7,"sector":"secret-sector"}' });
  const { journeyId, contactId, leadId } = await aJourney(engine.db, version, { now: Date.now() });
  await engine.until(journeyId, ({ stepId }) => stepId === 'ring');
  const task = await engine.db.task.findFirstOrThrow({ where: { journeyId } });
  await transaction(engine.db, (tx) => closeTask(tx, SALES, { taskId: task.id, outcome: 'reached', at: Date.now() }));
  expect(await engine.endOf(journeyId)).toBe('glad');
  const { attributes } = await engine.db.contact.findUniqueOrThrow({ where: { id: contactId } });
  expect(attributes).toEqual({ size: 7, sector: 'secret-sector' });
  expect(await engine.db.lead.findUniqueOrThrow({ where: { id: leadId } })).toMatchObject({ temperature: 'warm' });
  expect(new Set(server.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  const decisions = await engine.db.decision.findMany({ where: { journeyId }, orderBy: { seq: 'asc' } });
  expect(decisions.filter(({ kind }) => kind !== 'enter').map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual([
    'webhook deferred',
    'webhook delivered',
    'wait waits',
    'score warm',
    'task open',
    'task reached',
    'wait waits',
    'join welcomed',
    'end glad',
  ]);
  // what the other system says of a person never leaves the database
  const { events } = await engine.temporal.client.workflow.getHandle(workflowOf(journeyId)).fetchHistory();
  const payloads = JSON.stringify(events, (_key, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value,
  );
  expect(payloads).toContain(journeyId);
  expect(payloads).not.toContain('secret-sector');
}, 60_000);

test('a task that nobody closes is overdue after its time, and the journey goes on', async () => {
  const version = await published(engine.db, {
    steps: [
      { id: 'ring', type: 'task', kind: 'todo', team: 'sales', title: 'Write', due: '2d', onOverdue: 'late' },
      { id: 'done', type: 'end' },
      { id: 'late', type: 'end', outcome: 'late' },
    ],
  });
  const { journeyId } = await aJourney(engine.db, version, {
    now: Date.now(),
    before: (id) => engine.skipping.toTheEnd(workflowOf(id)),
  });
  expect(await engine.endOf(journeyId)).toBe('late');
  const { status, createdAt, dueAt } = await engine.db.task.findFirstOrThrow({ where: { journeyId } });
  expect({ status, days: (dueAt.getTime() - createdAt.getTime()) / DAY }).toEqual({ status: 'overdue', days: 2 });
}, 60_000);
