import type { Member } from '../domain/entry/admission';
import { type Instant, keyOf } from '../domain/ids';
import type { Definition } from '../domain/sequence/definition';
import type { Tx } from './db';
import { recordDecisions } from './decisions';
import { lockJourney, type OpenJourney, type StoredTurn, writeInterests, writeTurn } from './journeys';
import { enqueue } from './outbox';
import { dropSends } from './send-ledger';

export interface TakingOver {
  readonly member: Member;
  /** The sequence that takes over. */
  readonly by: Definition;
  readonly now: Instant;
  /** `seq` of the contact's newest interaction, for people who read the poke in the history. */
  readonly lastSeq: number;
}

export const TAKEN_OVER = 'taken-over';

/**
 * Ends a journey because another one of its group takes over. Its row moves on by a turn whose move is the end, and a poke makes
 * its workflow ask for it, wherever it stands. A mail that has not left is not sent; a handoff goes on by itself. Answers the
 * journey as it stood; what follows from its end is for whoever takes over, once they have entered.
 */
export async function endTakenOver(tx: Tx, { member, by, now, lastSeq }: TakingOver): Promise<OpenJourney> {
  const { journeyId } = member;
  const reason = `${by.sequence} takes over in the group ${by.exclusive?.group ?? ''}`.trimEnd();
  return endFromOutside(tx, { journeyId, outcome: TAKEN_OVER, reason, now, lastSeq });
}

export interface EndingFromOutside {
  readonly journeyId: string;
  readonly outcome: string;
  readonly reason: string;
  readonly now: Instant;
  /** `seq` of the contact's newest interaction, for people who read the poke in the history. */
  readonly lastSeq: number;
}

/** Ends a journey that runs, wherever it stands, and nothing that follows from its end. Answers it as it stood. */
export async function endFromOutside(
  tx: Tx,
  { journeyId, outcome, reason, now, lastSeq }: EndingFromOutside,
): Promise<OpenJourney> {
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
  await recordDecisions(tx, [
    { key: keyOf(outcome, journeyId), contactId, journeyId, kind: 'end', outcome, reason, at: now },
  ]);
  await enqueue(tx, [{ task: 'poke', payload: { workflow: `journey:${journeyId}`, seq: lastSeq } }]);
  return journey;
}
