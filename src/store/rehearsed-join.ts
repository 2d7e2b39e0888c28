import { type Instant, keyOf } from '../domain/ids';
import type { Move } from '../domain/journey/move';
import type { JourneyState } from '../domain/journey/state';
import type { Definition } from '../domain/sequence/definition';
import { Prisma, type Tx } from './db';
import { millis } from './fact-columns';

interface Waiting {
  readonly id: string;
  readonly contactId: string;
  readonly definition: Definition;
}

/**
 * In a rehearsal each workflow skips time by its own clock. A journey that waits for one that it has joined opens no timer then,
 * which would skip past that one's weeks: it is woken by what happens to the contact meanwhile, and catches up. Answers what its
 * workflow is told to do: a wait for a journey that still runs has no due time.
 */
export async function moveWithoutTimer(
  tx: Tx,
  { id, definition }: Waiting,
  { state, move }: { readonly state: JourneyState; readonly move: Move },
): Promise<Move> {
  if (move.type !== 'await' || !isJoin(definition, move.stepId)) return move;
  const joinId = keyOf(id, move.stepId, state.visits[move.stepId] ?? 1);
  const [running] = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM journey WHERE parent_id = ${id}::uuid AND join_id = ${joinId}::uuid AND status = 'running'`;
  return running ? { ...move, until: null } : move;
}

/** The moment that a journey has reached which waits for another: that of the newest event of the contact, but not past its due time. */
export async function reachedBy(
  tx: Tx,
  { contactId, definition, last }: Waiting & { readonly last: { readonly state: JourneyState } },
  now: Instant,
): Promise<Instant> {
  const { place } = last.state;
  if (place.type !== 'waiting' || !isJoin(definition, place.stepId)) return now;
  const [row] = await tx.$queryRaw<{ at: Instant | null }[]>`
    SELECT ${millis(Prisma.sql`max(at)`)} AS at FROM interaction WHERE contact_id = ${contactId}::uuid`;
  return Math.max(now, Math.min(row?.at ?? now, place.until ?? Number.POSITIVE_INFINITY));
}

const isJoin = ({ steps }: Definition, stepId: string): boolean =>
  steps.some(({ id, type }) => id === stepId && type === 'join');
