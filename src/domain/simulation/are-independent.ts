import { lanesOf } from '../delivery/lanes';
import type { Setting } from './setting';

/**
 * Whether nobody's course hangs on another's: nothing is scarce, nothing is decided by what all have done, and no day lets in only so
 * many. Sales takes turns all the same, but whose turn it is changes nothing while everyone has room.
 */
export const areIndependent = ({
  resources = {},
  rules: { delivery },
  pauses = [],
  isSwept = false,
}: Setting): boolean =>
  Object.values(resources).every((limit) => limit === undefined) &&
  (delivery === undefined || lanesOf(delivery).every(({ perSecond }) => perSecond === null)) &&
  pauses.length === 0 &&
  !isSwept;
