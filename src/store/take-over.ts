import type { Member } from '../domain/entry/admission';
import type { Instant } from '../domain/ids';
import type { Definition } from '../domain/sequence/definition';
import type { Tx } from './db';
import { endFromOutside } from './end-journey';
import type { OpenJourney } from './journeys';

export interface TakingOver {
  readonly member: Member;
  /** The sequence that takes over. */
  readonly by: Definition;
  readonly now: Instant;
  /** `seq` of the contact's newest interaction, for people who read the poke in the history. */
  readonly lastSeq: number;
}

export const TAKEN_OVER = 'taken-over';

/** Ends a journey because another one of its group takes over; what follows from its end is for whoever takes over, once they have entered. */
export function endTakenOver(tx: Tx, { member, by, now, lastSeq }: TakingOver): Promise<OpenJourney> {
  const reason = `${by.sequence} takes over in the group ${by.exclusive?.group ?? ''}`.trimEnd();
  return endFromOutside(tx, { journeyId: member.journeyId, outcome: TAKEN_OVER, reason, now, lastSeq });
}
