import type { Did } from '../../conditions';
import { leavesOf } from '../../conditions/leaves';
import type { Step } from '../../steps';
import { propertyPath } from '../../steps/wait-until';
import { closest } from '../../yaml/closest';
import type { Found, Path } from '../../yaml/problem';
import type { DeclaredEvents } from '../declared-events';
import type { Definition } from '../definition';
import { type Check, error, warning } from './check';
import { entryTypes, testsIn } from './conditions-in';
import { eventsIn, OWN } from './events';

/** Where a company declares its events, a type that is neither declared nor Viveiro's own is a slip; so is a property. */
export const checkDeclared: Check = (definition, { events }) => {
  if (!events) return [];
  return [...undeclaredTypes(definition, events), ...undeclaredProperties(definition, events)];
};

function undeclaredTypes(definition: Definition, events: DeclaredEvents): readonly Found[] {
  const all = [...OWN, ...Object.keys(events)];
  return eventsIn(definition).flatMap(({ type, path }) => {
    if (all.includes(type)) return [];
    const message = `the event "${type}" is not declared`;
    const fix = orDeclare(type, all);
    return [error(path, { code: 'VIV_EVENT_UNDECLARED', message, fix })];
  });
}

/** The word that was meant, or a declaration of this one. */
function orDeclare(word: string, known: readonly string[]): string {
  const near = closest(word, known);
  return near === undefined ? 'add it to events.yaml' : `did you mean "${near}"? Else add it to events.yaml`;
}

/** A property that the file reads, and the types of the event that it may be of. */
interface Read {
  readonly path: Path;
  readonly property: string;
  readonly types: readonly string[];
}

function undeclaredProperties(definition: Definition, events: DeclaredEvents): readonly Found[] {
  return [...readInConditions(definition), ...readBySteps(definition)].flatMap(({ path, property, types }) => {
    const lacking = types.filter((type) => events[type]?.includes(property) === false);
    const [type] = lacking;
    // of several types one that carries it is enough
    if (type === undefined || lacking.length < types.length) return [];
    const message = `the event "${type}" is declared without the property "${property}"`;
    const fix = orDeclare(property, events[type] ?? []);
    return [warning(path, { code: 'VIV_PROPERTY_UNDECLARED', message, fix })];
  });
}

function readInConditions(definition: Definition): readonly Read[] {
  return testsIn(definition).flatMap(({ path, condition, events }) => {
    if ('did' in condition) return readByDid(condition, path);
    const read = propertyPath(condition.fact);
    if (!read) return [];
    const types = read.of === 'entry' ? entryTypes(definition) : events;
    return [{ path: [...path, 'fact'], property: read.property, types }];
  });
}

function readByDid({ did, where }: Did, path: Path): readonly Read[] {
  if (!where) return [];
  return leavesOf(where, [...path, 'where']).flatMap((leaf) => {
    const read = 'fact' in leaf.condition ? propertyPath(leaf.condition.fact) : undefined;
    return read ? [{ path: [...leaf.path, 'fact'], property: read.property, types: [did] }] : [];
  });
}

function readBySteps(definition: Definition): readonly Read[] {
  return definition.steps.flatMap((step, index) =>
    step.type === 'waitFor'
      ? sameIn(step, index, definition)
      : step.type === 'wait'
        ? dateIn(step, index, definition)
        : [],
  );
}

function sameIn(
  { events = [] }: Extract<Step, { type: 'waitFor' }>,
  index: number,
  definition: Definition,
): readonly Read[] {
  return events.flatMap(({ event, same }, at) => {
    if (!same) return [];
    const { property, as } = same;
    const path = ['steps', index, 'events', at, 'same', 'property'];
    const here = { path, property, types: [event] };
    return [here, { path, property, types: as === undefined ? entryTypes(definition) : typesOf(as, definition) }];
  });
}

function dateIn({ until }: Extract<Step, { type: 'wait' }>, index: number, definition: Definition): readonly Read[] {
  const read = until && 'date' in until ? propertyPath(until.date) : undefined;
  if (!read || !until || !('date' in until)) return [];
  const types = until.of === undefined ? entryTypes(definition) : typesOf(until.of, definition);
  return [{ path: ['steps', index, 'until', 'date'], property: read.property, types }];
}

/** Types that a waitFor waits for. */
function typesOf(id: string, { steps }: Definition): readonly string[] {
  const step = steps.find((one) => one.id === id);
  if (step?.type !== 'waitFor') return [];
  return step.events?.map(({ event }) => event) ?? [step.event ?? []].flat();
}
