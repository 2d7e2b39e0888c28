import { cpSync } from 'node:fs';
import path from 'node:path';
import { viveiro } from '../support/command';
import { testDatabase } from '../support/database';
import { testFiles } from '../support/files';
import { aPerson, writePeople } from '../support/people';

const context = testDatabase();
const files = testFiles();
const ROOT = path.resolve(__dirname, '../..');
const run = (...words: readonly string[]) => viveiro([...words], { VIVEIRO_DATABASE_URL: context.url });

const vip = (tag: string) => `segments:
  vip: { title: Very important, when: { fact: contact.tags, includes: ${tag} } }
  others: { title: Everyone else, when: { not: { segment: vip } } }
`;

/** The shipped rules, with other segments. */
function rulesWith(segments: string): string {
  const rules = path.dirname(files.write('segments.yaml', segments));
  for (const name of ['scoring', 'lifecycle', 'routing', 'gate'])
    cpSync(path.join(ROOT, 'sequences/rules', `${name}.yaml`), path.join(rules, `${name}.yaml`));
  return rules;
}

test('segments are listed with what they mean', async () => {
  const rules = rulesWith(vip('vip'));
  expect((await run('segment', 'list', '--rules', rules)).out).toMatch(/^segment +title\nvip +Very important\nothers/);
  const { out } = await run('segment', 'list', '--rules', rules, '--json');
  const means = { fact: 'contact.tags', includes: 'vip' };
  expect(JSON.parse(out).segments).toEqual([
    { name: 'vip', title: 'Very important', when: means },
    { name: 'others', title: 'Everyone else', when: { not: { segment: 'vip', means } } },
  ]);
});

test('who is in a segment: how many, and the first of them', async () => {
  const rules = rulesWith(vip('vip'));
  const tagged = Array.from({ length: 3 }, (_, index) => aPerson({ email: `v${index}@example.test`, tags: ['vip'] }));
  const written = await writePeople(context.db, [...tagged, aPerson()]);
  expect(await run('segment', 'show', 'vip', '--count', '--rules', rules)).toEqual({
    exitCode: 0,
    out: '3\n',
    err: '',
  });
  const { out } = await run('segment', 'show', 'vip', '--limit', '2', '--rules', rules, '--json');
  const first = written
    .slice(0, 3)
    .map(({ contactId }) => contactId)
    .sort()
    .slice(0, 2);
  expect(JSON.parse(out)).toMatchObject({
    segment: 'vip',
    count: 3,
    members: first.map((contactId) => ({ contactId, name: 'Ana' })),
  });
  const shown = await run('segment', 'show', 'others', '--rules', rules);
  expect(shown.out).toMatch(/^others: Everyone else\n\ncontact .*\n.*@example\.test +Ana +\S+\n\n1 of 1\n$/);
});

test('a segment that is not there is told with the one that was meant', async () => {
  const { exitCode, err } = await run('segment', 'show', 'vpi', '--rules', rulesWith(vip('vip')));
  expect([exitCode, err]).toEqual([
    2,
    expect.stringContaining('VIV_SEGMENT_UNKNOWN: there is no segment "vpi"; did you mean "vip"?'),
  ]);
});

test('a version keeps what its segments meant; publishing again after they changed makes a new one', async () => {
  const file = files.write(
    'sequence.yaml',
    `sequence: for-vips
title: For those who matter
audience: lead
enter: { when: { segment: vip } }
steps:
  - { id: done, type: end }
`,
  );
  const publish = async (tag: string) => {
    const { out } = await run('sequence', 'publish', file, '--rules', rulesWith(vip(tag)), '--json');
    return JSON.parse(out).published[0].version;
  };
  expect([await publish('vip'), await publish('vip'), await publish('gold')]).toEqual([1, 1, 2]);
  const versions = await context.db.sequenceVersion.findMany({ orderBy: { version: 'asc' } });
  const means = (tag: string) => ({ segment: 'vip', means: { fact: 'contact.tags', includes: tag } });
  expect(versions.map(({ definition }) => definition)).toMatchObject(
    ['vip', 'gold'].map((tag) => ({ enter: { when: means(tag) } })),
  );
});

test('rules that name a segment which is not there are refused with its line', async () => {
  const rules = rulesWith('segments:\n  a: { title: A, when: { segment: b } }\n');
  const { exitCode, err } = await run('segment', 'list', '--rules', rules);
  expect([exitCode, err]).toEqual([
    2,
    expect.stringMatching(/VIV_RULES_INVALID.*segments\.yaml:2:\d+ error VIV_SEGMENT_UNKNOWN/s),
  ]);
});
