import { type Draw, oneOf, weighted } from './draw';
import { PLACES, type Place } from './places';

export interface Person {
  readonly place: Place;
  readonly name: string;
  readonly email: string;
  readonly timeZone: string;
}

/** A person of a sample. `mark` makes the address unique. */
export function personOf(draw: Draw, mark: string): Person {
  const place = weighted(PLACES, draw('place'));
  const name = `${oneOf(place.firstNames, draw('first name'))} ${oneOf(place.surnames, draw('surname'))}`;
  return {
    place,
    name,
    email: `${addressName(name)}.${mark}@example.test`,
    timeZone: weighted(place.zones, draw('zone')),
  };
}

/** Letters and dots alone: `Łukasz Wójcik` is `lukasz.wojcik`. The ł has no accent that could be taken off. */
function addressName(name: string): string {
  return name
    .replaceAll('Ł', 'L')
    .replaceAll('ł', 'l')
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z ]/g, '')
    .replaceAll(' ', '.');
}
