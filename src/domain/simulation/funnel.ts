import type { Definition } from '../sequence/definition';

/** How journeys went through one step. */
export interface StepCounts {
  readonly sequence: string;
  readonly step: string;
  /** Arrivals; a journey may come again. */
  readonly arrived: number;
  /** Who stood there when the simulation ended. */
  readonly standing: number;
  /** Where they went: steps, and outcomes of the journey (`→ outcome`). */
  readonly left: { readonly [to: string]: number };
}

interface Passed {
  readonly from: string | undefined;
  readonly path: readonly string[];
  /** Outcome of the journey, if it ended. */
  readonly ended: string | undefined;
}

interface OfSequence {
  readonly steps: readonly string[];
  readonly places: ReadonlyMap<string, number>;
  /** From step to step: `from * width + to`; the first row is where they begin. */
  readonly edges: Uint32Array;
  readonly ends: readonly Map<string, number>[];
}

/** Who went from which step to which. */
export class Funnel {
  private readonly sequences: ReadonlyMap<string, OfSequence>;

  /** Versions of one sequence are counted together. */
  constructor(definitions: Iterable<Definition>) {
    const steps = new Map<string, Set<string>>();
    for (const { sequence, steps: its } of definitions)
      steps.set(sequence, new Set([...(steps.get(sequence) ?? []), ...its.map(({ id }) => id)]));
    this.sequences = new Map([...steps].map(([sequence, ids]) => [sequence, emptyOf([...ids])]));
  }

  count({ sequence }: Definition, { from, path, ended }: Passed): void {
    const { places, edges, ends } = this.of(sequence);
    let at = from === undefined ? 0 : (places.get(from) ?? 0);
    for (const step of path) {
      const to = places.get(step) ?? 0;
      const edge = at * ends.length + to;
      edges[edge] = (edges[edge] ?? 0) + 1;
      at = to;
    }
    if (ended !== undefined) ends[at]?.set(ended, (ends[at]?.get(ended) ?? 0) + 1);
  }

  private of(sequence: string): OfSequence {
    const counts = this.sequences.get(sequence);
    if (!counts) throw new TypeError(`nobody counts ${sequence}`);
    return counts;
  }

  outcomes(): { readonly [sequence: string]: { readonly [outcome: string]: number } } {
    return Object.fromEntries(
      [...this.sequences].map(([sequence, { ends }]) => {
        const all = new Map<string, number>();
        for (const [outcome, count] of ends.flatMap((end) => [...end]))
          all.set(outcome, (all.get(outcome) ?? 0) + count);
        return [sequence, Object.fromEntries(all)];
      }),
    );
  }

  steps(): readonly StepCounts[] {
    return [...this.sequences].flatMap(([sequence, counts]) =>
      counts.steps.map((step, index) => stepCounts(counts, { sequence, step, place: index + 1 })),
    );
  }
}

function emptyOf(ids: readonly string[]): OfSequence {
  const width = ids.length + 1;
  return {
    steps: ids,
    places: new Map(ids.map((id, index) => [id, index + 1])),
    edges: new Uint32Array(width * width),
    ends: Array.from({ length: width }, () => new Map()),
  };
}

function stepCounts(
  { steps, edges, ends }: OfSequence,
  { sequence, step, place }: { readonly sequence: string; readonly step: string; readonly place: number },
): StepCounts {
  const width = ends.length;
  let arrived = 0;
  for (let from = 0; from < width; from += 1) arrived += edges[from * width + place] ?? 0;
  const onward = steps.flatMap((to, index): [string, number][] => {
    const count = edges[place * width + index + 1] ?? 0;
    return count > 0 ? [[to, count]] : [];
  });
  const over = [...(ends[place] ?? [])].map(([outcome, count]): [string, number] => [`→ ${outcome}`, count]);
  const left = [...onward, ...over];
  const gone = left.reduce((sum, [, count]) => sum + count, 0);
  return { sequence, step, arrived, standing: arrived - gone, left: Object.fromEntries(left) };
}
