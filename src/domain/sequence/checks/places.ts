import { strayLeaf } from '../../conditions/places';
import type { Check } from './check';
import { testsIn } from './conditions-in';

/** Facts that are always missing where they are asked for: of an event outside of a `where`, of a journey before it began. */
export const checkPlaces: Check = (definition) =>
  testsIn(definition).flatMap(({ condition, path, root, events }) =>
    strayLeaf(condition, path, { hasEvent: events.length > 0, hasJourney: root[0] !== 'enter' }),
  );
