import { durationText } from '../calendar/duration';
import { canonicalJson } from '../canonical-json';
import type { Json } from '../ids';
import type { ScoringRules } from '../scoring/rules';

/** The rules by which somebody is scored, in sentences: meaningful information about the logic involved, GDPR art. 15(1)(h). */
export function scoringLogic({ fit, interest, grades, halfLife, temperature, mql }: ScoringRules): readonly string[] {
  const times = (points: number) => `${points >= 0 ? '+' : ''}${points} points`;
  return [
    ...fit.map(({ name, when, points }) => `fit "${name}": ${times(points)} if ${canonicalJson(plain(when))}`),
    `grade by fit points: A from ${grades.A}, B from ${grades.B}, C from ${grades.C}, else D`,
    ...interest.map(
      ({ name, on, points, cap }) =>
        `interest "${name}": ${times(points)} for each ${on}${cap === undefined ? '' : `, at most ${cap} in all`}`,
    ),
    `interest points halve every ${durationText(halfLife)}`,
    `temperature by interest: hot from ${temperature.hot}, warm from ${temperature.warm}, else cold`,
    `marketing qualified (MQL) with interest of ${mql.score} or more and grade ${mql.grade} or better; a sequence may then pass the lead to sales`,
  ];
}

/** As it would stand in a file. */
const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value));
