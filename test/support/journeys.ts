import type { IncomingEvent } from '../../src/domain/event';
import { type Instant, type Json, keyOf, newId } from '../../src/domain/ids';
import { type Db, transaction } from '../../src/store/db';
import { type Enrolled, type Enrolment, enrol } from '../../src/store/enrol';
import { findVersion, publish, type SequenceVersion } from '../../src/store/sequences';
import type { TurnDeps } from '../../src/store/turn';
import { MONDAY } from './builders';
import { aLead, aPerson, type Person, writePeople } from './people';
import { SALES } from './sales';

/** Publishes a sequence under a name of its own; say only what matters. */
export async function published(
  db: Db,
  parts: { readonly steps: readonly object[] } & { readonly [key: string]: unknown },
): Promise<SequenceVersion> {
  const input = { sequence: `s${newId()}`, title: 'Test', audience: 'lead', enter: {}, ...parts };
  const definition: Json = JSON.parse(JSON.stringify(input)); // as it comes from a file
  const { id } = await publish(db, { definition, source: '', now: MONDAY });
  return transaction(db, (tx) => findVersion(tx, id));
}

export interface Someone {
  readonly contactId: string;
  readonly leadId: string;
}

/** A contact with one lead. */
export async function someone(db: Db, parts: Partial<Person> = {}): Promise<Someone> {
  const [written] = await writePeople(db, [aPerson({ leads: [aLead()], ...parts })]);
  const [leadId = ''] = written?.leadIds ?? [];
  if (!written) throw new Error('nobody was written');
  return { contactId: written.contactId, leadId };
}

/** Enrols by hand, in a transaction of its own. */
export function enrolled(
  db: Db,
  enrolment: Pick<Enrolment, 'contactId' | 'leadId' | 'version'> & Partial<Enrolment>,
  deps: TurnDeps = SALES,
): Promise<Enrolled> {
  const whole: Enrolment = { now: MONDAY, origin: 'by hand', cause: newId(), ...enrolment };
  return transaction(db, (tx) => enrol(tx, deps, whole));
}

interface JourneyOptions {
  /** In place of someone new. */
  readonly who?: Someone;
  readonly now?: Instant;
  /** Is told the journey's id before it is there. */
  readonly before?: (journeyId: string) => void;
}

/** A journey under way: someone, who has entered `version`. */
export async function aJourney(
  db: Db,
  version: SequenceVersion,
  { who: given, before, ...enrolment }: JourneyOptions = {},
  deps: TurnDeps = SALES,
): Promise<Someone & { readonly journeyId: string }> {
  const [who, cause] = [given ?? (await someone(db)), newId()];
  before?.(keyOf('journey', who.contactId, version.sequence, cause));
  const answer = await enrolled(db, { ...who, version, cause, ...enrolment }, deps);
  if (answer.type === 'refused') throw new Error(answer.reason);
  return { ...who, journeyId: answer.journeyId };
}

/** An event of a contact; each with a key of its own unless told. */
export function anIncoming(contactId: string, type: string, parts: Partial<IncomingEvent> = {}): IncomingEvent {
  return { contactId, type, at: MONDAY, idempotencyKey: newId(), ...parts };
}

export interface Job {
  readonly task: string;
  readonly payload: { readonly journeyId?: string; readonly workflow?: string; readonly seq?: number };
}

/** What the outbox holds, in the order in which it was put there. */
export function jobsIn(db: Db): Promise<readonly Job[]> {
  return db.$queryRaw<Job[]>`
    SELECT t.identifier AS task, j.payload FROM graphile_worker._private_jobs j
    JOIN graphile_worker._private_tasks t ON t.id = j.task_id ORDER BY j.id`;
}

/** Ids of the workflows that the outbox will wake. */
export async function pokesIn(db: Db): Promise<readonly (string | undefined)[]> {
  const jobs = await jobsIn(db);
  return jobs.filter(({ task }) => task === 'poke').map(({ payload }) => payload.workflow);
}

export interface StoredInterest {
  readonly eventType: string;
  readonly kind: string;
}

export async function interestsOf(db: Db, journeyId: string): Promise<readonly StoredInterest[]> {
  const rows = await db.interest.findMany({ where: { journeyId }, orderBy: [{ kind: 'asc' }, { eventType: 'asc' }] });
  return rows.map(({ eventType, kind }) => ({ eventType, kind }));
}

/** A step that waits, and ends that follow it. */
export const ENDS = [
  { id: 'came', type: 'end', outcome: 'came' },
  { id: 'silent', type: 'end', outcome: 'silent' },
];
export const aWaitFor = (event: string | readonly string[], timeout = '2d') => ({
  id: 'watch',
  type: 'waitFor',
  event,
  timeout,
  onEvent: 'came',
  onTimeout: 'silent',
});

/** The moment `ms` after `MONDAY`. */
export const later = (ms: number): Instant => MONDAY + ms;

/** A published sequence that waits two days, and ends. */
export const aTwoDayWait = (db: Db): Promise<SequenceVersion> =>
  published(db, {
    steps: [
      { id: 'rest', type: 'wait', for: '2d' },
      { id: 'done', type: 'end' },
    ],
  });
