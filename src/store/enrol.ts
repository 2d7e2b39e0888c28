import type { Tx } from './db';
import { type Enrolled, type Enrolment, enterWith } from './enter';
import { type TurnDeps, takeTurn } from './turn';

export { type Enrolled, type Enrolment, journeyIdFor } from './enter';

/**
 * Enters a contact into a sequence: journey, decision, first turn, and the job that starts its workflow, all in the caller's
 * transaction, under the contact's lock. While another journey of its group is under way it may wait instead. The same cause
 * again answers the same journey. Throws VIV_CONTACT_UNKNOWN.
 */
export const enrol = (tx: Tx, deps: TurnDeps, enrolment: Enrolment): Promise<Enrolled> =>
  enterWith(tx, deps, enrolment, takeTurn);
