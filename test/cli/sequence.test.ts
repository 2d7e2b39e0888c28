import path from 'node:path';
import { viveiro } from '../support/command';
import { testDatabase } from '../support/database';
import { testFiles } from '../support/files';

const context = testDatabase();
const files = testFiles();
const ROOT = path.resolve(__dirname, '../..');
const shipped = (name: string) => path.join(ROOT, 'sequences', name);
const sequence = (...words: readonly string[]) =>
  viveiro(['sequence', ...words], { VIVEIRO_DATABASE_URL: context.url });

const draft = ({ template = 'course-programme', team = 'growers' } = {}) => `sequence: draft
title: A draft
audience: lead
enter: { byHand: true }
steps:
  - { id: hello, type: mail, template: ${template} }
  - { id: sell, type: handoff, team: ${team}, sla: 1d, onRecycled: done }
  - { id: done, type: end }
`;

test('a shipped sequence is valid, is published once, and is listed', async () => {
  const file = shipped('course-nurture.yaml');
  expect(await sequence('validate', file)).toMatchObject({ exitCode: 0, err: '' });
  const first = await sequence('publish', file, '--json');
  const again = await sequence('publish', file, '--json');
  expect([first, again].map(({ out }) => JSON.parse(out).published[0])).toMatchObject([
    { sequence: 'course-nurture', version: 1, status: 'published' },
    { sequence: 'course-nurture', version: 1, status: 'unchanged' },
  ]);
  const { out } = await sequence('list', '--json');
  expect(JSON.parse(out).sequences).toMatchObject([{ sequence: 'course-nurture', version: 1, running: 0 }]);
});

test('a draft elsewhere is checked against the configured rules and templates', async () => {
  expect(await sequence('validate', files.write('good.yaml', draft()))).toMatchObject({ exitCode: 0 });
  const bad = files.write('bad.yaml', draft({ template: 'none', team: 'nobody' }));
  const { exitCode, out } = await sequence('validate', bad, '--json');
  expect(exitCode).toBe(2);
  const [{ problems }] = JSON.parse(out).files;
  expect(problems.map(({ code, line }: { readonly code: string; readonly line: number }) => [code, line])).toEqual([
    ['VIV_TEMPLATE_INVALID', 6],
    ['VIV_TEAM_UNKNOWN', 7],
  ]);
});

test('with one file invalid, none is published', async () => {
  const words = [files.write('good.yaml', draft()), files.write('broken.yaml', 'sequence: [')];
  expect(await sequence('publish', ...words)).toEqual({
    exitCode: 2,
    out: '',
    err: expect.stringMatching(/^VIV_SEQUENCE_INVALID: .*broken\.yaml/s),
  });
  expect(await context.db.sequenceVersion.count({ where: { sequence: 'draft' } })).toBe(0);
});

test('a join is checked against what is published, and what is published with it', async () => {
  const joining = draft().replace('  - { id: sell', '  - { id: more, type: join, sequence: other }\n  - { id: sell');
  const file = files.write('joining.yaml', joining);
  const alone = await sequence('publish', file);
  expect(alone).toMatchObject({ exitCode: 2, err: expect.stringContaining('VIV_SEQUENCE_UNKNOWN') });
  const other = files.write('other.yaml', draft().replace('sequence: draft', 'sequence: other'));
  expect(await sequence('publish', file, other)).toMatchObject({ exitCode: 0 });
  expect(await sequence('publish', file)).toMatchObject({ exitCode: 0 });
});
