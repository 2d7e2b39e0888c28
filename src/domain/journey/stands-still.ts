import type { Effect } from './move';
import type { Progress, Rest } from './progress';
import type { Place } from './state';
import { stepOf } from './step-map';

/** An effect that is under way is asked for again, under the same key. */
export function standsStill(progress: Progress, place: Extract<Place, { type: 'performing' }>): Rest {
  const { stepId, key, variant } = place;
  const { type } = stepOf(progress.input.definition, stepId);
  const effect: Effect =
    type === 'handoff' || type === 'webhook'
      ? { type, key }
      : { type: 'mail', key, ...(variant === undefined ? {} : { variant }) };
  return { place, move: { type: 'perform', stepId, effect } };
}
