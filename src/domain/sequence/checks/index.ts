import type { Found } from '../../yaml/problem';
import type { Definition } from '../definition';
import { checkAudience } from './audience';
import { checkBranches } from './branches';
import type { Check, Known } from './check';
import { checkDeclared } from './declared';
import { checkEntry, checkHandoffs } from './entry';
import { checkEvents } from './events';
import { checkFlow } from './flow';
import { checkJoins } from './joins';
import { checkMails } from './mails';
import { checkRuleNames } from './names';
import { checkOutside } from './outside';
import { checkPlaces } from './places';
import { checkReferences } from './references';
import { checkTimeouts } from './timeouts';

export type { Known, KnownSequence } from './check';
export { checkStepNames, namedSteps } from './names';

const CHECKS: readonly Check[] = [
  checkEntry,
  checkRuleNames,
  checkFlow,
  checkHandoffs,
  checkAudience,
  checkMails,
  checkEvents,
  checkDeclared,
  checkOutside,
  checkReferences,
  checkTimeouts,
  checkBranches,
  checkJoins,
  checkPlaces,
];

/** Everything that a schema cannot see, but for the names of steps: `checkStepNames`. */
export function checkDefinition(definition: Definition, known: Known): readonly Found[] {
  return CHECKS.flatMap((check) => check(definition, known));
}
