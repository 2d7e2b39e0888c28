import type { Found } from '../yaml/problem';
import type { Condition } from './condition';
import { freePath } from './fact';
import { type Leaf, leavesOf } from './leaves';
import type { Path } from './parsed';

/** What there is to look at where a condition stands. */
export interface Place {
  /** One event is looked at: `event.<property>` has a meaning. */
  readonly hasEvent: boolean;
  /** A journey is under way: it began at some time, perhaps by an event. */
  readonly hasJourney: boolean;
}

/** Tests that can never find what they ask for where they stand: each an error, VIV_FACT_OUT_OF_PLACE. */
export function outOfPlace(condition: Condition, path: Path, place: Place): readonly Found[] {
  return leavesOf(condition, path).flatMap((leaf) => strayLeaf(leaf.condition, leaf.path, place));
}

/** `outOfPlace` for one test. */
export function strayLeaf(leaf: Leaf, path: Path, { hasEvent, hasJourney }: Place): readonly Found[] {
  if ('did' in leaf) {
    if (leaf.since === undefined || hasJourney) return [];
    return [
      stray([...path, 'since'], 'no journey is under way here, so nothing came since one began', 'write within: 14d'),
    ];
  }
  const of = freePath(leaf.fact)?.of;
  if (of === 'event' && !hasEvent)
    return [
      stray(
        [...path, 'fact'],
        `${leaf.fact} is a property of an event, and none is looked at here`,
        'put it into the where of a did, or of an event',
      ),
    ];
  if (of === 'entry' && !hasJourney)
    return [
      stray(
        [...path, 'fact'],
        `${leaf.fact} is a property of the event that began a journey, and none is under way here`,
        hasEvent ? `compare event.${leaf.fact.slice('entry.'.length)}` : 'ask for it in a step',
      ),
    ];
  return [];
}

const stray = (path: Path, message: string, fix: string): Found => ({
  severity: 'error',
  code: 'VIV_FACT_OUT_OF_PLACE',
  at: 'value',
  path,
  message,
  fix,
});
