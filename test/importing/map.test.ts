import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { columnsIn } from '../../src/importing/columns';
import { parseMap } from '../../src/importing/map';
import { loadMap } from '../../src/runtime/import-map';
import { aLeadsMap, aPurchasesMap } from '../support/importing';

const MAPS = path.resolve(__dirname, '../../maps');

const LEADS = `import: leads
name: fair
contact:
  email: "{email}"
lead: { offer: course, source: fair }
`;

test.each([
  ['an unknown key', `${LEADS}kontact: {}\n`, /map\.yaml:6:1 error VIV_KEY_UNKNOWN kontact: unknown key/],
  ['an unknown kind', LEADS.replace('leads', 'leds'), /map\.yaml:1:9 error VIV_VALUE_INVALID import: .*leads/],
  ['a missing key', LEADS.replace('name: fair\n', ''), /VIV_KEY_MISSING .*`name` is missing/],
  [
    'one address for every row',
    LEADS.replace('{email}', 'a@example.test'),
    /map\.yaml:4:10 .*needs a column in braces/,
  ],
  ['no zone', `${LEADS}at: { column: day, zone: Mars/Base }\n`, /map\.yaml:6.*not an IANA time zone/],
  ['two tests in one', `${LEADS}leaveOut: [{ column: a, is: x, startsWith: y, reason: r }]\n`, /needs one of is, in/],
  ['an attribute of a strange name', LEADS.replace('lead:', '  attributes: { "a b": "{a}" }\nlead:'), /attribute name/],
  ['broken YAML', 'import: [', /VIV_YAML_INVALID/],
])('a mapping with %s is refused with its line', (_, text, problem) => {
  expect(() => parseMap(text, 'map.yaml')).toThrow(
    expect.objectContaining({ code: 'VIV_MAP_INVALID', message: expect.stringMatching(problem) }),
  );
});

test('a mapping that cannot be read is refused', async () => {
  await expect(loadMap('none.yaml')).rejects.toMatchObject({
    code: 'VIV_MAP_INVALID',
    message: expect.stringMatching(/none\.yaml.*no such file/),
  });
});

test('every column that a mapping names is known, each once', () => {
  const leads = aLeadsMap({
    contact: {
      email: '{mail}{row}@example.test',
      name: '{first} {last}',
      locale: { column: 'language' },
      attributes: { age: { column: 'age', type: 'number' }, town: '{town}' },
    },
    lead: { offer: '{offer}', source: 'fair', campaign: { column: 'campaign' } },
    consent: { purpose: 'marketing', basis: 'consent', text: 'Yes.', when: { column: 'agreed', is: 'yes' } },
    at: { column: 'day' },
    key: ['mail', 'id'],
    leaveOut: [{ column: 'test', is: 'yes', reason: 'a test' }],
  });
  expect(columnsIn(leads).toSorted()).toEqual(
    'age agreed campaign day first id language last mail offer test town'.split(' '),
  );
  expect(columnsIn(aPurchasesMap()).toSorted()).toEqual(['customer', 'date', 'invoice', 'price', 'quantity']);
});

test.each(readdirSync(MAPS))('the shipped mapping %s is valid', async (file) => {
  const map = await loadMap(path.join(MAPS, file));
  expect(map.name).toBe(path.parse(file).name);
});

test('no shipped mapping takes what is known only after the call', async () => {
  const columns = columnsIn(await loadMap(path.join(MAPS, 'bank-marketing.yaml')));
  expect(columns).toContain('age');
  expect(columns.filter((column) => ['duration', 'y'].includes(column))).toEqual([]);
});

test('the mappings of the manual are valid', () => {
  const manual = readFileSync(path.resolve(__dirname, '../../docs/import.md'), 'utf8');
  const mappings = [...manual.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => parseMap(text, 'import.md'));
  expect(mappings.map((map) => map.import)).toEqual(['leads', 'contacts', 'purchases', 'suppressions']);
});
