import type { Found } from '../../yaml/problem';
import type { Definition } from '../definition';
import { checkAudience } from './audience';
import type { Check, Known } from './check';
import { checkEntry, checkHandoffs } from './entry';
import { checkEvents } from './events';
import { checkFlow } from './flow';
import { checkMails } from './mails';
import { checkRuleNames } from './names';

export type { Known } from './check';
export { checkStepNames, namedSteps } from './names';

const CHECKS: readonly Check[] = [
  checkEntry,
  checkRuleNames,
  checkFlow,
  checkHandoffs,
  checkAudience,
  checkMails,
  checkEvents,
];

/** Everything that a schema cannot see, but for the names of steps: `checkStepNames`. */
export function checkDefinition(definition: Definition, known: Known): readonly Found[] {
  return CHECKS.flatMap((check) => check(definition, known));
}
