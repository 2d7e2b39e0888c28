import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { temporal } from '@temporalio/proto';
import { createSendMail } from '../../src/activities/send-mail';
import { createTakeTurn } from '../../src/activities/take-turn';
import type { MailTransport } from '../../src/mail/transport';
import { type Inbox, startInbox } from '../../src/runtime/inbox/server';
import { DAY, HOUR } from '../support/builders';
import { testEngine, workflowOf } from '../support/engine';
import { aJourney, published, someone } from '../support/journeys';
import { allow, mailDeps } from '../support/mailing';

const { EVENT_TYPE_WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED: SKIPPED } = temporal.api.enums.v1.EventType;
/** What a mail, a wait, a checkpoint, a mail and an end may cost: docs/decisions/0006-decisions-in-the-transaction.md */
const MOST_EVENTS = 23;

let folder: string;
let inbox: Inbox;
let transport: MailTransport;
const engine = testEngine(async (db, turn) => {
  folder = mkdtempSync(path.join(tmpdir(), 'viveiro-inbox-'));
  inbox = await startInbox({ folder, host: '127.0.0.1' });
  const deps = mailDeps(db, inbox.smtpUrl, { turn }); // its gate knows no quiet hours: the machine's clock decides nothing
  transport = deps.transport;
  return { ...createTakeTurn(db, turn), ...createSendMail(deps) };
});
afterAll(async () => {
  await transport?.close();
  await inbox?.stop();
  if (folder) rmSync(folder, { recursive: true });
});

/** Runs the reference journey to its end, its time skipped; answers its row and its history. */
async function runThrough() {
  const version = await published(engine.db, {
    steps: [
      { id: 'hello', type: 'mail', template: 'hello' },
      { id: 'pause', type: 'wait', for: '2d' },
      { id: 'keen', type: 'checkpoint', when: { fact: 'lead.score', atLeast: 40 }, then: 'done' },
      { id: 'again', type: 'mail', template: 'hello' },
      { id: 'done', type: 'end' },
    ],
  });
  const who = await someone(engine.db);
  await allow(engine.db, who.contactId);
  const before = (id: string) => engine.skipping.toTheEnd(workflowOf(id));
  const { journeyId } = await aJourney(engine.db, version, { who, now: Date.now(), before });
  expect(await engine.endOf(journeyId)).toBe('completed');
  const history = await engine.temporal.client.workflow.getHandle(workflowOf(journeyId)).fetchHistory();
  return { journeyId, events: history.events ?? [] };
}

// INV-JOURNEY-COST
test('mail, wait, checkpoint, mail, end takes 23 history events at most', async () => {
  const { events } = await runThrough();
  expect(events.filter(({ eventType }) => eventType === SKIPPED)).toHaveLength(1); // which a clock that is not skipped has not
  expect(events.filter(({ eventType }) => eventType !== SKIPPED).length).toBeLessThanOrEqual(MOST_EVENTS);
});

test('its two mails are in the inbox, two days apart by the clock of business, each accepted once', async () => {
  const { journeyId } = await runThrough();
  const sends = await engine.db.send.findMany({ where: { journeyId }, orderBy: { settledAt: 'asc' } });
  expect(sends).toMatchObject([
    { stepId: 'hello', status: 'accepted', attempts: 1 },
    { stepId: 'again', status: 'accepted', attempts: 1 },
  ]);
  for (const { messageId } of sends) expect(inbox.store.messageIds().filter((id) => id === messageId)).toHaveLength(1);
  const [first = 0, second = 0] = sends.map(({ settledAt }) => settledAt?.getTime());
  expect(second - first).toBeGreaterThanOrEqual(2 * DAY);
  expect(second - first).toBeLessThan(2 * DAY + HOUR);
});

// INV-NO-NAMES-IN-HISTORY
test('nothing that names a person or says what was written stands in its history', async () => {
  const { journeyId, events } = await runThrough();
  const { contactId } = await engine.db.journey.findUniqueOrThrow({ where: { id: journeyId } });
  const { email, name } = await engine.db.contact.findUniqueOrThrow({ where: { id: contactId } });
  const [send] = await engine.db.send.findMany({ where: { journeyId } });
  const payloads = JSON.stringify(events, (_key, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value,
  );
  expect(payloads).toContain(journeyId);
  for (const secret of [email, name ?? 'Ana', send?.subject ?? 'Hello']) expect(payloads).not.toContain(secret);
});
