import { type Instant, keyOf } from '../domain/ids';
import type { Turn } from '../domain/journey/move';
import { afterEnd, FAILED } from './after-end';
import type { Tx } from './db';
import { recordDecisions } from './decisions';
import { lockJourney, type StoredTurn, writeInterests, writeTurn } from './journeys';
import type { TurnDeps } from './turn';

export interface Failing {
  readonly journeyId: string;
  readonly now: Instant;
  /** The stable code of the error that no retry can help. */
  readonly code: string;
}

/** Ends a journey that cannot go on, with its reason; one that has ended is left as it is. Throws VIV_JOURNEY_UNKNOWN. */
export async function failJourney(tx: Tx, deps: TurnDeps, { journeyId, now, code }: Failing): Promise<Turn> {
  const journey = await lockJourney(tx, journeyId);
  const { contactId, turn, last } = journey;
  if (last.move.type === 'end') return { turn, move: last.move };
  const reason = `it cannot go on: ${code}`;
  const stored: StoredTurn = {
    state: { ...last.state, place: { type: 'ended' } },
    move: { type: 'end', outcome: FAILED },
    waitsFor: [],
  };
  await writeTurn(tx, { journeyId, turn, last: stored, ended: { at: now, outcome: FAILED, reason } });
  await writeInterests(tx, { journeyId, contactId, kinds: ['wait', 'goal', 'exit', 'condition'], interests: [] });
  await recordDecisions(tx, [
    { key: keyOf('failed', journeyId), contactId, journeyId, kind: 'end', outcome: FAILED, reason, at: now },
  ]);
  await afterEnd(tx, deps, { journey, outcome: FAILED, now });
  return { turn: turn + 1, move: stored.move };
}
