import type { Found } from '../../yaml/problem';
import type { Definition } from '../definition';
import { type Check, error, type Known, type KnownSequence, warning } from './check';

/** Joins that lead back to their own sequence, and joins that ask for a lead where there is none. */
export const checkJoins: Check = (definition, known) =>
  definition.steps.flatMap((step, index) => {
    if (step.type !== 'join') return [];
    const path = ['steps', index, 'sequence'];
    return [
      ...circle(definition, step.sequence, { path, known }),
      ...leadless(definition, step.sequence, { path, known }),
    ];
  });

interface Where {
  readonly path: Found['path'];
  readonly known: Known;
}

function circle({ sequence }: Definition, joined: string, { path, known }: Where): readonly Found[] {
  if (joined === sequence) {
    const message = 'joins its own sequence, which nobody enters who is in it';
    const fix = 'name another sequence; to begin again, use a goto';
    return [error(path, { code: 'VIV_JOIN_CIRCLE', message, fix })];
  }
  const way = wayTo(sequence, joined, known.sequences ?? []);
  if (!way) return [];
  const message = `leads back to its own sequence: ${[sequence, ...way].join(' → ')}`;
  const fix = 'let one of them end without joining the next';
  return [warning(path, { code: 'VIV_JOIN_CIRCLE', message, fix })];
}

/** The joins from one sequence that end in `goal`; undefined when none do. */
function wayTo(goal: string, from: string, sequences: readonly KnownSequence[]): readonly string[] | undefined {
  const ways = new Map<string, readonly string[]>([[from, [from]]]);
  for (const [name, way] of ways) {
    if (name === goal) return way;
    const { joins = [] } = sequences.find((one) => one.name === name) ?? {};
    for (const next of joins) if (!ways.has(next)) ways.set(next, [...way, next]); // a map grows while it is walked
  }
  return undefined;
}

function leadless({ audience }: Definition, joined: string, { path, known }: Where): readonly Found[] {
  const other = known.sequences?.find(({ name }) => name === joined);
  if (audience !== 'client' || other?.audience !== 'lead') return [];
  const message = `"${joined}" is for leads: a client who is no lead does not enter it`;
  const fix = 'name a sequence for clients';
  return [warning(path, { code: 'VIV_AUDIENCE_MISMATCH', message, fix })];
}
