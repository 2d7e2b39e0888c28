import { ViveiroError } from '../domain/errors';
import { EVENTS } from '../domain/event';
import { type Instant, keyOf } from '../domain/ids';
import type { Change } from '../domain/steps/handler';
import type { Tx } from './db';
import { recordDecisions } from './decisions';
import { instantParam } from './fact-columns';
import type { JourneyRow, OpenJourney } from './journeys';
import { findNewest } from './sequences';
import type { TurnDeps } from './turn';
import { enrolByTurn, ingestByTurn } from './turn-calls';

interface Joining {
  readonly journey: JourneyRow;
  readonly change: Extract<Change, { type: 'join' }>;
  readonly now: Instant;
}

/** Sequences that join each other without end would fill the database: that many in a row within a day are enough for anyone. */
const MOST_DEEP = 10;
const DAY_MS = 86_400_000;

/**
 * Enters the journey's contact, with the same lead, into the newest version of another sequence, once by the key of the visit: in
 * the turn's transaction, under the contact's lock. Refused, a decision says so; and a journey that waits is told at once.
 */
export async function joinSequence(tx: Tx, deps: TurnDeps, joining: Joining): Promise<void> {
  const refusal = await refusedBecause(tx, deps, joining);
  if (refusal === undefined) return;
  const { journey, change, now } = joining;
  const { id: journeyId, contactId } = journey;
  const { key, stepId, sequence } = change;
  const reason = `${sequence}: ${refusal}`;
  await recordDecisions(tx, [
    { key: keyOf('join', key), contactId, journeyId, stepId, kind: 'join', outcome: 'refused', reason, at: now },
  ]);
  if (change.isAwaited)
    await tellParent(tx, deps, { journey, joinId: key, sequence, outcome: 'refused', endedAt: now, cause: key });
}

async function refusedBecause(tx: Tx, deps: TurnDeps, { journey, change, now }: Joining): Promise<string | undefined> {
  const { contactId, leadId } = journey;
  const { key, stepId, sequence, isAwaited } = change;
  if ((await depthOf(tx, journey, now)) >= MOST_DEEP)
    return `${MOST_DEEP} journeys have entered each other within a day; the sequences join in a circle`;
  const version = await orUnknown(findNewest(tx, sequence));
  if (version === undefined) return 'no such sequence is published';
  const parent = { journeyId: journey.id, joinId: isAwaited ? key : null };
  const origin = `step ${stepId} of sequence ${journey.sequence}`;
  const entered = await enrolByTurn(tx, deps, { contactId, leadId, version, now, origin, cause: key, parent });
  return entered.type === 'refused' ? entered.reason : undefined;
}

/** An unknown sequence is an answer here, not an error. */
async function orUnknown<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof ViveiroError && error.code === 'VIV_SEQUENCE_UNKNOWN') return undefined;
    throw error;
  }
}

/** How many journeys in a row, this one included, were entered by each other and either still run or began within a day. */
async function depthOf(tx: Tx, { id }: JourneyRow, now: Instant): Promise<number> {
  const [row] = await tx.$queryRaw<{ depth: number }[]>`
    WITH RECURSIVE line AS (
      SELECT id, parent_id, 1 AS depth FROM journey WHERE id = ${id}::uuid
      UNION ALL
      SELECT p.id, p.parent_id, line.depth + 1 FROM line JOIN journey p ON p.id = line.parent_id
      WHERE line.depth < ${MOST_DEEP} AND (p.status = 'running' OR p.entered_at > ${instantParam(now - DAY_MS)}))
    SELECT max(depth)::int AS depth FROM line`;
  return row?.depth ?? 0;
}

interface Ending {
  /** The journey that waits. */
  readonly journey: { readonly id: string; readonly contactId: string; readonly leadId: string | null };
  readonly joinId: string;
  readonly sequence: string;
  readonly outcome: string;
  readonly endedAt: Instant;
  readonly cause: string;
}

async function tellParent(tx: Tx, deps: TurnDeps, ending: Ending): Promise<void> {
  const { journey, joinId, sequence, outcome, endedAt, cause } = ending;
  await ingestByTurn(tx, deps, {
    type: EVENTS.journeyEnded,
    contactId: journey.contactId,
    at: endedAt,
    idempotencyKey: `${EVENTS.journeyEnded}:${cause}`,
    journeyId: journey.id,
    leadId: journey.leadId ?? undefined,
    properties: { joinId, sequence, outcome },
  });
}

interface Ended {
  readonly journey: OpenJourney;
  readonly outcome: string;
  readonly now: Instant;
}

/** Tells the journey that waits for the end of this one; nobody where none does. In the transaction that ends it. */
export async function tellWhoWaits(
  tx: Tx,
  deps: TurnDeps,
  { journey, outcome, now, cause = journey.id }: Ended & { readonly cause?: string },
): Promise<void> {
  const { parent, contactId, leadId, sequence } = journey;
  if (!parent || parent.joinId === null) return;
  const waiting = { id: parent.journeyId, contactId, leadId };
  const { joinId } = parent;
  await tellParent(tx, deps, { journey: waiting, joinId, sequence, outcome, endedAt: now, cause });
}
