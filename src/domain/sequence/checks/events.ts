import { eventsOfEntry } from '../../entry/schema';
import { EVENTS } from '../../event';
import { stepEvents } from '../../steps';
import { closest } from '../../yaml/closest';
import type { Path } from '../../yaml/problem';
import type { Definition } from '../definition';
import { type Check, warning } from './check';
import { testsIn } from './conditions-in';

/** Event types that Viveiro itself records. */
export const OWN: readonly string[] = Object.values(EVENTS);

/** Event types that look like a slip of one that Viveiro records: an exit on `mail.bounce` would never hold. */
export const checkEvents: Check = (definition, { events }) =>
  eventsIn(definition).flatMap(({ type, path }) => {
    if (events) return []; // then whatever is not declared is an error: see declared.ts
    const meant = OWN.includes(type) ? undefined : closest(type, OWN);
    if (meant === undefined) return [];
    const message = `Viveiro itself records no "${type}"`;
    const fix = `did you mean "${meant}"? Leave it if "${type}" is an event of your own`;
    return [warning(path, { code: 'VIV_EVENT_UNFAMILIAR', message, fix })];
  });

/** Every event type that a definition names. */
export function eventsIn(definition: Definition): readonly { readonly type: string; readonly path: Path }[] {
  const { enter, goal, exits, steps } = definition;
  const named: readonly { readonly type: string | undefined; readonly path: Path }[] = [
    ...eventsOfEntry(enter).map((type, index) => ({
      type,
      path: Array.isArray(enter.on) ? ['enter', 'on', index] : ['enter', 'on'],
    })),
    { type: goal?.on, path: ['goal', 'on'] },
    ...exits.map(({ on }, index) => ({ type: on, path: ['exits', index, 'on'] })),
    ...steps.flatMap((step, index) =>
      stepEvents(step).map(({ at, type }) => ({ type, path: ['steps', index, ...at] })),
    ),
    ...testsIn(definition).flatMap(({ condition, path }) =>
      'did' in condition ? [{ type: condition.did, path: [...path, 'did'] }] : [],
    ),
  ];
  return named.flatMap(({ type, path }) => (type === undefined ? [] : [{ type, path }]));
}
