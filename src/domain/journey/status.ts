import type { Definition } from '../sequence/definition';
import type { JourneyStatus, Move } from './move';
import type { JourneyState } from './state';

/** How a journey that has come to rest stands, as a person would look for it; undefined: it runs, or has ended. */
export function statusOf(
  definition: Definition,
  { place }: JourneyState,
  move: Move,
): Exclude<JourneyStatus, 'running'> | undefined {
  if (move.type === 'end') return undefined;
  if ('heldBy' in place && place.heldBy !== undefined) return 'paused';
  if (move.type === 'perform') return move.effect.type === 'handoff' ? 'handoff' : undefined;
  const isTask = definition.steps.some(({ id, type }) => id === move.stepId && type === 'task');
  return isTask ? 'task' : undefined;
}
