import type { ScoringRules } from './rules';

/** Points that one rule gives a lead for one event, after its cap. */
export interface Earned {
  readonly rule: string;
  readonly points: number;
  /** One sentence for a person. */
  readonly reason: string;
}

type InterestRule = ScoringRules['interest'][number];

/** Sums of points are exact to this many parts of a point: finer differences are rounding errors. */
const PARTS = 1e9;

const remembered = new WeakMap<ScoringRules, ReadonlyMap<string, readonly InterestRule[]>>();
const NONE: readonly InterestRule[] = [];

/** The interest rules that an event of this type answers to. */
export const rulesFor = (scoring: ScoringRules, type: string): readonly InterestRule[] =>
  rulesByType(scoring).get(type) ?? NONE;

/** Derived from the rules alone, so remembered with them. */
function rulesByType(scoring: ScoringRules): ReadonlyMap<string, readonly InterestRule[]> {
  const known = remembered.get(scoring);
  if (known) return known;
  const made = new Map<string, InterestRule[]>();
  for (const rule of scoring.interest) made.set(rule.on, [...(made.get(rule.on) ?? []), rule]);
  remembered.set(scoring, made);
  return made;
}

/**
 * What an event gives a lead by each of `rules`; those that give nothing, since their cap is reached, are left out.
 * `given`: the points that each rule has given this lead so far. A cap bounds taking points, too.
 */
export function earnedBy(
  rules: readonly InterestRule[],
  { given }: { readonly given: ReadonlyMap<string, number> },
): readonly Earned[] {
  return rules.flatMap((rule) => {
    const points = underCap(rule, given.get(rule.name) ?? 0);
    return points === 0 ? [] : [{ rule: rule.name, points, reason: reasonOf(rule, points) }];
  });
}

function underCap({ points, cap }: InterestRule, given: number): number {
  if (cap === undefined) return points;
  const sign = Math.sign(points);
  const room = Math.round((cap - sign * given) * PARTS) / PARTS;
  return room <= 0 ? 0 : sign * Math.min(Math.abs(points), room);
}

function reasonOf({ on, points: full, cap }: InterestRule, points: number): string {
  return points === full ? on : `${on}: ${points} of ${full} points, up to the cap of ${cap}`;
}
