import type { StepType } from '../steps';
import type { Effect } from './move';
import type { Progress, Rest } from './progress';
import type { Place } from './state';
import { stepOf } from './step-map';

/** An effect that is under way is asked for again, under the same key. */
export function standsStill(progress: Progress, place: Extract<Place, { type: 'performing' }>): Rest {
  const { stepId, key, variant } = place;
  const { type } = stepOf(progress.input.definition, stepId);
  return { place, move: { type: 'perform', stepId, effect: effectOf(type, key, variant) } };
}

function effectOf(type: StepType, key: string, variant: string | undefined): Effect {
  if (type === 'handoff' || type === 'webhook') return { type, key };
  return variant === undefined ? { type: 'mail', key } : { type: 'mail', key, variant };
}
