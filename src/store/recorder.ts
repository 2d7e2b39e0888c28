import { type ErrorCode, failure, ViveiroError } from '../domain/errors';
import type { IncomingEvent } from '../domain/event';
import type { IdentityRules } from '../domain/identity/rules';
import { newId } from '../domain/ids';
import { isFoundBy, ownersOf, spellingOf } from './addresses';
import { type ContactRef, contactIdOf } from './contact-ref';
import { type Db, noteLock, type Tx, transaction } from './db';
import { applyEvent } from './event-effects';
import { conflict, followUp, hashOf, type Ingested, ingestIn, isSaidBefore } from './ingest';
import type { TurnDeps } from './turn';

/** An event as a caller tells it: the contact by id or address. */
export interface EventTold extends Omit<IncomingEvent, 'contactId'> {
  readonly contact: ContactRef;
}

/** Records events of many callers at once; each answer comes when what it tells is durable. */
export interface Recorder {
  /** As `ingest`, with the same effects. Throws VIV_CONTACT_UNKNOWN, VIV_IDEMPOTENCY_CONFLICT, and what the event's effects throw. */
  record(event: EventTold): Promise<Ingested>;
}

interface Waiting extends Named {
  readonly event: EventTold;
  readonly resolve: (ingested: Ingested) => void;
  readonly reject: (error: unknown) => void;
}

/** Larger ones hold locks for longer, and gain nothing more. */
const MOST_IN_BATCH = 256;
/** While one waits for the disk, the next is worked on. */
const MOST_BATCHES = 2;

interface Named {
  /** Tells contacts apart: an id, or the key of an address. */
  readonly ref: string;
  /** The address as it is compared; undefined: it is named by its id. */
  readonly exact?: string;
}

function named(contact: ContactRef, identity: IdentityRules | undefined): Named {
  if ('id' in contact) return { ref: contact.id.toLowerCase() };
  const { exact, home } = spellingOf(contact.email, identity);
  return { ref: home, exact };
}

/**
 * Whatever comes while a transaction is under way goes into the next one, together. One event of a contact at a time, in the order in
 * which they came. If a batch cannot be recorded as a whole, each of its events stands for itself.
 */
export function createRecorder(db: Db, deps: TurnDeps): Recorder {
  let waiting: Waiting[] = [];
  const busy = new Set<string>();
  let running = 0;

  const next = (): void => {
    if (running >= MOST_BATCHES || waiting.length === 0) return;
    const batch = taken();
    if (batch.length === 0) return;
    running += 1;
    void settle(db, deps, batch).finally(() => {
      running -= 1;
      for (const { ref } of batch) busy.delete(ref);
      next();
    });
    next();
  };

  /** The first event of each contact that no other batch is about. */
  const taken = (): readonly Waiting[] => {
    const batch: Waiting[] = [];
    const left: Waiting[] = [];
    const held = new Set<string>();
    for (const one of waiting) {
      if (batch.length >= MOST_IN_BATCH || busy.has(one.ref) || held.has(one.ref)) left.push(one);
      else batch.push(one);
      held.add(one.ref);
    }
    waiting = left;
    for (const { ref } of batch) busy.add(ref);
    return batch;
  };

  return {
    record: (event) =>
      new Promise((resolve, reject) => {
        waiting.push({ event, ...named(event.contact, deps.rules.identity), resolve, reject });
        // whoever comes in the same turn of the loop comes along
        setImmediate(next);
      }),
  };
}

type Answer = Ingested | ViveiroError;

async function settle(db: Db, deps: TurnDeps, batch: readonly Waiting[]): Promise<void> {
  const answers = batch.length > 1 ? await together(db, deps, batch) : undefined;
  const left = batch.filter((one, index) => {
    const answer = answers?.[index];
    if (answer instanceof ViveiroError) one.reject(answer);
    else if (answer) one.resolve(answer);
    return answer === undefined;
  });
  await Promise.all(left.map((one) => alone(db, deps, one)));
}

async function alone(db: Db, deps: TurnDeps, { event, resolve, reject }: Waiting): Promise<void> {
  try {
    resolve(
      await transaction(db, async (tx) => {
        const { contact, ...rest } = event;
        return ingestIn(tx, deps, { ...rest, contactId: await contactIdOf(tx, contact, deps.rules.identity) });
      }),
    );
  } catch (error) {
    reject(error);
  }
}

/** Undefined: it does not go together. An answer that is undefined: that event must stand for itself. */
async function together(
  db: Db,
  deps: TurnDeps,
  batch: readonly Waiting[],
): Promise<readonly (Answer | undefined)[] | undefined> {
  try {
    return await transaction(db, (tx) => recordAll(tx, deps, batch));
  } catch {
    return undefined; // each is tried by itself, and tells what is wrong with it
  }
}

/** An event that goes along, at its place in the batch. */
interface Told {
  readonly place: number;
  readonly event: IncomingEvent;
  readonly hash: string;
  readonly id: string;
}

async function recordAll(tx: Tx, deps: TurnDeps, batch: readonly Waiting[]): Promise<readonly (Answer | undefined)[]> {
  const contacts = await lockAll(tx, batch);
  const answers: (Answer | undefined)[] = batch.map(() => undefined);
  const told: Told[] = [];
  const met = new Set<string>();
  for (const [place, { event, ref, exact = ref }] of batch.entries()) {
    const contactId = contacts.get(exact) ?? contacts.get(ref);
    const { contact, ...rest } = event;
    if (contactId === undefined) {
      if ('id' in contact) continue; // it may have been merged: it stands for itself, and is looked for
      const code: ErrorCode = 'VIV_CONTACT_UNKNOWN';
      answers[place] = failure(code, { contact: contact.email });
    } else if (!met.has(contactId)) {
      met.add(contactId); // by id and by address it may be the same one
      const whole = { ...rest, contactId };
      told.push({ place, event: whole, hash: hashOf(whole), id: newId() });
    }
  }
  const seqs = await insertAll(tx, told);
  const known = await knownOf(
    tx,
    told.filter(({ id }) => !seqs.has(id)),
  );
  const fresh: Fresh[] = [];
  for (const one of told) {
    const seq = seqs.get(one.id);
    if (seq === undefined) answers[one.place] = await repeated(tx, one, known);
    else fresh.push({ ...one, seq });
  }
  const pokes = await followed(tx, deps, fresh);
  for (const [index, { place, id, seq }] of fresh.entries())
    answers[place] = { interactionId: id, seq, duplicate: false, pokes: pokes[index] ?? [] };
  return answers;
}

interface Fresh extends Told {
  readonly seq: number;
}

/** What Viveiro does about them, and what follows from them. */
async function followed(tx: Tx, deps: TurnDeps, fresh: readonly Fresh[]): Promise<readonly (readonly string[])[]> {
  for (const { event, id } of fresh) await applyEvent(tx, deps, { event, interactionId: id });
  if (fresh.length === 0) return [];
  return followUp(
    tx,
    deps,
    fresh.map(({ event, id, seq }) => ({ event, interactionId: id, seq })),
  );
}

/** In the order of their ids, so that two batches never wait for each other. By what callers call them. */
async function lockAll(tx: Tx, batch: readonly Waiting[]): Promise<ReadonlyMap<string, string>> {
  const ids = batch.flatMap(({ ref, exact }) => (exact === undefined ? [ref] : []));
  const keys = batch
    .flatMap(({ ref, exact }) => (exact === undefined ? [] : [...new Set([exact, ref])]))
    .filter((key) => !key.includes('\0')); // PostgreSQL text holds no NUL
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM contact WHERE id = ANY(${ids}::uuid[]) OR ${isFoundBy(keys)} ORDER BY id FOR UPDATE`;
  for (const { id } of rows) noteLock(tx, id);
  const owners = await ownersOf(tx, { keys, contactIds: rows.map(({ id }) => id) });
  return new Map([...owners, ...rows.map(({ id }) => [id, id] as const)]);
}

/** The place in the log of each event that is new, by its id. */
async function insertAll(tx: Tx, told: readonly Told[]): Promise<ReadonlyMap<string, number>> {
  if (told.length === 0) return new Map();
  const rows = told.map(({ event, hash, id }) => ({
    id,
    contact_id: event.contactId,
    lead_id: event.leadId ?? null,
    journey_id: event.journeyId ?? null,
    type: event.type,
    at: new Date(event.at).toISOString(),
    properties: event.properties ?? {},
    idempotency_key: event.idempotencyKey,
    body_hash: hash,
  }));
  const inserted = await tx.$queryRaw<{ id: string; seq: number }[]>`
    INSERT INTO interaction (id, contact_id, lead_id, journey_id, type, at, properties, idempotency_key, body_hash)
    SELECT id, contact_id, lead_id, journey_id, type, at, properties, idempotency_key, body_hash
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r(id uuid, contact_id uuid, lead_id uuid, journey_id uuid,
      type text, at timestamptz, properties jsonb, idempotency_key text, body_hash text)
    ON CONFLICT (idempotency_key) DO NOTHING RETURNING id, seq::float8 AS seq`;
  return new Map(inserted.map(({ id, seq }) => [id, seq]));
}

interface Known {
  readonly key: string;
  readonly id: string;
  readonly seq: number;
  readonly hash: string | null;
}

async function knownOf(tx: Tx, told: readonly Told[]): Promise<ReadonlyMap<string, Known>> {
  if (told.length === 0) return new Map();
  const rows = await tx.$queryRaw<Known[]>`
    SELECT idempotency_key AS key, id, seq::float8 AS seq, body_hash AS hash FROM interaction
    WHERE idempotency_key = ANY(${told.map(({ event }) => event.idempotencyKey)}::text[])`;
  return new Map(rows.map((row) => [row.key, row]));
}

async function repeated(tx: Tx, { event }: Told, known: ReadonlyMap<string, Known>): Promise<Answer> {
  const old = known.get(event.idempotencyKey);
  if (!old || !(await isSaidBefore(tx, event, old.hash))) return conflict(event);
  return { interactionId: old.id, seq: old.seq, duplicate: true, pokes: [] };
}
