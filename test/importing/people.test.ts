import path from 'node:path';
import { type PeopleRequest, readPeople } from '../../src/importing/people';
import { MONDAY } from '../support/builders';
import { testFiles } from '../support/files';
import { aLeadsMap } from '../support/importing';

const files = testFiles();

const peopleIn = (content: string, parts: Partial<PeopleRequest> = {}) =>
  readPeople({ file: files.write('people.csv', content), consents: ['marketing'], limit: 1000, now: MONDAY, ...parts });

test('a row says who a person is, and what it leaves open is as usual', async () => {
  const { people, refused } = await peopleIn(
    [
      'email,timeZone,locale,attributes.age,attributes.vip,tags,consents,source,organisation.domain,organisation.size,lastPurchaseAt',
      'ana@gmail.com,America/Sao_Paulo,pt-BR,34,true,vip|fair,marketing|newsletter,fair,escola.example,40,2025-12-01',
      ',,,,,,,,,,',
    ].join('\n'),
  );
  expect(refused).toEqual([]);
  expect(people).toEqual([
    {
      email: 'ana@gmail.com',
      name: null,
      timeZone: 'America/Sao_Paulo',
      locale: 'pt-BR',
      attributes: { age: 34, vip: true },
      tags: ['fair', 'vip'],
      consents: ['marketing', 'newsletter'],
      source: 'fair',
      campaign: null,
      organisation: {
        id: 'escola.example',
        domain: 'escola.example',
        name: null,
        sector: null,
        size: 40,
        country: null,
      },
      bought: { lastAt: Date.UTC(2025, 11, 1), purchases: 1, revenue: 0 },
    },
    {
      name: null,
      timeZone: 'UTC',
      locale: 'en',
      attributes: {},
      tags: [],
      consents: [],
      source: 'listed',
      campaign: null,
    },
  ]);
});

test('where the file says nothing of consent, everyone has given it', async () => {
  const { people } = await peopleIn('timeZone\nUTC\n');
  expect(people[0]?.consents).toEqual(['marketing']);
});

test('each row that is refused is told with its line and why, and an address counts once', async () => {
  const { people, refused, leftOut } = await peopleIn(
    [
      'email,timeZone,organisation.size,purchases,lastPurchaseAt',
      'ana@example.com,Nowhere/Else,,,',
      'no address,UTC,,,',
      'rui@example.com,UTC,many,,',
      'eva@example.com,UTC,,3,',
      'ida@example.com,UTC,,1,2999-01-01',
      'ivo@example.com,UTC,,,',
      'Ivo@example.com,UTC,,,',
      'too,few',
    ].join('\n'),
  );
  expect(people.map(({ email }) => email)).toEqual(['ivo@example.com']);
  expect(leftOut).toBe(1);
  expect(refused.map(({ line, reason }) => [line, reason])).toEqual([
    [2, expect.stringMatching(/not an IANA time zone/)],
    [3, expect.stringMatching(/not an e-mail address/)],
    [4, expect.stringMatching(/organisation.domain is empty/)],
    [5, expect.stringMatching(/purchases needs lastPurchaseAt/)],
    [6, expect.stringMatching(/lies in the future/)],
    [9, expect.stringMatching(/2 cells, the header 5/)],
  ]);
});

test('a column that nobody knows is told, with those that there are', async () => {
  await expect(peopleIn('email,time zone\nana@example.com,UTC\n')).rejects.toMatchObject({
    code: 'VIV_CSV_INVALID',
    message: expect.stringMatching(/"time zone"; there are email, name, timeZone.*--map/),
  });
});

test('a mapping is taken as an import takes it: nobody has consented where it says nothing of it', async () => {
  const map = aLeadsMap({
    leaveOut: [{ column: 'name', is: 'test', reason: 'a test' }],
    contact: { email: '{email}', name: '{name}', attributes: { age: { column: 'age', type: 'number' } } },
  });
  const { people, refused, leftOut } = await peopleIn(
    'email,name,age\nana@example.com,Ana,34\nx@example.com,test,1\nrui@example.com,Rui,old\n',
    { map },
  );
  expect(people).toEqual([
    expect.objectContaining({ email: 'ana@example.com', attributes: { age: 34 }, offer: 'course', consents: [] }),
  ]);
  expect(leftOut).toBe(1);
  expect(refused).toEqual([{ line: 4, reason: expect.stringMatching(/age is "old"/) }]);
});

test('the example of the documentation can be read', async () => {
  const file = path.resolve(__dirname, '../../docs/simulation/people.csv');
  const { people, refused } = await readPeople({ file, consents: [], limit: 1000, now: MONDAY });
  expect(refused).toEqual([]);
  expect(people).toHaveLength(4);
});
