import { evaluate, eventNeeds, explain } from '../conditions';
import type { Facts, Grade } from '../facts';
import type { Instant } from '../ids';
import type { ScoringRules } from './rules';

/** A fit rule as it stands for one lead. */
export interface JudgedRule {
  readonly rule: string;
  /** 0 when it does not hold. */
  readonly points: number;
  /** What was looked at and found; true whether the rule holds or not. */
  readonly reason: string;
}

export interface Fit {
  /** Sum over the rules that hold. */
  readonly points: number;
  readonly grade: Grade;
  readonly rules: readonly JudgedRule[];
}

/** How well a lead fits, by its facts at `now`. */
export function fitOf(scoring: ScoringRules, facts: Facts, now: Instant): Fit {
  const rules = scoring.fit.map(({ name, when, points }) => ({
    rule: name,
    points: evaluate(when, facts, now) ? points : 0,
    reason: explain(when, facts, now),
  }));
  const points = rules.reduce((sum, rule) => sum + rule.points, 0);
  return { points, grade: gradeOf(scoring, points), rules };
}

/** Points and grade alone, for whoever tells nobody why. */
export function fitStanding(scoring: ScoringRules, facts: Facts, now: Instant): Pick<Fit, 'points' | 'grade'> {
  const points = scoring.fit.reduce((sum, rule) => (evaluate(rule.when, facts, now) ? sum + rule.points : sum), 0);
  return { points, grade: gradeOf(scoring, points) };
}

/** Event types that fit rules ask for, with how many of the newest they need. */
export const fitNeeds = ({ fit }: ScoringRules): ReadonlyMap<string, number> =>
  eventNeeds({ any: fit.map(({ when }) => when) });

/** The grade of so many fit points: the best whose threshold they reach; below C it is D. */
export function gradeOf({ grades }: Pick<ScoringRules, 'grades'>, points: number): Grade {
  return (['A', 'B', 'C'] as const).find((grade) => points >= grades[grade]) ?? 'D';
}

/** Why a lead has the grade of its fit points. */
export function gradeReason({ grades }: Pick<ScoringRules, 'grades'>, points: number): string {
  const grade = gradeOf({ grades }, points);
  return grade === 'D' ? `fit ${points} is below ${grades.C}` : `fit ${points} is at least ${grades[grade]}`;
}

/**
 * What changed since the rules last gave `given` points each: a rule that now holds gives its points, one that holds no more
 * takes them back, also when it has left the rules.
 */
export function fitChanges({ rules }: Fit, given: ReadonlyMap<string, number>): readonly JudgedRule[] {
  const known = new Set(rules.map(({ rule }) => rule));
  const gone = [...given].filter(([rule]) => !known.has(rule));
  return [
    ...rules.map((judged) => ({ ...judged, points: judged.points - (given.get(judged.rule) ?? 0) })),
    ...gone.map(([rule, points]) => ({ rule, points: -points, reason: 'the rule is no longer among the rules' })),
  ].filter(({ points }) => points !== 0);
}
