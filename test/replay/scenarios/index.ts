import type { Scenario } from '../recording';
import { CHANGES } from './changes';
import { ERASURES } from './erasure';
import { MOMENTS } from './moments';
import { HANDOFFS } from './sales';
import { STEPS } from './steps';

/** All that the corpus covers; a new step type or an odd moment adds one entry, and is recorded by `npm run replay:record`. */
export const SCENARIOS: readonly Scenario[] = [...STEPS, ...HANDOFFS, ...MOMENTS, ...CHANGES, ...ERASURES];
