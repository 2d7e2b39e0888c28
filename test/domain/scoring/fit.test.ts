import fc from 'fast-check';
import { type Fit, fitChanges, fitNeeds, fitOf, gradeOf } from '../../../src/domain/scoring/fit';
import { MONDAY, someFacts } from '../../support/builders';
import { scoringRules } from '../../support/scoring';

const withAttributes = (attributes: { readonly [key: string]: string | number }) => {
  const facts = someFacts();
  return { ...facts, contact: { ...facts.contact, attributes } };
};
const fitWith = (attributes: { readonly [key: string]: string | number }) =>
  fitOf(scoringRules(), withAttributes(attributes), MONDAY);

describe('fit', () => {
  it('sums the rules that hold, each with what was found', () => {
    expect(fitWith({ role: 'manager', size: 120 })).toEqual({
      points: 35,
      grade: 'A',
      rules: [
        { rule: 'manager', points: 20, reason: 'contact.attributes.role is manager' },
        { rule: 'big', points: 15, reason: 'contact.attributes.size 120 is at least 50' },
        { rule: 'student', points: 0, reason: 'contact.attributes.role manager is not student' },
      ],
    });
  });

  it('of somebody unknown has no points and grade D', () => {
    expect(fitWith({})).toMatchObject({ points: 0, grade: 'D' });
  });

  it.each([
    [30, 'A'],
    [29, 'B'],
    [20, 'B'],
    [10, 'C'],
    [9, 'D'],
    [-50, 'D'],
  ])('of %d points is grade %s', (points, grade) => {
    expect(gradeOf(scoringRules(), points)).toBe(grade);
  });

  it('asks for the events that its rules look at', () => {
    const fit = [
      { name: 'often', when: { did: 'page.seen', atLeast: 3 }, points: 1 },
      { name: 'once', when: { did: 'page.seen' }, points: 1 },
    ];
    expect(fitNeeds(scoringRules({ fit }))).toEqual(new Map([['page.seen', 3]]));
    expect(fitNeeds(scoringRules({ fit: [] }))).toEqual(new Map());
  });
});

describe('changes of the fit', () => {
  it('give and take points by rule, with the reason', () => {
    const given = new Map([
      ['manager', 20],
      ['old', 7],
    ]);
    expect(fitChanges(fitWith({ role: 'student', size: 50 }), given)).toEqual([
      { rule: 'manager', points: -20, reason: 'contact.attributes.role student is not manager' },
      { rule: 'big', points: 15, reason: 'contact.attributes.size 50 is at least 50' },
      { rule: 'student', points: -30, reason: 'contact.attributes.role is student' },
      { rule: 'old', points: -7, reason: 'the rule is no longer among the rules' },
    ]);
  });

  it('bring the sum to the fit, and are none when applied again', () => {
    const rules = fc.uniqueArray(
      fc.record({ rule: fc.constantFrom('a', 'b', 'c', 'd'), points: fc.integer({ min: -100, max: 100 }) }),
      { selector: ({ rule }) => rule },
    );
    fc.assert(
      fc.property(rules, rules, (before, after) => {
        const points = after.reduce((sum, rule) => sum + rule.points, 0);
        const fit: Fit = { points, grade: 'D', rules: after.map((rule) => ({ ...rule, reason: '' })) };
        const given = new Map<string, number>(before.map(({ rule, points: had }) => [rule, had]));
        for (const change of fitChanges(fit, given))
          given.set(change.rule, (given.get(change.rule) ?? 0) + change.points);
        expect([...given.values()].reduce((sum, had) => sum + had, 0)).toBe(points);
        expect(fitChanges(fit, given)).toEqual([]);
      }),
    );
  });
});
