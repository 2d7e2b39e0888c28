import path from 'node:path';
import { publishFiles } from '../../src/runtime/sequence-files';
import { register } from '../../src/store/registration';
import { SEQUENCES, shippedRules } from '../content/shipped';
import { DAY, HOUR } from '../support/builders';
import { viveiro } from '../support/command';
import { testDatabase } from '../support/database';
import { everythingIn } from '../support/everything';
import { testFiles } from '../support/files';

const database = testDatabase();
const files = testFiles();
const CAME = Date.now() - 30 * DAY; // the command looks back from today
const run = (...words: readonly string[]) => viveiro(['backtest', ...words], { VIVEIRO_DATABASE_URL: database.url });

const DRAFT = `sequence: course-nurture
title: A draft
audience: lead
enter: { on: lead.created }
steps:
  - { id: programme, type: mail, template: course-programme, purpose: transactional }
  - { id: rest, type: wait, for: 2d }
  - { id: sell, type: handoff, team: growers, sla: 1d }
  - { id: done, type: end }
`;

beforeAll(async () => {
  const rules = await shippedRules();
  await publishFiles(database.db, { files: [path.join(SEQUENCES, 'course-nurture.yaml')], now: CAME - DAY });
  for (const name of ['ana', 'bea'])
    await register(
      database.db,
      { rules },
      {
        idempotencyKey: name,
        at: CAME,
        contact: { email: `${name}@example.test`, name },
        lead: { offer: 'course', source: 'form' },
      },
    );
  const [send] = await database.db.send.findMany();
  await database.db.send.update({
    where: { id: send?.id ?? '' },
    data: { status: 'skipped', settledAt: new Date(CAME + HOUR), reason: 'no consent' },
  });
});

const SUMS = `course-nurture since DAY: 2 contacts on record. 2 would have entered, 2 did. For 0 all would have been the same.

                    would have been  happened
mails               2                0
  course-programme  2                0
not sent at all     0                1
deferred            0                0
handoffs            2                0
journeys            2                2
  unknown           2                0
  running           0                2

What nobody can know:
  2 mails were never sent: no reaction to them is assumed.
  0 reactions on record are to mails that the draft would not have sent: they are left out.
  0 times somebody said no to such a mail: that holds all the same, from when it was said.
  2 handoffs were never offered: those journeys are followed no further (outcome unknown).
  0 tasks were never given: they count as overdue.
  0 messages to other systems were never sent: they count as answered with nothing.
  0 contacts were touched by a pause: the draft is tested without.
  0 journeys were of people who are on record no more: they are left out on both sides.
  Attributes, tags, organisations and zones are those of today; scores are worked out anew by the rules of today.
`;
const withoutDays = (text: string): string =>
  text.replace(/since \d{4}-\d\d-\d\d/, 'since DAY').replace(/^\d{4}-\d\d-\d\d \d\d:\d\d/gm, 'WHEN');

test('a backtest sums up what would have been, what was, and what nobody can know; and writes nothing', async () => {
  const before = await everythingIn(database.url);
  const { exitCode, out, err } = await run(files.write('draft.yaml', DRAFT));
  expect([exitCode, withoutDays(out), err]).toEqual([0, SUMS, '']);
  expect(await everythingIn(database.url)).toEqual(before);
});

test('with --per-contact each contact has a line before the sums', async () => {
  const { out } = await run(files.write('draft.yaml', DRAFT), '--per-contact');
  const [head, ...lines] = withoutDays(out).split('\n');
  expect(head).toBe('In brackets: what happened. =: all would have been the same.');
  expect(lines.slice(0, 2).sort()).toEqual([
    expect.stringMatching(
      /^~ ana@example\.test: mails 1 \(0\), not sent 0 \([01]\), handoffs 1 \(0\), unknown \(running\)$/,
    ),
    expect.stringMatching(
      /^~ bea@example\.test: mails 1 \(0\), not sent 0 \([01]\), handoffs 1 \(0\), unknown \(running\)$/,
    ),
  ]);
  expect(lines.slice(3).join('\n')).toBe(SUMS);
});

test('with --contact one is told mail by mail', async () => {
  const { out } = await run(files.write('draft.yaml', DRAFT), '--contact', 'ana@example.test');
  expect(withoutDays(out)).toMatch(/^ana@example\.test\nwhen \(UTC\) +step +template +why\n/);
  expect(withoutDays(out)).toMatch(/^WHEN +would have been sent +programme +course-programme$/m);
  expect(withoutDays(out)).toMatch(/^WHEN +would have been handed over +team growers$/m);
});

test('with --json all contacts and the sums are one object, also with none', async () => {
  const { people, ...sums } = JSON.parse((await run(files.write('draft.yaml', DRAFT), '--json')).out);
  expect(people).toHaveLength(2);
  expect(sums).toMatchObject({ contacts: 2, mails: { would: 2, happened: 0 }, skipped: { would: 0, happened: 1 } });
  const none = JSON.parse((await run(files.write('draft.yaml', DRAFT), '--json', '--since', '1d')).out);
  expect(none).toMatchObject({ people: [], contacts: 0, isCut: false });
  const cut = JSON.parse((await run(files.write('draft.yaml', DRAFT), '--json', '--limit', '1')).out);
  expect(cut).toMatchObject({ contacts: 1, isCut: true });
});

test('people who are on record no more are counted as such', async () => {
  await database.db.contact.delete({ where: { email: 'bea@example.test' } });
  const { people, ...sums } = JSON.parse((await run(files.write('draft.yaml', DRAFT), '--json')).out);
  expect([people.length, sums.contacts, sums.erased]).toEqual([1, 1, 1]);
});

test('a draft with a mistake is told with its line', async () => {
  const { exitCode, err } = await run(files.write('broken.yaml', DRAFT.replace('type: wait', 'type: wayt')));
  expect([exitCode, err]).toEqual([2, expect.stringMatching(/^VIV_SEQUENCE_INVALID: .*broken\.yaml:7:/s)]);
});
