import fc from 'fast-check';
import { chooseRep, type RepInTurn } from '../../../src/domain/handoff/choose-rep';

const aTeam = (weights: readonly number[]): readonly RepInTurn[] =>
  weights.map((weight, index) => ({ id: `rep-${index}`, weight, currentWeight: 0 }));

/** The choices that follow each other, each beginning where the last left the rotation. */
function choices(team: readonly RepInTurn[], count: number): readonly string[] {
  const chosen: string[] = [];
  let reps = team;
  for (let n = 0; n < count; n += 1) {
    const choice = chooseRep(reps);
    if (!choice) throw new Error('a team with reps always has a choice');
    chosen.push(choice.repId);
    reps = reps.map((rep) => ({ ...rep, currentWeight: choice.currentWeights.get(rep.id) ?? 0 }));
  }
  return chosen;
}

const weights = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 6 });
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

describe('the choice of a rep', () => {
  it('spreads the turns of a heavy rep instead of giving them in a row', () => {
    expect(choices(aTeam([5, 1, 1]), 7).join(' ')).toBe('rep-0 rep-0 rep-1 rep-0 rep-2 rep-0 rep-0');
  });

  it('has nobody to choose from an empty team', () => {
    expect(chooseRep([])).toBeUndefined();
  });

  it('gives each rep exactly their weight in as many choices as the weights add up to, and then starts again', () => {
    fc.assert(
      fc.property(weights, (team) => {
        const total = sum(team);
        const [round, next] = [choices(aTeam(team), total), choices(aTeam(team), 2 * total).slice(total)];
        for (const [index, weight] of team.entries())
          expect(round.filter((id) => id === `rep-${index}`)).toHaveLength(weight);
        expect(next).toEqual(round);
      }),
    );
  });

  it('never gives a rep more than their share so far, rounded up', () => {
    fc.assert(
      fc.property(weights, (team) => {
        const chosen = choices(aTeam(team), sum(team));
        for (const [index, weight] of team.entries())
          for (let count = 1; count <= chosen.length; count += 1) {
            const got = chosen.slice(0, count).filter((id) => id === `rep-${index}`).length;
            expect(got).toBeLessThanOrEqual(Math.ceil((count * weight) / sum(team)));
          }
      }),
      { numRuns: 40 },
    );
  });
});
