import { checkSimulateOptions, type Depending } from '../../src/cli/simulate-usage';

const file = { file: 'people.csv' };

test.each<[Depending, RegExp]>([
  [{ population: 1000, map: 'map.yaml' }, /--map goes with a file/],
  [{ population: 'real', skipBadRows: true }, /--skip-bad-rows goes with a file/],
  [{ population: file, journeys: 'anew' }, /--journeys goes with --population real/],
  [{ population: file, mailDomains: [] }, /--mail-domains goes with made-up people/],
  [{ population: 1000, secondOffer: 'diploma' }, /--second-offer goes with --second-leads/],
])('options of which nothing can come are refused: %j', (options, said) => {
  expect(() => checkSimulateOptions(options)).toThrow(said);
});

test('options that go together are taken', () => {
  checkSimulateOptions({ population: 1000, mailDomains: [], secondLeads: 20, secondOffer: 'diploma' });
  checkSimulateOptions({ population: file, map: 'map.yaml', skipBadRows: true });
  checkSimulateOptions({ population: 'real', journeys: 'anew' });
});
