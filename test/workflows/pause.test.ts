import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { temporal } from '@temporalio/proto';
import { createSendMail } from '../../src/activities/send-mail';
import { createTakeTurn } from '../../src/activities/take-turn';
import type { PauseMode } from '../../src/domain/pause/pause';
import type { MailTransport } from '../../src/mail/transport';
import { type Inbox, startInbox } from '../../src/runtime/inbox/server';
import { beginPause } from '../../src/store/pauses';
import { endPause } from '../../src/store/resume';
import type { SequenceVersion } from '../../src/store/sequences';
import { DAY, HOUR } from '../support/builders';
import { testEngine, workflowOf } from '../support/engine';
import { aJourney, pokesIn, published, someone } from '../support/journeys';
import { allow, mailDeps } from '../support/mailing';

const { EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED: SIGNALED } = temporal.api.enums.v1.EventType;

let folder: string;
let inbox: Inbox;
let transport: MailTransport;
const engine = testEngine(async (db, turn) => {
  folder = mkdtempSync(path.join(tmpdir(), 'viveiro-inbox-'));
  inbox = await startInbox({ folder, host: '127.0.0.1' });
  const deps = mailDeps(db, inbox.smtpUrl, { turn });
  transport = deps.transport;
  return { ...createTakeTurn(db, turn), ...createSendMail(deps) };
});
afterAll(async () => {
  await transport?.close();
  await inbox?.stop();
  if (folder) rmSync(folder, { recursive: true });
});

const mail = (id: string) => ({ id, type: 'mail', template: 'hello' });
const rest = (id: string, duration: string) => ({ id, type: 'wait', for: duration });
const END = { id: 'done', type: 'end' };

/** Someone who may be mailed enters; their clock then stands `ms` later. */
async function entered(version: SequenceVersion, ms = 0): Promise<{ readonly journeyId: string; readonly at: number }> {
  const who = await someone(engine.db);
  await allow(engine.db, who.contactId);
  const at = Date.now();
  const before = (id: string) => ms > 0 && engine.skipping.byMs(workflowOf(id), ms);
  const { journeyId } = await aJourney(engine.db, version, { who, now: at, before });
  await engine.started(journeyId);
  if (ms > 0) await engine.skipping.reached(workflowOf(journeyId));
  return { journeyId, at };
}
const begin = async ({ sequence }: SequenceVersion, mode: PauseMode, now: number) => {
  const target = { type: 'sequence', sequence } as const;
  return (await beginPause(engine.db, { target, mode, reason: 'a test', by: 'ana', now })).pause;
};
const resume = (pauseId: string, now: number) => endPause(engine.db, { pauseId, by: 'ana', now, perMinute: 600 });
const sendsOf = async ({ journeyId, at }: { readonly journeyId: string; readonly at: number }) => {
  const sends = await engine.db.send.findMany({ where: { journeyId }, orderBy: { plannedAt: 'asc' } });
  return sends.map(({ stepId, status, plannedAt }) => {
    const hours = Math.floor((plannedAt.getTime() - at) / HOUR);
    return `${stepId} ${status} at hour ${hours}`;
  });
};
const told = async (journeyId: string) => {
  const rows = await engine.db.decision.findMany({
    where: { journeyId, kind: { in: ['pause', 'skip'] } },
    orderBy: { seq: 'asc' },
  });
  return rows.map(
    ({ kind, outcome, reason }) => `${kind} ${outcome}: ${reason.replace(/sequence s\S+?(?=[,;])/, 'it')}`,
  );
};
async function signalsOf(journeyId: string): Promise<number> {
  const { events } = await engine.temporal.client.workflow.getHandle(workflowOf(journeyId)).fetchHistory();
  return (events ?? []).filter(({ eventType }) => eventType === SIGNALED).length;
}

test('a wait of two days that is frozen after one day for three ends at day five; nobody else is woken', async () => {
  const version = await published(engine.db, { steps: [rest('rest', '2d'), mail('hello'), END] });
  const journey = await entered(version, DAY);
  const waiting = await entered(version); // its timer is not due while the pause lasts
  const other = await entered(await published(engine.db, { steps: [rest('rest', '2d'), END] }));
  const pause = await begin(version, 'freeze', journey.at + DAY);
  await engine.skipping.further(workflowOf(journey.journeyId), 3 * DAY);
  await engine.until(journey.journeyId, ({ heldBy }) => heldBy === pause.id);
  expect(await sendsOf(journey)).toEqual([]);

  expect(await resume(pause.id, journey.at + 4 * DAY)).toMatchObject({ waking: 1 });
  const row = await engine.until(journey.journeyId, ({ heldBy }) => heldBy === null);
  expect(row.dueAt).toEqual(new Date(journey.at + 5 * DAY));
  await engine.skipping.further(workflowOf(journey.journeyId));
  expect(await engine.endOf(journey.journeyId)).toBe('completed');
  expect(await sendsOf(journey)).toEqual(['hello accepted at hour 120']);
  expect(await told(journey.journeyId)).toEqual([
    'pause held: paused: it, clocks stopped (a test)',
    'pause resumed: no longer paused: it; the wait gets back 3d',
  ]);

  expect(await signalsOf(journey.journeyId)).toBe(1);
  expect(await pokesIn(engine.db)).toEqual([]);
  for (const { journeyId } of [waiting, other]) {
    expect(await signalsOf(journeyId)).toBe(0);
    expect(await engine.until(journeyId, () => true)).toMatchObject({ turn: 1, heldBy: null, status: 'running' });
  }
});

test('a pause that drops mails drops the one that falls due in it, and no other', async () => {
  const version = await published(engine.db, {
    steps: [mail('first'), rest('one', '1d'), mail('second'), rest('two', '1d'), mail('third'), END],
  });
  const journey = await entered(version, 12 * HOUR);
  const pause = await begin(version, 'skip', journey.at + 12 * HOUR);
  await engine.skipping.further(workflowOf(journey.journeyId), DAY);
  await engine.until(journey.journeyId, ({ stepId }) => stepId === 'two');
  expect(await resume(pause.id, journey.at + 36 * HOUR)).toMatchObject({ waking: 0 });
  await engine.skipping.further(workflowOf(journey.journeyId));
  expect(await engine.endOf(journey.journeyId)).toBe('completed');
  expect(await sendsOf(journey)).toEqual(['first accepted at hour 0', 'third accepted at hour 48']);
  expect(await told(journey.journeyId)).toEqual([
    'skip skipped: paused: it, mails and webhooks that fall due are dropped (a test)',
  ]);
  expect(await signalsOf(journey.journeyId)).toBe(0);
});

test('actions that waited while clocks ran act at the resume', async () => {
  const version = await published(engine.db, { steps: [rest('rest', '2d'), mail('hello'), END] });
  const journey = await entered(version, DAY);
  const pause = await begin(version, 'elapse', journey.at + DAY);
  await engine.skipping.further(workflowOf(journey.journeyId), 3 * DAY);
  await engine.until(journey.journeyId, ({ heldBy }) => heldBy === pause.id);
  await resume(pause.id, journey.at + 4 * DAY);
  expect(await engine.endOf(journey.journeyId)).toBe('completed');
  expect(await sendsOf(journey)).toEqual(['hello accepted at hour 96']);
});
