import { routingSchema } from '../../../src/domain/handoff/rules';

const rita = { name: 'Rita', email: 'Rita@Example.test' };
const marta = { name: 'Marta', email: 'marta@example.test' };
const problems = (value: unknown) =>
  routingSchema.safeParse(value).error?.issues.map(({ path, message }) => [path.join('.'), message]);

describe('routing rules', () => {
  it('write addresses in lower case and give a rep weight 1', () => {
    const { teams } = routingSchema.parse({ teams: { sales: { reps: [rita], manager: marta } }, otherwise: 'sales' });
    expect(teams.sales?.reps).toEqual([{ name: 'Rita', email: 'rita@example.test', weight: 1 }]);
  });

  it('name only teams that are there', () => {
    expect(problems({ teams: { sales: { reps: [rita], manager: marta } }, otherwise: 'constructor' })).toEqual([
      ['otherwise', 'no team "constructor"; add it under teams, or name one of: sales'],
    ]);
  });

  it('give nobody two places', () => {
    const teams = {
      sales: { reps: [rita], manager: marta },
      north: { reps: [{ ...rita, email: 'rita@example.test' }], manager: marta },
    };
    expect(problems({ teams, otherwise: 'sales' })?.map(([path]) => path)).toEqual([
      'teams.north.reps.0.email',
      'teams.north.manager.email',
    ]);
  });
});
