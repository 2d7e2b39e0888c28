import { type GateRules, purposesOf } from '../gate/rules';
import type { Instant } from '../ids';
import type { Definition } from '../sequence/definition';
import type { DueMail } from './mails-due';

/** Ids that a report names of each group: enough to look at some. */
const MOST_NAMED = 3;

export type Outcome = 'moves' | 'ends' | 'stays';

/** Journeys that stand at one step and fare alike. */
export interface ReportGroup {
  readonly version: number;
  readonly stepId: string;
  readonly outcome: Outcome;
  /** Where they go, or why they stay or end. */
  readonly reason: string;
  /** What would let them move; empty when they do. */
  readonly fix: string;
  readonly journeys: number;
  /** Some of them. */
  readonly ids: readonly string[];
}

/** A mail step of the new version, and how many of its mails fall due within a day if the journeys move now. */
export interface DueStep {
  readonly stepId: string;
  readonly within24h: number;
  /** Those of them that would be due at once. */
  readonly atOnce: number;
  /** Those of them that would not be due on the old version. */
  readonly newly: number;
}

/** A cap of the gate, and how many journeys come to more mails than it lets pass: the gate defers the others. */
export interface CapPressure {
  readonly purpose: string;
  readonly most: number;
  readonly withinMs: number;
  readonly journeys: number;
}

/** What moving journeys would do, or did. */
export interface MigrationReport {
  readonly journeys: number;
  readonly moves: number;
  readonly ends: number;
  readonly stays: number;
  /** Those whose wait changed, and counts what was waited. */
  readonly credited: number;
  /** The most frequent first. */
  readonly groups: readonly ReportGroup[];
  readonly due: readonly DueStep[];
  readonly caps: readonly CapPressure[];
}

export interface Reported extends Omit<ReportGroup, 'journeys' | 'ids'> {
  readonly journeyId: string;
  readonly isCredited: boolean;
  /** Mails of the next day on the new version, and on the old one under the new ids of their steps. */
  readonly due?: { readonly after: readonly DueMail[]; readonly before: readonly DueMail[]; readonly now: Instant };
}

interface Counts {
  readonly group: Omit<ReportGroup, 'journeys' | 'ids'>;
  journeys: number;
  readonly ids: string[];
}

const DAY_MS = 86_400_000;

/** Counts journeys by how they fare; its memory grows with the kinds of them, not with their number. */
export class Tally {
  readonly #groups = new Map<string, Counts>();
  readonly #due = new Map<string, { within24h: number; atOnce: number; newly: number }>();
  readonly #pressed: number[];
  #credited = 0;

  constructor(
    private readonly to: Definition,
    private readonly caps: GateRules['caps'],
  ) {
    this.#pressed = caps.map(() => 0);
  }

  add({ journeyId, isCredited, due, ...group }: Reported): void {
    const key = JSON.stringify(group);
    const counts = this.#groups.get(key) ?? { group, journeys: 0, ids: [] };
    this.#groups.set(key, counts);
    counts.journeys += 1;
    if (counts.ids.length < MOST_NAMED) counts.ids.push(journeyId);
    if (isCredited) this.#credited += 1;
    if (due) this.#addDue(due);
  }

  #addDue({ after, before, now }: NonNullable<Reported['due']>): void {
    const left = before.map(({ stepId }) => stepId);
    for (const { stepId, at } of after) {
      const counts = this.#due.get(stepId) ?? { within24h: 0, atOnce: 0, newly: 0 };
      this.#due.set(stepId, counts);
      const index = left.indexOf(stepId);
      if (index >= 0) left.splice(index, 1);
      counts.within24h += 1;
      counts.newly += index < 0 ? 1 : 0;
      counts.atOnce += at <= now ? 1 : 0;
    }
    for (const [index, cap] of this.caps.entries()) {
      const { most, within } = cap;
      const until = now + Math.min(within, DAY_MS);
      const purposes = purposesOf(cap);
      const isCounted = (stepId: string) => purposes.includes(this.#purposeOf(stepId) ?? '');
      const count = after.filter(({ stepId, at }) => at <= until && isCounted(stepId)).length;
      if (count > most) this.#pressed[index] = (this.#pressed[index] ?? 0) + 1;
    }
  }

  #purposeOf(stepId: string): string | undefined {
    const step = this.to.steps.find(({ id }) => id === stepId);
    return step?.type === 'mail' ? (step.purpose ?? this.to.purpose) : undefined;
  }

  report(): MigrationReport {
    const groups = [...this.#groups.values()]
      .map(({ group, journeys, ids }) => ({ ...group, journeys, ids }))
      .toSorted((a, b) => b.journeys - a.journeys);
    const count = (outcome: Outcome) =>
      groups.reduce((sum, group) => sum + (group.outcome === outcome ? group.journeys : 0), 0);
    const [moves, ends, stays] = [count('moves'), count('ends'), count('stays')];
    const due = this.to.steps.flatMap(({ id: stepId }) => {
      const counts = this.#due.get(stepId);
      return counts ? [{ stepId, ...counts }] : [];
    });
    const caps = this.caps.map((cap, index) => ({
      purpose: purposesOf(cap).join(' and '),
      most: cap.most,
      withinMs: cap.within,
      journeys: this.#pressed[index] ?? 0,
    }));
    const pressed = caps.filter(({ journeys }) => journeys > 0);
    return { journeys: moves + ends + stays, moves, ends, stays, credited: this.#credited, groups, due, caps: pressed };
  }
}
