import { type Instant, keyOf } from '../domain/ids';
import type { Tx } from './db';
import { recordDecisions } from './decisions';
import { lockJourney, type OpenJourney, type StoredTurn, writeInterests, writeTurn } from './journeys';
import { enqueue } from './outbox';
import { dropSends } from './send-ledger';

export interface EndingFromOutside {
  readonly journeyId: string;
  readonly outcome: string;
  readonly reason: string;
  readonly now: Instant;
  /** What ended it, where the same may end it twice. */
  readonly cause?: string;
  /** `seq` of the contact's newest interaction, for people who read the poke in the history. */
  readonly lastSeq?: number;
}

/**
 * Ends a journey for a reason that is not its own. Its row moves on by a turn whose move is the end, and a poke makes its workflow ask for
 * it, wherever it stands. A mail that has not left is not sent; a handoff goes on by itself. Answers the journey as it stood; what follows
 * from its end is for the caller.
 */
export async function endFromOutside(tx: Tx, ending: EndingFromOutside): Promise<OpenJourney> {
  const { journeyId, outcome, reason, now, cause, lastSeq = 0 } = ending;
  const journey = await lockJourney(tx, journeyId);
  const { contactId, turn, last } = journey;
  const stored: StoredTurn = {
    state: { ...last.state, place: { type: 'ended' } },
    move: { type: 'end', outcome },
    waitsFor: [],
  };
  await writeTurn(tx, { journeyId, turn, last: stored, ended: { at: now, outcome, reason } });
  await writeInterests(tx, { journeyId, contactId, kinds: ['wait', 'goal', 'exit', 'condition'], interests: [] });
  await dropSends(tx, { journeyId, reason: `the journey is over: ${reason}`, at: now });
  const key = keyOf(outcome, journeyId, ...(cause === undefined ? [] : [cause]));
  await recordDecisions(tx, [{ key, contactId, journeyId, kind: 'end', outcome, reason, at: now }]);
  await enqueue(tx, [{ task: 'poke', payload: { workflow: `journey:${journeyId}`, seq: lastSeq } }]);
  return journey;
}
