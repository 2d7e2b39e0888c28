import { type ReceivedMail, reactionsTo } from '../domain/rehearsal/habits';
import { personaOf } from '../domain/rehearsal/personas';
import { type OfferedLead, repAnswer } from '../domain/rehearsal/rep-answer';
import type { Script, ScriptEntry } from '../domain/rehearsal/script';
import type { ScriptedEvent } from '../domain/rehearsal/scripted-event';
import { type GivenTask, taskClosing } from '../domain/rehearsal/task-closing';
import type { Tx } from './db';
import { readJourney } from './journeys';
import { nextScriptedAt, planEvents } from './scripts';
import type { Reactions } from './turn';

/** How the recipients and reps of a rehearsal react: by the script's own entries, and by their personas. */
export function createReactions(script: Script): Reactions {
  return {
    afterMail: (tx, mail) => planReactions(tx, script, mail),
    afterOffer: async (tx, { handoffId, contactId, now, dueAt }) => {
      if (script.reps === 'silent') return;
      const offered = await offeredLead(tx, handoffId);
      const events = repAnswer({ ...offered, handoffId, offeredAt: now, dueAt }, script.seed);
      await planEvents(tx, { contactId, cause: handoffId, events });
    },
    afterTask: async (tx, { taskId, contactId, now, dueAt }) => {
      if (script.reps === 'silent') return;
      const events = taskClosing({ ...(await givenTask(tx, taskId)), taskId, givenAt: now, dueAt }, script.seed);
      await planEvents(tx, { contactId, cause: taskId, events });
    },
    answerOf: (endpoint) => {
      const { webhooks } = script;
      return (Object.hasOwn(webhooks, endpoint) ? webhooks[endpoint] : undefined) ?? { status: 200, body: {} };
    },
    nextAt: nextScriptedAt,
  };
}

async function planReactions(tx: Tx, script: Script, mail: Parameters<Reactions['afterMail']>[1]): Promise<void> {
  const { contactId, journeyId, sendId, now } = mail;
  const { definition } = await readJourney(tx, journeyId);
  const read = await receivedMail(tx, mail);
  const received = { ...read, sequence: definition.sequence, sendId, acceptedAt: now };
  const persona = personaOf(script, { email: received.email, audience: definition.audience });
  const own = ownEntries(script, received.email);
  const byStep = own.flatMap((entry) => entryAfter(entry, received));
  // who is told step by step what to do does nothing else
  const isTold = own.some((entry) => entry.afterStep !== undefined);
  const byHabit = isTold ? [] : reactionsTo(received, { persona, seed: script.seed });
  await planEvents(tx, { contactId, cause: sendId, events: [...byStep, ...byHabit] });
}

const ownEntries = (script: Script, email: string): readonly ScriptEntry[] => [
  ...(script.everyone?.events ?? []),
  ...(script.contacts[email]?.events ?? []),
];

function entryAfter(entry: ScriptEntry, { stepId, sendId, acceptedAt }: ReceivedMail): ScriptedEvent[] {
  if (entry.afterStep !== stepId) return [];
  const { event: type, in: after = 0, properties } = entry;
  const dueAt = acceptedAt + after;
  return [{ type, dueAt, properties: type.startsWith('mail.') ? { sendId, ...properties } : properties }];
}

/** Events of the script that are due some time after the rehearsal's start, whatever is sent. */
export function absoluteEvents(script: Script, email: string, startedAt: number): readonly ScriptedEvent[] {
  return ownEntries(script, email).flatMap(({ at, event, properties }) =>
    at === undefined ? [] : [{ type: event, dueAt: startedAt + at, properties }],
  );
}

async function receivedMail(
  tx: Tx,
  { sendId, journeyId, contactId }: { readonly sendId: string; readonly journeyId: string; readonly contactId: string },
): Promise<Pick<ReceivedMail, 'email' | 'stepId' | 'ordinal' | 'purpose'>> {
  const [row] = await tx.$queryRaw<{ ordinal: number; purpose: string; step_id: string; email: string }[]>`
    SELECT s.purpose, s.step_id, c.email,
      (SELECT count(*)::int FROM send o WHERE o.journey_id = ${journeyId}::uuid AND (o.status = 'accepted' OR o.id = s.id)) AS ordinal
    FROM send s, contact c WHERE s.id = ${sendId}::uuid AND c.id = ${contactId}::uuid`;
  if (!row) throw new Error(`no send ${sendId}`); // afterMail is called in the transaction that accepted it
  return { ordinal: row.ordinal, purpose: row.purpose, stepId: row.step_id, email: row.email };
}

async function offeredLead(
  tx: Tx,
  handoffId: string,
): Promise<Pick<OfferedLead, 'email' | 'locale' | 'sequence' | 'stepId' | 'occurrence'>> {
  const [row] = await tx.$queryRaw<Pick<OfferedLead, 'email' | 'locale' | 'sequence' | 'stepId' | 'occurrence'>[]>`
    SELECT c.email, c.locale, j.sequence, h.step_id AS "stepId",
      (SELECT count(*)::int FROM handoff o WHERE o.journey_id = h.journey_id AND o.step_id = h.step_id) AS occurrence
    FROM handoff h JOIN contact c ON c.id = h.contact_id JOIN journey j ON j.id = h.journey_id
    WHERE h.id = ${handoffId}::uuid`;
  if (!row) throw new Error(`no handoff ${handoffId}`); // afterOffer is called in the transaction that offers it
  return row;
}

async function givenTask(
  tx: Tx,
  taskId: string,
): Promise<Pick<GivenTask, 'email' | 'sequence' | 'stepId' | 'occurrence' | 'kind' | 'outcomes'>> {
  const [row] = await tx.$queryRaw<(Omit<GivenTask, 'outcomes'> & { readonly journeyId: string })[]>`
    SELECT c.email, j.sequence, j.id AS "journeyId", t.step_id AS "stepId", t.kind,
      (SELECT count(*)::int FROM task o WHERE o.journey_id = t.journey_id AND o.step_id = t.step_id) AS occurrence
    FROM task t JOIN contact c ON c.id = t.contact_id JOIN journey j ON j.id = t.journey_id WHERE t.id = ${taskId}::uuid`;
  if (!row) throw new Error(`no task ${taskId}`); // afterTask is called in the transaction that gives it
  const { journeyId, ...given } = row;
  const { definition } = await readJourney(tx, journeyId);
  const step = definition.steps.find(({ id }) => id === row.stepId);
  return { ...given, outcomes: step?.type === 'task' ? Object.keys(step.outcomes) : [] };
}
