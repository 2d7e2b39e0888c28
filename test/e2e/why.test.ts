import { gateSchema } from '../../src/domain/gate/rules';
import { scriptSchema } from '../../src/domain/rehearsal/script';
import { rehearse } from '../../src/runtime/rehearsal/rehearse';
import { databaseUrl as otherDatabase } from '../../src/runtime/rehearsal/scratch';
import { connect, disconnect } from '../../src/store/db';
import { type Story, storyOf } from '../../src/store/story';
import { AGREED, testRehearsals } from '../support/rehearsing';

/** Everything at once that may keep a mail back. */
const gate = gateSchema.parse({
  consentFor: ['marketing'],
  caps: [{ purpose: 'marketing', most: 2, within: '2d' }],
  gap: { atLeast: '10h', purposes: ['marketing'] },
  quietHours: { from: '21:00', to: '08:00', purposes: ['marketing'] },
  sendDays: { days: ['mon', 'tue', 'wed', 'thu', 'fri'], purposes: ['marketing'], otherwise: 'skip' },
});
const rehearsals = testRehearsals((shipped) => ({ ...shipped, rules: { ...shipped.rules, gate } }));
const TEMPLATES = ['programme', 'lesson', 'numbers', 'story', 'team', 'goodbye'];

const sequence = `sequence: many-mails
title: Mails every few hours
audience: lead
enter: {}
exits:
  - { name: unsubscribed, on: mail.unsubscribed }
  - { name: bounced, on: mail.bounced }
steps:
${TEMPLATES.map((name) => `  - { id: ${name}, type: mail, template: course-${name} }\n  - { id: after-${name}, type: wait, for: 7h }\n`).join('')}  - { id: done, type: end }
`;

test('of a rehearsal with caps, quiet hours, days, gaps, consents, unsubscribes and bounces each mail and each non-mail is told with its reason', async () => {
  const people = { reads: 'passive', leaves: 'unsubscribes', bounces: 'bounces', silent: 'passive' } as const;
  for (const name of Object.keys(people))
    await rehearsals.person(`${name}@example.test`, name === 'silent' ? {} : { consent: AGREED });
  const scripted = Object.entries(people).map(([name, persona]) => [`${name}@example.test`, { persona }]);
  const { database } = await rehearse({
    platform: rehearsals.platform,
    sequence: { file: rehearsals.files.write('many.yaml', sequence) },
    contacts: { emails: scripted.map(([email]) => String(email)) },
    script: scriptSchema.parse({ contacts: Object.fromEntries(scripted) }),
    keep: true,
  });
  const scratch = connect(otherDatabase(rehearsals.database.url, database ?? ''), 1);
  const stories = Object.fromEntries(
    await Promise.all(
      Object.keys(people).map(
        async (name) => [name, await storyOf(scratch, { email: `${name}@example.test` })] as const,
      ),
    ),
  );
  await disconnect(scratch);
  for (const [name, story] of Object.entries(stories))
    expect({ name, untold: untold(story) }).toEqual({ name, untold: [] });
  const { reads, leaves, bounces, silent } = stories;
  const reasons = (story: Story | undefined) =>
    story?.entries.map(({ kind, reason }) => `${kind}: ${reason}`).join('\n');
  expect(reasons(reads)).toMatch(/^send: consent to marketing mail since .*\(form\)$/m);
  expect(reasons(reads)).toMatch(/^defer: .*2 of at most 2 marketing mails within 2d/m);
  expect(reasons(reads)).toMatch(/quiet hours from 21:00 to 08:00 in America\/Sao_Paulo/);
  expect(reasons(leaves)).toMatch(/^consent: unsubscribed from marketing mail\n(.*\n)*exit: mail\.unsubscribed came$/m);
  expect(reasons(bounces)).toMatch(/^suppress: .*hard bounce\n(.*\n)*exit: mail\.bounced came$/m);
  expect(reasons(silent)?.match(/^skip: there is no consent to marketing mail on record$/gm)).toHaveLength(
    TEMPLATES.length,
  );
});

const OF_MAILS: readonly string[] = ['send', 'skip', 'defer'];

/** Steps of mails of which the story does not say, with a reason, that the mail went out, or why not: the step's own, or why the journey had ended. */
function untold({ entries }: Story): readonly string[] {
  const hasEnded = entries.some(({ kind, reason }) => ['exit', 'end'].includes(kind) && reason !== '');
  const last = Math.max(...TEMPLATES.map((step, place) => (entries.some((entry) => entry.step === step) ? place : -1)));
  return TEMPLATES.filter((step, place) => {
    const told = entries.filter((entry) => entry.step === step && OF_MAILS.includes(entry.kind));
    const isTold = told.some(({ kind }) => kind !== 'defer') || (place === last && hasEnded);
    return place > last ? !hasEnded : !isTold || told.some(({ reason }) => reason === '');
  });
}
