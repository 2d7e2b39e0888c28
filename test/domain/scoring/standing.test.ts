import fc from 'fast-check';
import type { Grade, Stage } from '../../../src/domain/facts';
import { isMql, judge, type Standing, temperatureOf } from '../../../src/domain/scoring/standing';
import { scoringRules } from '../../support/scoring';

const rules = scoringRules();
const NEW: Standing = { grade: 'B', temperature: 'cold', stage: 'new' };

describe('a standing', () => {
  it.each([
    [19.99, 'cold'],
    [20, 'warm'],
    [39.99, 'warm'],
    [40, 'hot'],
    [-5, 'cold'],
  ])('with score %d is %s', (score, temperature) => {
    expect(temperatureOf(rules, score)).toBe(temperature);
  });

  it('tells each part that changed, with score and grade as the reason of an MQL', () => {
    expect(judge(rules, { ...NEW, grade: 'D' }, { score: 45.5, fit: { points: 32, grade: 'A' } })).toEqual({
      standing: { grade: 'A', temperature: 'hot', stage: 'mql' },
      changes: [
        { kind: 'score', part: 'grade', outcome: 'grade A', reason: 'fit 32 is at least 30' },
        { kind: 'score', part: 'temperature', outcome: 'hot', reason: 'score 45.5 is at least 40' },
        {
          kind: 'stage',
          part: 'stage',
          outcome: 'mql',
          reason: 'score 45.5 is at least 40, and grade A is at least B',
        },
      ],
    });
  });

  it('that stays the same tells nothing', () => {
    expect(judge(rules, { ...NEW, temperature: 'warm' }, { score: 30 }).changes).toEqual([]);
  });

  it('cools down as well', () => {
    const { standing, changes } = judge(rules, { ...NEW, temperature: 'hot' }, { score: 3 });
    expect(standing.temperature).toBe('cold');
    expect(changes).toMatchObject([{ outcome: 'cold', reason: 'score 3 is below 20' }]);
  });

  it('is no MQL by one of score and grade alone', () => {
    expect(isMql(rules, { score: 100, grade: 'C' })).toBe(false);
    expect(isMql(rules, { score: 39.99, grade: 'A' })).toBe(false);
    expect(isMql(rules, { score: 40, grade: 'B' })).toBe(true);
  });
});

test('only new and nurtured leads become MQL; no score moves a lead in any other stage', () => {
  const stage = fc.constantFrom<Stage>('new', 'nurturing', 'mql', 'sal', 'sql', 'won', 'lost', 'recycled');
  const grade = fc.constantFrom<Grade>('A', 'B', 'C', 'D');
  fc.assert(
    fc.property(stage, grade, fc.integer({ min: -50, max: 100 }), (before, letter, score) => {
      const { standing } = judge(rules, { grade: letter, temperature: 'cold', stage: before }, { score });
      const mayBecome = before === 'new' || before === 'nurturing';
      expect(standing.stage).toBe(mayBecome && isMql(rules, { score, grade: letter }) ? 'mql' : before);
    }),
  );
});
