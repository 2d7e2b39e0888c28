import path from 'node:path';
import { type Script, scriptSchema } from '../../src/domain/rehearsal/script';
import { rehearse } from '../../src/runtime/rehearsal/rehearse';
import { published } from '../support/journeys';
import { testRehearsals } from '../support/rehearsing';

const rehearsals = testRehearsals((shipped) => ({ ...shipped, known: { ...shipped.known, webhooks: ['crm'] } }));
const { database, files } = rehearsals;
const PEOPLE = Array.from({ length: 8 }, (_, n) => `person.${n}@example.test`);

beforeAll(async () => {
  for (const email of PEOPLE) await rehearsals.person(email);
});

/** Rehearses these steps: the timeline, each line as day, step, decision. */
async function rehearsed(
  steps: string,
  { emails = PEOPLE.slice(0, 1), ...script }: Partial<Script> & { emails?: readonly string[] } = {},
) {
  const file = files.write('draft.yaml', `sequence: draft\ntitle: Draft\naudience: lead\nenter: {}\nsteps:\n${steps}`);
  const { timeline } = await rehearse({
    platform: rehearsals.platform,
    sequence: { file },
    contacts: { emails },
    script: scriptSchema.parse(script),
    keep: false,
  });
  return timeline.filter(({ kind }) => kind !== 'enter');
}
const linesOf = (timeline: Awaited<ReturnType<typeof rehearsed>>) =>
  timeline.map(
    ({ day, sequence, step, kind, outcome }) =>
      `${day} ${sequence === 'draft' ? '' : 'joined '}${step ?? ''} ${kind} ${outcome}`,
  );

const TASK = `  - { id: ring, type: task, kind: call, team: growers, title: Ask, due: 2d, outcomes: { reached: glad }, onOverdue: late }
  - { id: no, type: end, outcome: no }
  - { id: glad, type: end, outcome: glad }
  - { id: late, type: end, outcome: late }
`;

test('reps close most of their tasks in time, and the same ones in each run', async () => {
  const outcomes = async () => {
    const timeline = await rehearsed(TASK, { emails: PEOPLE });
    return timeline.filter(({ kind }) => kind === 'end').map(({ contact, outcome, day }) => [contact, outcome, day]);
  };
  const first = await outcomes();
  expect(first).toHaveLength(8);
  expect(first.filter(([, outcome]) => outcome === 'glad').length).toBeGreaterThan(3);
  expect(await outcomes()).toEqual(first);
}, 120_000);

test('tasks that nobody closes are overdue after their time', async () => {
  expect(linesOf(await rehearsed(TASK, { reps: 'silent' }))).toEqual([
    '0 ring wait waits',
    '0 ring task open',
    '2 ring task overdue',
    '2 late end late',
  ]);
}, 60_000);

test('a journey waits for the weeks of the one that it has joined, and goes on at its end', async () => {
  const { sequence } = await published(database.db, {
    steps: [
      { id: 'rest', type: 'wait', for: '9d' },
      { id: 'done', type: 'end', outcome: 'welcomed' },
    ],
  });
  const join = (
    timeout: string,
  ) => `  - { id: join, type: join, sequence: ${sequence}, wait: true, timeout: ${timeout}, onTimeout: late }
  - { id: rest, type: wait, for: 1d }
  - { id: done, type: end }
  - { id: late, type: end, outcome: late }
`;
  expect(linesOf(await rehearsed(join('30d')))).toEqual([
    '0 join wait waits',
    '0 joined rest wait waits',
    '9 joined done end welcomed',
    '9 join join welcomed',
    '9 rest wait waits',
    '10 done end completed',
  ]);
  expect(linesOf(await rehearsed(join('3d')))).toEqual([
    '0 join wait waits',
    '0 joined rest wait waits',
    '3 join join timeout',
    '3 late end late',
    '9 joined done end welcomed',
  ]);
}, 120_000);

test('a webhook tells nobody; what the script answers is tried again and taken like any answer', async () => {
  const steps = `  - { id: tell, type: webhook, endpoint: crm, set: { size: size }, onFailed: sorry }
  - { id: big, type: checkpoint, when: { fact: contact.attributes.size, atLeast: 5 }, then: yes-big }
  - { id: small, type: end, outcome: small }
  - { id: yes-big, type: end, outcome: big }
  - { id: sorry, type: end, outcome: sorry }
`;
  const outcome = async (script: object) => linesOf(await rehearsed(steps, script)).at(-1);
  expect(await outcome({ webhooks: { crm: { status: 200, body: { size: 7 } } } })).toBe('0 yes-big end big');
  expect(await outcome({})).toBe('0 small end small');
  expect(await outcome({ webhooks: { crm: { status: 503, body: {} } } })).toBe('0 sorry end sorry');
}, 120_000);

test('whoever confirms nothing gets one confirmation and one reminder, and then nothing more', async () => {
  const { timeline } = await rehearse({
    platform: rehearsals.platform,
    sequence: { file: path.resolve(__dirname, '../../sequences/double-opt-in.yaml') },
    contacts: { emails: PEOPLE.slice(0, 2) },
    script: scriptSchema.parse({ personas: { passive: 1 } }),
    keep: false,
  });
  const sent = timeline
    .filter(({ kind }) => kind === 'send')
    .map(({ day, step, contact }) => `${day} ${step} ${contact}`);
  expect(sent.toSorted()).toEqual(
    PEOPLE.slice(0, 2)
      .flatMap((who) => [`0 confirm ${who}`, `2 remind ${who}`])
      .toSorted(),
  );
  expect(timeline.filter(({ kind }) => kind === 'end').map(({ day, outcome }) => `${day} ${outcome}`)).toEqual([
    '7 lapsed',
    '7 lapsed',
  ]);
}, 120_000);
