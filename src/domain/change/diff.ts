import type { Definition } from '../sequence/definition';
import type { Step } from '../steps';
import { END, SAME_STEPS, type StepMap, targetOf } from './step-map';

/** What differs between two versions of a sequence. */
export interface SequenceDiff {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** By the step map. */
  readonly renamed: readonly { readonly from: string; readonly to: string }[];
  /** By its new id; `fields` are keys of the step. */
  readonly changed: readonly { readonly stepId: string; readonly fields: readonly string[] }[];
  /** The fewest steps that must change places to turn the old order into the new. */
  readonly moved: readonly string[];
  /** Keys of the sequence besides its steps: `goal`, `exits`, `purpose`, … */
  readonly rules: readonly string[];
}

/** What changed from one version to another; with a map, a step that it names is the same step under another id. */
export function diffOf(from: Definition, to: Definition, map: StepMap = SAME_STEPS): SequenceDiff {
  const pairs = pairsOf(from, to, map);
  const kept = new Set(pairs.map(({ now }) => now.id));
  const gone = new Set(pairs.map(({ was }) => was.id));
  return {
    added: to.steps.filter(({ id }) => !kept.has(id)).map(({ id }) => id),
    removed: from.steps.filter(({ id }) => !gone.has(id)).map(({ id }) => id),
    renamed: pairs.filter(({ was, now }) => was.id !== now.id).map(({ was, now }) => ({ from: was.id, to: now.id })),
    changed: pairs.flatMap(({ was, now }) => {
      const fields = differing(was, now).filter((field) => field !== 'id');
      return fields.length > 0 ? [{ stepId: now.id, fields }] : [];
    }),
    moved: movedIn(pairs, to),
    rules: differing(from, to).filter((key) => key !== 'steps'),
  };
}

/** Whether nothing differs. */
export const isSame = ({ added, removed, renamed, changed, moved, rules }: SequenceDiff): boolean =>
  [added, removed, renamed, changed, moved, rules].every(({ length }) => length === 0);

interface Pair {
  readonly was: Step;
  readonly now: Step;
}

/** Old steps with what they are now, in the old order; of two that have become one, the first. */
function pairsOf(from: Definition, to: Definition, map: StepMap): readonly Pair[] {
  const taken = new Set<string>();
  return from.steps.flatMap((was) => {
    const target = targetOf(map, to, was.id);
    const now = to.steps.find(({ id }) => id === target);
    if (!now || target === END || taken.has(now.id)) return [];
    taken.add(now.id);
    return [{ was, now }];
  });
}

function differing(was: object, now: object): readonly string[] {
  const [before, after] = [new Map(Object.entries(was)), new Map(Object.entries(now))];
  const keys = [...new Set([...before.keys(), ...after.keys()])];
  return keys.filter((key) => JSON.stringify(before.get(key)) !== JSON.stringify(after.get(key)));
}

/** All but a longest row of steps that kept their order. */
function movedIn(pairs: readonly Pair[], { steps }: Definition): readonly string[] {
  const places = pairs.map(({ now }) => steps.findIndex(({ id }) => id === now.id));
  const rows: (readonly number[])[] = [];
  for (const place of places) {
    const before = rows.filter((row) => (row.at(-1) ?? -1) < place).toSorted((a, b) => b.length - a.length)[0] ?? [];
    rows.push([...before, place]);
  }
  const kept = rows.toSorted((a, b) => b.length - a.length)[0] ?? [];
  return pairs.flatMap(({ now }, index) => (kept.includes(places[index] ?? -1) ? [] : [now.id]));
}
