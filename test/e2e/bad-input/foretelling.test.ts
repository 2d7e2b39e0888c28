import path from 'node:path';
import { aCompany, COMPANY_ENVIRONMENT } from '../../support/company';
import { live } from '../../support/live';
import { type BadCommand, type BadCommandCase, commands, expectRefused } from '../../support/refusals';
import { ENDS, underWay } from '../../support/under-way';

jest.setTimeout(120_000); // on a machine that may be busy
const system = live(aCompany, () => COMPANY_ENVIRONMENT);
const going = underWay(system);
const MAPS = path.resolve(__dirname, '../../../maps');

const file = system.files.apart;
const draft = (steps: string): string =>
  file('draft.yaml', `sequence: rests\ntitle: Draft\naudience: lead\nenter: { byHand: true }\nsteps:\n${steps}`);
const broken = () => draft('  - { id: a, type: teleport }\n');
const script = (text: string) => file('script.yaml', text);
const few = ['--population', '5', '--days', '3', '--seeds', '1'] as const;

const SIMULATIONS: readonly BadCommand[] = [
  ['no sequence', () => ['simulate'], 'VIV_USAGE'],
  ['an unknown sequence', () => ['simulate', 'nothing', ...few], 'VIV_SEQUENCE_UNKNOWN', /rests/],
  ['a file that is not there', () => ['simulate', 'none.yaml', ...few], 'VIV_SEQUENCE_INVALID', /none\.yaml:1/],
  [
    'a broken draft',
    () => ['simulate', broken(), ...few],
    'VIV_SEQUENCE_INVALID',
    /draft\.yaml:6.*VIV_STEP_UNKNOWN_TYPE/s,
  ],
  ['a population of words', () => ['simulate', 'rests', '--population', 'some'], 'VIV_USAGE', /real/],
  ['a population of nobody', () => ['simulate', 'rests', '--population', '0'], 'VIV_USAGE'],
  ['a population below nobody', () => ['simulate', 'rests', '--population', '-5'], 'VIV_USAGE'],
  ['a population of a billion', () => ['simulate', 'rests', '--population', '1000000000'], 'VIV_USAGE'],
  ['no days', () => ['simulate', 'rests', '--days', '0'], 'VIV_USAGE'],
  ['days before', () => ['simulate', 'rests', '--days', '-1'], 'VIV_USAGE'],
  ['half a day', () => ['simulate', 'rests', '--days', '0.5'], 'VIV_USAGE'],
  ['a billion days', () => ['simulate', 'rests', '--days', '1000000000'], 'VIV_USAGE'],
  ['days as 1e9', () => ['simulate', 'rests', '--days', '1e9'], 'VIV_USAGE'],
  [
    'ten million days',
    () => ['simulate', 'rests', '--days', '9999999', '--population', '1', '--seeds', '1'],
    'VIV_USAGE',
    /3650/,
  ],
  ['a seed of words', () => ['simulate', 'rests', '--seed', 'luck'], 'VIV_USAGE'],
  ['a seed below 0', () => ['simulate', 'rests', '--seed', '-1'], 'VIV_USAGE'],
  ['no seeds', () => ['simulate', 'rests', '--seeds', '0'], 'VIV_USAGE'],
  [
    'ten million seeds',
    () => ['simulate', 'rests', '--seeds', '9999999', '--population', '1', '--days', '1'],
    'VIV_USAGE',
    /1000/,
  ],
  [
    'a behaviour that there is not',
    () => ['simulate', 'rests', '--behaviour', 'kind'],
    'VIV_USAGE',
    /personas or measured/,
  ],
  ['arrivals of nobody', () => ['simulate', 'rests', '--arrivals-per-day', '0'], 'VIV_USAGE'],
  ['mails of nothing', () => ['simulate', 'rests', '--mails-per-hour', 'lots'], 'VIV_USAGE'],
  ['two ways to print', () => ['simulate', 'rests', ...few, '--json', '--csv'], 'VIV_USAGE', /--csv/],
  [
    'a script that is not there',
    () => ['simulate', 'rests', ...few, '--script', 'none.yaml'],
    'VIV_SCRIPT_INVALID',
    /none\.yaml:1/,
  ],
  [
    'a script that is no YAML',
    () => ['simulate', 'rests', ...few, '--script', script('seed: [\n')],
    'VIV_SCRIPT_INVALID',
    /script\.yaml:\d/,
  ],
  [
    'a script of an unknown persona',
    () => ['simulate', 'rests', ...few, '--script', script('everyone: { persona: keen }\n')],
    'VIV_SCRIPT_INVALID',
    /script\.yaml:1.*engaged/s,
  ],
  [
    'a script of no weight',
    () => ['simulate', 'rests', ...few, '--script', script('personas: { engaged: 0 }\n')],
    'VIV_SCRIPT_INVALID',
    /script\.yaml:1.*above 0/s,
  ],
  [
    'a script of two times',
    () => [
      'simulate',
      'rests',
      ...few,
      '--script',
      script('everyone:\n  events:\n    - { at: 5d, in: 3h, event: call.requested }\n'),
    ],
    'VIV_SCRIPT_INVALID',
    /script\.yaml:3/,
  ],
  [
    'a script with an unknown key',
    () => ['simulate', 'rests', ...few, '--script', script('seed: 1\nseat: 2\n')],
    'VIV_SCRIPT_INVALID',
    /script\.yaml:2/,
  ],
  ['broken rules', () => ['simulate', 'rests', ...few, '--rules', 'none'], 'VIV_RULES_INVALID'],
  [
    'real people whom it does not let in',
    () => ['simulate', 'clients', '--population', 'real', '--days', '3', '--seeds', '1'],
    'VIV_POPULATION_EMPTY',
    /--population 1000/,
  ],
];

const BACKTESTS: readonly BadCommand[] = [
  ['no draft', () => ['backtest'], 'VIV_USAGE'],
  ['a draft that is not there', () => ['backtest', 'none.yaml'], 'VIV_SEQUENCE_INVALID', /none\.yaml:1/],
  ['a broken draft', () => ['backtest', broken()], 'VIV_SEQUENCE_INVALID', /draft\.yaml:6/],
  [
    'a time that is none',
    () => ['backtest', system.files.path('company/rests.yaml'), '--since', 'yesterday'],
    'VIV_USAGE',
    /90d/,
  ],
  [
    'a time without a unit',
    () => ['backtest', system.files.path('company/rests.yaml'), '--since', '90'],
    'VIV_USAGE',
    /90d/,
  ],
  [
    'a time before all time',
    () => ['backtest', system.files.path('company/rests.yaml'), '--since', '999999w'],
    'VIV_USAGE',
  ],
  ['no time at all', () => ['backtest', system.files.path('company/rests.yaml'), '--since', '0d'], 'VIV_USAGE'],
  ['a limit of nobody', () => ['backtest', system.files.path('company/rests.yaml'), '--limit', '0'], 'VIV_USAGE'],
  [
    'an unknown contact',
    () => ['backtest', system.files.path('company/rests.yaml'), '--contact', 'no@example.test'],
    'VIV_CONTACT_UNKNOWN',
  ],
  ['broken rules', () => ['backtest', system.files.path('company/rests.yaml'), '--rules', 'none'], 'VIV_RULES_INVALID'],
];

const REHEARSALS: readonly BadCommand[] = [
  ['no sequence', () => ['rehearse'], 'VIV_USAGE'],
  ['an unknown sequence', () => ['rehearse', 'nothing'], 'VIV_SEQUENCE_UNKNOWN'],
  ['a broken draft', () => ['rehearse', broken()], 'VIV_SEQUENCE_INVALID', /draft\.yaml:6/],
  ['an unknown contact', () => ['rehearse', 'rests', '--contact', 'no@example.test'], 'VIV_CONTACT_UNKNOWN'],
  ['nobody', () => ['rehearse', 'rests', '--newest', '0'], 'VIV_USAGE'],
  ['a seed of words', () => ['rehearse', 'rests', '--seed', 'luck'], 'VIV_USAGE'],
  [
    'a broken script',
    () => ['rehearse', 'rests', '--script', script('reps: perhaps\n')],
    'VIV_SCRIPT_INVALID',
    /script\.yaml:1/,
  ],
];

const HEAD = 'Email,Name\n';
const good =
  'import: leads\nname: bad\ncontact: { email: "{Email}", name: "{Name}" }\nlead: { offer: course, source: file }\n';
const importMap = (text: string) => file('map.yaml', text);
const csv = (text: string | Buffer) => file('leads.csv', text);
const IMPORTS: readonly BadCommand[] = [
  ['no file', () => ['import', '--map', importMap(good)], 'VIV_USAGE'],
  ['a file without a mapping', () => ['import', csv(HEAD)], 'VIV_USAGE', /--map/],
  [
    'a file that is not there',
    () => ['import', 'none.csv', '--map', importMap(good)],
    'VIV_FILE_UNREADABLE',
    /none\.csv/,
  ],
  ['a folder', () => ['import', system.files.path('company'), '--map', importMap(good)], 'VIV_FILE_UNREADABLE'],
  ['an empty file', () => ['import', csv(''), '--map', importMap(good)], 'VIV_CSV_INVALID'],
  [
    'a file without the columns',
    () => ['import', csv('a,b\n1,2\n'), '--map', importMap(good)],
    'VIV_CSV_INVALID',
    /"Email"/,
  ],
  [
    'an archive',
    () => ['import', csv(Buffer.from([0x50, 0x4b, 0x03, 0x04, 0x00])), '--map', importMap(good)],
    'VIV_CSV_NOT_TEXT',
    /Unpack it/,
  ],
  ['a mapping that is not there', () => ['import', csv(HEAD), '--map', 'none.yaml'], 'VIV_MAP_INVALID'],
  [
    'a mapping that is no YAML',
    () => ['import', csv(HEAD), '--map', importMap('import: [\n')],
    'VIV_MAP_INVALID',
    /map\.yaml:\d/,
  ],
  [
    'a mapping of another kind',
    () => ['import', csv(HEAD), '--map', importMap(good.replace('leads', 'people'))],
    'VIV_MAP_INVALID',
    /map\.yaml:1/,
  ],
  [
    'a mapping of one address for all',
    () => ['import', csv(HEAD), '--map', importMap(good.replace('{Email}', 'a@example.test'))],
    'VIV_MAP_INVALID',
    /map\.yaml:3/,
  ],
  ['a limit of nothing', () => ['import', csv(HEAD), '--map', importMap(good), '--limit', '0'], 'VIV_USAGE'],
  [
    'its own file for what it rejects',
    () => {
      const one = csv(`${HEAD}nobody,Bob\n`);
      return ['import', one, '--map', importMap(good), '--rejects', one];
    },
    'VIV_FILE_UNWRITABLE',
  ],
  [
    'a folder for what it rejects',
    () => ['import', csv(`${HEAD}nobody,Bob\n`), '--map', importMap(good), '--rejects', system.files.path('company')],
    'VIV_FILE_UNWRITABLE',
  ],
  [
    'rows that are all bad',
    () => ['import', csv(`${HEAD}nobody,Bob\n`), '--map', importMap(good), '--rejects', file('rejects.csv', '')],
    'VIV_ROW_INVALID',
    /e-mail/,
  ],
  [
    'an encoding that nobody knows',
    () => ['import', csv(HEAD), '--map', importMap(good), '--encoding', 'x'],
    'VIV_USAGE',
  ],
  ['an id that no import has', () => ['import', 'show', '0193b6a0'], 'VIV_IMPORT_UNKNOWN', /viveiro import list/],
  ['an undo of what no import is', () => ['import', 'undo', '0193b6a0'], 'VIV_IMPORT_UNKNOWN'],
  ['broken rules', () => ['import', csv(HEAD), '--map', importMap(good), '--rules', 'none'], 'VIV_RULES_INVALID'],
];

const listMap = () => importMap('import: contacts\nname: bad\ncontact: { email: "{Email}", name: "{Name}" }\n');
const LIST = ['--date', '2026-01-01', '--evidence', __filename, '--offer', 'course', '--name', 'fair'] as const;
const list = (map: () => string, ...words: readonly string[]) => [
  'list',
  'import',
  csv(HEAD),
  '--map',
  map(),
  ...LIST,
  ...words,
];
const LISTS: readonly BadCommand[] = [
  ['a list that nobody has', () => ['list', 'show', 'none'], 'VIV_LIST_UNKNOWN', /viveiro list import/],
  ['figures of a list that nobody has', () => ['list', 'stats', 'none'], 'VIV_LIST_UNKNOWN'],
  ['no origin', () => list(listMap, '--basis', 'none'), 'VIV_USAGE', /--origin/],
  ['an origin that nobody knows', () => list(listMap, '--basis', 'none', '--origin', 'found'), 'VIV_USAGE', /partner/],
  ['no basis', () => list(listMap, '--origin', 'bought'), 'VIV_USAGE', /--basis/],
  [
    'a consent without its words',
    () => list(listMap, '--origin', 'bought', '--basis', 'consent', '--purpose', 'marketing'),
    'VIV_LIST_INVALID',
    /--text/,
  ],
  [
    'no basis for a purpose',
    () => list(listMap, '--origin', 'bought', '--basis', 'none', '--purpose', 'marketing'),
    'VIV_LIST_INVALID',
  ],
  [
    'a day to come',
    () => list(listMap, '--origin', 'bought', '--basis', 'none', '--date', '2999-01-01'),
    'VIV_LIST_INVALID',
    /up to today/,
  ],
  [
    'a cost of nothing in particular',
    () => list(listMap, '--origin', 'bought', '--basis', 'none', '--cost', '12'),
    'VIV_LIST_INVALID',
    /--currency/,
  ],
  [
    'evidence that is not there',
    () => list(listMap, '--origin', 'bought', '--basis', 'none', '--evidence', 'none.pdf'),
    'VIV_FILE_UNREADABLE',
  ],
  [
    'rows that are all bad',
    () => [
      ...['list', 'import', csv(`${HEAD}nobody,Bob\n`), '--map', listMap(), ...LIST],
      ...['--origin', 'bought', '--basis', 'none', '--rejects', file('rejects.csv', '')],
    ],
    'VIV_ROW_INVALID',
    /e-mail/,
  ],
  [
    'a mapping of leads',
    () => list(() => importMap(good), '--origin', 'bought', '--basis', 'none'),
    'VIV_MAP_INVALID',
    /import: contacts/,
  ],
];

const STARTS: readonly BadCommand[] = [
  ['a demo of nobody', () => ['demo', '--leads', '0'], 'VIV_USAGE'],
  ['a demo of a file without a mapping', () => ['demo', '--from', 'leads.csv'], 'VIV_USAGE', /--map/],
  [
    'a demo of a file that is not there',
    () => ['demo', '--from', 'none.csv', '--map', path.join(MAPS, 'bank-marketing.yaml'), '--exit'],
    'VIV_FILE_UNREADABLE',
  ],
];

async function refused({ words, ...refusal }: Omit<BadCommandCase, 'name'>): Promise<void> {
  expectRefused(await going.unchanged(() => system.command(...words())), refusal);
}

describe.each([
  ['simulate', SIMULATIONS],
  ['backtest', BACKTESTS],
  ['rehearse', REHEARSALS],
  ['import', IMPORTS],
  ['list', LISTS],
  ['a start', STARTS],
] as const)('%s', (_, cases) => {
  it.each(commands(cases))('with $name is refused', refused);
});

test('all journeys go on from where they were', async () => {
  await going.unchanged(going.stillness);
  expect(await going.goOn()).toEqual(ENDS);
});
