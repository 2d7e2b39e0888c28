import { type ScoringRules, scoringSchema } from '../../src/domain/scoring/rules';

/** Rules with one of each kind; say what matters to the test. */
export function scoringRules(parts: object = {}): ScoringRules {
  return scoringSchema.parse({
    fit: [
      { name: 'manager', when: { fact: 'contact.attributes.role', is: 'manager' }, points: 20 },
      { name: 'big', when: { fact: 'contact.attributes.size', atLeast: 50 }, points: 15 },
      { name: 'student', when: { fact: 'contact.attributes.role', is: 'student' }, points: -30 },
    ],
    grades: { A: 30, B: 20, C: 10 },
    interest: [
      { name: 'clicks', on: 'mail.clicked', points: 10, cap: 25 },
      { name: 'calls', on: 'call.requested', points: 30 },
      { name: 'leaves', on: 'mail.unsubscribed', points: -20, cap: 20 },
    ],
    halfLife: '10d',
    temperature: { warm: 20, hot: 40 },
    mql: { score: 40, grade: 'B' },
    ...parts,
  });
}
