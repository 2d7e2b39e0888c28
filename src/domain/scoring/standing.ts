import type { Grade, Stage, Temperature } from '../facts';
import { gradeReason } from './fit';
import type { ScoringRules } from './rules';

/** What a lead's scores make of it. */
export interface Standing {
  readonly grade: Grade;
  readonly temperature: Temperature;
  readonly stage: Stage;
}

/** A part of the standing that changed, for a decision. */
export interface StandingChange {
  readonly kind: 'score' | 'stage';
  readonly part: keyof Standing;
  /** `grade B`, `warm`, `mql` */
  readonly outcome: string;
  readonly reason: string;
}

export interface Measured {
  /** Interest score, rounded as people see it. */
  readonly score: number;
  /** Given when the fit was judged anew; else the grade stays. */
  readonly fit?: { readonly points: number; readonly grade: Grade };
}

/** Only these become MQL by themselves: whoever is further, or was given up, is a matter for people. */
const BEFORE_MQL: readonly Stage[] = ['new', 'nurturing'];
/** Best first. */
const GRADES: readonly Grade[] = ['A', 'B', 'C', 'D'];

/** The standing that scores give a lead, for whoever tells nobody why. */
export function standingOf(rules: ScoringRules, before: Standing, { score, fit }: Measured): Standing {
  const grade = fit?.grade ?? before.grade;
  const temperature = temperatureOf(rules, score);
  const stage = BEFORE_MQL.includes(before.stage) && isMql(rules, { score, grade }) ? 'mql' : before.stage;
  return { grade, temperature, stage };
}

/** The standing that scores give a lead, and what changed about it, in the order: grade, temperature, stage. */
export function judge(
  rules: ScoringRules,
  before: Standing,
  measured: Measured,
): { readonly standing: Standing; readonly changes: readonly StandingChange[] } {
  const { score, fit } = measured;
  const standing = standingOf(rules, before, measured);
  const { grade } = standing;
  const reasons = {
    grade: () => (fit ? gradeReason(rules, fit.points) : ''),
    temperature: () => temperatureReason(rules, score),
    stage: () => `score ${score} is at least ${rules.mql.score}, and grade ${grade} is at least ${rules.mql.grade}`,
  };
  const changes = (['grade', 'temperature', 'stage'] as const)
    .filter((part) => standing[part] !== before[part])
    .map((part) => ({
      kind: part === 'stage' ? ('stage' as const) : ('score' as const),
      part,
      outcome: part === 'grade' ? `grade ${grade}` : standing[part],
      reason: reasons[part](),
    }));
  return { standing, changes };
}

/** The temperature of an interest score: the hottest whose threshold it reaches. */
export function temperatureOf({ temperature }: Pick<ScoringRules, 'temperature'>, score: number): Temperature {
  if (score >= temperature.hot) return 'hot';
  return score >= temperature.warm ? 'warm' : 'cold';
}

function temperatureReason(rules: ScoringRules, score: number): string {
  const reached = temperatureOf(rules, score);
  if (reached === 'cold') return `score ${score} is below ${rules.temperature.warm}`;
  return `score ${score} is at least ${rules.temperature[reached]}`;
}

/** Whether score and grade both reach the thresholds of a marketing qualified lead. */
export function isMql(
  { mql }: Pick<ScoringRules, 'mql'>,
  { score, grade }: { readonly score: number; readonly grade: Grade },
): boolean {
  return score >= mql.score && GRADES.indexOf(grade) <= GRADES.indexOf(mql.grade);
}
