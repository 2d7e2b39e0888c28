import path from 'node:path';
import { findNumbered } from '../../src/store/change-versions';
import { transaction } from '../../src/store/db';
import { takeTurn } from '../../src/store/turn';
import { viveiro } from '../support/command';
import { testDatabase } from '../support/database';
import { testFiles } from '../support/files';
import { aJourney, someone } from '../support/journeys';
import { SALES } from '../support/sales';

const context = testDatabase();
const files = testFiles();
const TEMPLATES = ['--templates', path.resolve(__dirname, '../mail/fixtures')];
const run = (...words: readonly string[]) => viveiro(words, { VIVEIRO_DATABASE_URL: context.url });

interface Draft {
  readonly name: string;
  readonly rest?: string;
  readonly restId?: string;
  readonly isExtra?: boolean;
  readonly exit?: string;
}

/** hello, a rest, hello again; with an extra mail before the rest. */
const draft = ({ name, rest = '2d', restId = 'rest', isExtra = false, exit = '' }: Draft) => `sequence: ${name}
title: A course
audience: lead
enter: { byHand: true }
${exit}
steps:
  - { id: hello, type: mail, template: hello }
${isExtra ? '  - { id: extra, type: mail, template: hello }\n' : ''}  - { id: ${restId}, type: wait, for: ${rest} }
  - { id: again, type: mail, template: hello }
  - { id: done, type: end }
`;
const written = (parts: Draft) => files.write(`${parts.name}.yaml`, draft(parts));

/** Three journeys on version 1, entered now: two in their rest, one whose mail is on its way. */
async function underWay(name: string) {
  await run('publish', written({ name }), ...TEMPLATES);
  const version = await findNumbered(context.db, name, 1);
  const now = Date.now();
  const ids: string[] = [];
  for (let count = 0; count < 3; count += 1) {
    const { journeyId } = await aJourney(context.db, version, { who: await someone(context.db), now });
    if (count > 0)
      await transaction(context.db, (tx) =>
        takeTurn(tx, SALES, {
          journeyId,
          turn: 1,
          now,
          outcome: { effect: 'mail', status: 'accepted', reason: 'taken' },
        }),
      );
    ids.push(journeyId);
  }
  return { version, ids };
}

const everything = async () => ({
  journeys: await context.db.journey.findMany({ orderBy: { id: 'asc' } }),
  versions: await context.db.sequenceVersion.count(),
  decisions: await context.db.decision.count(),
  jobs: await context.db.$queryRaw`SELECT count(*)::int FROM graphile_worker._private_jobs`,
});

describe('plan', () => {
  it('says what differs, who is where, who would move or stay and why, and what falls due; and writes nothing', async () => {
    const { ids } = await underWay('plan-all');
    const before = await everything();
    const { exitCode, out } = await run('plan', written({ name: 'plan-all', rest: '1h', isExtra: true }), ...TEMPLATES);
    expect(exitCode).toBe(0);
    expect(out.replaceAll(ids[0] ?? '', 'ID')).toBe(`plan-all: publishing makes version 2, from 1:
  + extra
  ~ rest: for

version  step   journeys
1        rest   2
1        hello  1

If they moved now: 3 journeys: 2 move, 0 end, 1 stay; the wait of 2 is credited

journeys        from                                                   for instance
2         move  v1 rest   credited
1         stay  v1 hello  a mail is on its way: try again in a moment  ID

To move those that stay:
  hello: try again in a moment

Mails due within 24 hours of moving:
mail   within 24 h  newly  at once
again  2            2      0
`);
    expect(await everything()).toEqual(before);
  });

  it('warns of a stampede', async () => {
    await underWay('plan-many');
    const file = written({ name: 'plan-many', rest: '1h' });
    const { out } = await run('plan', file, ...TEMPLATES, '--warn-above', '1');
    expect(out).toContain(
      'Warning: 2 mails fall due that would not have. Move in parts (--limit) or slowly (--per-minute).\n',
    );
    const { isStampede, plan } = JSON.parse((await run('plan', file, ...TEMPLATES, '--json')).out);
    expect([isStampede, plan.migration.due]).toEqual([false, [{ stepId: 'again', within24h: 2, atOnce: 0, newly: 2 }]]);
  });

  it('tells with a map who moves and who ends', async () => {
    await underWay('plan-map');
    const file = written({ name: 'plan-map', restId: 'pause' });
    const staying = JSON.parse((await run('plan', file, ...TEMPLATES, '--json')).out).plan.migration;
    expect(staying).toMatchObject({ moves: 0, stays: 3 });
    const map = files.write('moves.yaml', 'steps: { rest: pause }');
    const moving = JSON.parse((await run('plan', file, ...TEMPLATES, '--map', map, '--json')).out).plan;
    expect(moving).toMatchObject({
      from: 1,
      to: 2,
      diff: { renamed: [{ from: 'rest', to: 'pause' }], added: [], removed: [] },
      migration: { moves: 2, stays: 1, credited: 0 },
    });
    const end = files.write('ends.yaml', 'steps: { rest: end }');
    const ending = JSON.parse((await run('plan', file, ...TEMPLATES, '--map', end, '--json')).out).plan.migration;
    expect(ending).toMatchObject({ ends: 2, stays: 1 });
  });

  it('tells whom an exit of the new version would end', async () => {
    await underWay('plan-exit');
    const exit = 'exits: [{ name: here, when: { fact: contact.locale, exists: true } }]';
    const { plan } = JSON.parse((await run('plan', written({ name: 'plan-exit', exit }), ...TEMPLATES, '--json')).out);
    expect(plan.migration.groups).toContainEqual(
      expect.objectContaining({ outcome: 'ends', reason: 'by here', journeys: 2 }),
    );
  });

  it('of a first version, of one that says the same, and of nobody under way is short', async () => {
    const file = written({ name: 'plan-new' });
    expect((await run('plan', file, ...TEMPLATES)).out).toBe('plan-new: publishing makes version 1, the first\n');
    await run('publish', file, ...TEMPLATES);
    expect((await run('plan', file, ...TEMPLATES)).out).toBe(
      'plan-new: says what version 1 says; publishing makes no new version\n\nNobody is under way.\n',
    );
  });

  it('of a broken file tells the problems, and of a broken map, too', async () => {
    const broken = files.write('broken.yaml', 'sequence: [');
    expect(await run('plan', broken)).toMatchObject({ exitCode: 2, out: expect.stringMatching(/VIV_YAML_INVALID/) });
    await underWay('plan-bad');
    const map = files.write('bad.yaml', 'steps:\n  rest: pawse');
    const { exitCode, err } = await run('plan', written({ name: 'plan-bad' }), ...TEMPLATES, '--map', map);
    expect([exitCode, err]).toEqual([
      2,
      expect.stringMatching(/^VIV_STEP_MAP_INVALID: .*bad\.yaml:2:9 error VIV_STEP_MAP_NAME steps\.rest: "pawse"/s),
    ]);
  });
});

describe('publish', () => {
  it('tells what changed, who stays on an older version, and how to move them', async () => {
    await underWay('publish-two');
    const { out } = await run('publish', written({ name: 'publish-two', isExtra: true }), ...TEMPLATES);
    expect(out).toBe(`publish-two version 2 published
  + extra
Journeys stay on theirs: 3 on version 1. To move them, look first:
  viveiro migrate publish-two --from 1 --to 2 --dry-run
`);
    const again = await run(
      'sequence',
      'publish',
      written({ name: 'publish-two', isExtra: true }),
      ...TEMPLATES,
      '--json',
    );
    expect(JSON.parse(again.out).published).toMatchObject([
      { version: 2, status: 'unchanged', diff: null, underWay: [{ version: 1, running: 3 }] },
    ]);
  });
});

describe('migrate', () => {
  it('says with --dry-run what it would do, and changes nothing', async () => {
    await underWay('dry');
    await run('publish', written({ name: 'dry', rest: '1h' }), ...TEMPLATES);
    const before = await everything();
    const { out } = await run('migrate', 'dry', '--from', '1', '--to', '2', '--dry-run');
    expect(out).toMatch(/^dry from version 1 to 2: 3 journeys: 2 move, 0 end, 1 stay; the wait of 2 is credited\n/);
    expect(out).toMatch(/\nMails due within 24 hours of moving:\n.*\nNothing was changed\.\n$/s);
    const words = ['migrate', 'dry', '--from', '1', '--to', '2', '--dry-run', '--limit', '1', '--json'];
    expect(JSON.parse((await run(...words)).out)).toMatchObject({ sequence: 'dry', isDryRun: true, journeys: 1 });
    expect(await everything()).toEqual(before);
  });

  it.each([
    ['an unknown sequence', ['none', '--from', '1', '--to', '2'], /^VIV_SEQUENCE_UNKNOWN/],
    ['an unknown version', ['bad', '--from', '1', '--to', '9'], /^VIV_VERSION_UNKNOWN: .*Published: 1, 2\./],
    [
      'nobody on the version',
      ['bad', '--from', '2', '--to', '1'],
      /^VIV_NOTHING_TO_MIGRATE: .*Under way: 3 on version 1\./,
    ],
    ['the version that they are on', ['bad', '--from', '1', '--to', '1'], /^VIV_NOTHING_TO_MIGRATE/],
    ['a map that is not there', ['bad', '--from', '1', '--to', '2', '--map', 'none.yaml'], /^VIV_STEP_MAP_INVALID/],
    ['no version', ['bad', '--from', '1'], /required option '--to/],
    ['a version that is no number', ['bad', '--from', 'one', '--to', '2'], /write a whole number/],
  ])('refuses %s, and touches nobody', async (_, words, said) => {
    if ((await context.db.sequenceVersion.count({ where: { sequence: 'bad' } })) === 0) {
      await underWay('bad');
      await run('publish', written({ name: 'bad', rest: '1h' }), ...TEMPLATES);
    }
    const before = await everything();
    expect(await run('migrate', ...words)).toMatchObject({ exitCode: 2, err: expect.stringMatching(said) });
    expect(await everything()).toEqual(before);
  });

  it('without a system that runs says what is missing', async () => {
    await underWay('alone');
    await run('publish', written({ name: 'alone', rest: '1h' }), ...TEMPLATES);
    const before = await everything();
    const { exitCode, err } = await viveiro(['migrate', 'alone', '--from', '1', '--to', '2'], {
      VIVEIRO_DATABASE_URL: context.url,
      VIVEIRO_DATA_DIR: files.path('data'),
    });
    expect([exitCode, err]).toEqual([3, expect.stringMatching(/^VIV_NO_WORKER: /)]);
    expect(await everything()).toEqual(before);
  });
});
