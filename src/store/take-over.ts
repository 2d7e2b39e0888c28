import type { Member } from '../domain/entry/admission';
import { type Instant, keyOf } from '../domain/ids';
import type { Definition } from '../domain/sequence/definition';
import type { Tx } from './db';
import { recordDecisions } from './decisions';
import { lockJourney, type StoredTurn, writeInterests, writeTurn } from './journeys';
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

const OUTCOME = 'taken-over';

/**
 * Ends a journey because another one of its group takes over. Its row moves on by a turn whose move is the end, and a poke makes
 * its workflow ask for it, wherever it stands. A mail that has not left is not sent; a handoff or task goes on by itself.
 */
export async function endTakenOver(tx: Tx, { member, by, now, lastSeq }: TakingOver): Promise<void> {
  const { journeyId } = member;
  const { contactId, turn, last } = await lockJourney(tx, journeyId);
  const reason = `${by.sequence} takes over in the group ${by.exclusive?.group ?? ''}`.trimEnd();
  const stored: StoredTurn = {
    state: { ...last.state, place: { type: 'ended' } },
    move: { type: 'end', outcome: OUTCOME },
    waitsFor: [],
  };
  await writeTurn(tx, { journeyId, turn, last: stored, ended: { at: now, outcome: OUTCOME, reason } });
  await writeInterests(tx, { journeyId, contactId, kinds: ['wait', 'goal', 'exit', 'condition'], interests: [] });
  await dropSends(tx, { journeyId, reason: `the journey is over: ${reason}`, at: now });
  await recordDecisions(tx, [
    { key: keyOf(OUTCOME, journeyId), contactId, journeyId, kind: 'end', outcome: OUTCOME, reason, at: now },
  ]);
  await enqueue(tx, [{ task: 'poke', payload: { workflow: `journey:${journeyId}`, seq: lastSeq } }]);
}
