import { fallsThrough, type Step, stepTargets, takesTime } from '../../steps';
import type { Found } from '../../yaml/problem';
import type { Definition } from '../definition';
import { type Check, error, warning } from './check';

/** Indexes of the steps that each step may go on to. */
type Graph = readonly (readonly number[])[];

function graphOf({ steps }: Definition): Graph {
  return steps.map((step, index) => {
    const targets = stepTargets(step).map(({ to }) => steps.findIndex(({ id }) => id === to));
    const below = fallsThrough(step) && index + 1 < steps.length ? [index + 1] : [];
    return [...new Set([...targets, ...below])].filter((target) => target >= 0);
  });
}

/** The way through the steps: it ends, it leads to every step, and it goes round only with a wait. */
export const checkFlow: Check = (definition) => {
  const graph = graphOf(definition);
  return [
    ...endMissing(definition.steps),
    ...unreachable(definition.steps, graph),
    ...circles(definition.steps, graph),
    ...endless(definition.steps, graph),
  ];
};

function endMissing(steps: readonly Step[]): readonly Found[] {
  const last = steps.at(-1);
  if (!last || !fallsThrough(last)) return [];
  const message = `the last step "${last.id}" goes on to the step below it, and there is none`;
  const fix = 'add a step below it: { id: done, type: end }';
  return [error(['steps', steps.length - 1], { code: 'VIV_END_MISSING', message, fix })];
}

function unreachable(steps: readonly Step[], graph: Graph): readonly Found[] {
  const reached = new Set([0]);
  for (const index of reached) for (const next of graph[index] ?? []) reached.add(next); // a set grows while it is walked
  return steps.flatMap(({ id }, index) => {
    if (reached.has(index)) return [];
    const message = `no step leads to "${id}"`;
    const fix = 'remove it, or let a step go to it';
    return [error(['steps', index, 'id'], { code: 'VIV_STEP_UNREACHABLE', message, fix })];
  });
}

/** The first step from which the steps lead to no end: only the goal, an exit or the gate ends a journey that is there. */
function endless(steps: readonly Step[], graph: Graph): readonly Found[] {
  const ending = new Set(steps.flatMap((step, index) => (endsThere(step, index, steps) ? [index] : [])));
  for (const end of ending) for (const [from, targets] of graph.entries()) if (targets.includes(end)) ending.add(from); // grows while it is walked
  const index = steps.findIndex((_, one) => !ending.has(one));
  const step = steps[index];
  if (!step) return [];
  const message = `from "${step.id}" on the steps lead to no end: only the goal or an exit ends a journey`;
  const fix = 'let the circle end: by a goto with a limit, by a checkpoint, or by a timeout';
  return [warning(['steps', index, 'id'], { code: 'VIV_END_MISSING', message, fix })];
}

/** Also the last step, if it falls off the end: that is told already. */
const endsThere = (step: Step, index: number, steps: readonly Step[]): boolean =>
  step.type === 'end' || (index === steps.length - 1 && fallsThrough(step));

/** Circles of steps that take no time, each told once: where it closes, when walked from the top. */
function circles(steps: readonly Step[], graph: Graph): readonly Found[] {
  const found: Found[] = [];
  const done = new Set<number>();
  const walk = (index: number, way: readonly number[]): void => {
    const step = steps[index];
    if (!step || takesTime(step) || done.has(index)) return;
    const start = way.indexOf(index);
    if (start >= 0) {
      found.push(circle(steps, way.slice(start)));
      return;
    }
    for (const next of graph[index] ?? []) walk(next, [...way, index]);
    done.add(index);
  };
  for (const index of steps.keys()) walk(index, []);
  return found;
}

function circle(steps: readonly Step[], way: readonly number[]): Found {
  const [first = 0] = way;
  const last = way.at(-1) ?? first;
  const names = [...way, first].map((index) => steps[index]?.id).join(' → ');
  return error(['steps', last, 'id'], {
    code: 'VIV_CYCLE_WITHOUT_WAIT',
    message: `goes round without a wait: ${names}`,
    fix: 'put a wait, a waitFor, a task or a handoff into the circle, or let it go on elsewhere',
  });
}
