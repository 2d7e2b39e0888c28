import path from 'node:path';
import fc from 'fast-check';
import { type Json, newId } from '../../src/domain/ids';
import { scriptSchema } from '../../src/domain/rehearsal/script';
import type { Backtested, Course } from '../../src/domain/simulation/backtest';
import { isSame } from '../../src/domain/simulation/backtest-sums';
import { runBacktest } from '../../src/runtime/backtesting';
import { runRehearsal } from '../../src/runtime/rehearsal/run';
import { readSequenceFile } from '../../src/runtime/sequence-files';
import { connect, type Db, disconnect } from '../../src/store/db';
import { registerRehearsal } from '../../src/store/rehearsals';
import { SEQUENCES } from '../content/shipped';
import { TEST_KEYS } from '../support/keys';
import { AGREED, testRehearsals } from '../support/rehearsing';
import { JOINED, LATER_STEPS, REHEARSED_JOINED, sequences } from '../support/sequences';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const SEED = Number(process.env.BACKTEST_SEED ?? 20261130);
const CASES = Number(process.env.BACKTEST_CASES ?? 25);
/** Activities of the rehearsal take their time, on a busy machine more. */
const LATE_MS = 4 * MINUTE;

const rehearsals = testRehearsals();

/** Nothing ends it but its end: who has unsubscribed is skipped from then on. */
const STUBBORN_INPUT: Json = {
  sequence: 'stubborn',
  title: 'Stubborn',
  audience: 'lead',
  enter: {},
  steps: [
    {
      id: 'first',
      type: 'mail',
      variants: [
        { name: 'a', template: 'course-programme' },
        { name: 'b', template: 'course-lesson' },
      ],
    },
    { id: 'rest', type: 'wait', for: '6d' },
    { id: 'halves', type: 'split', branches: [{ name: 'one' }, { name: 'other', to: 'second' }] },
    { id: 'ring', type: 'task', kind: 'call', team: 'growers', title: 'Ask', due: '2d', outcomes: { reached: 'note' } },
    { id: 'tell', type: 'webhook', endpoint: 'crm' },
    { id: 'note', type: 'score', points: 7, reason: 'was rung' },
    { id: 'second', type: 'mail', template: 'course-numbers' },
    { id: 'again', type: 'wait', for: '6d' },
    { id: 'third', type: 'mail', template: 'course-story' },
    { id: 'done', type: 'end' },
  ],
};

interface Tested {
  readonly file: string;
  readonly input: Json;
  readonly sequence: string;
  readonly contactIds: readonly string[];
}

const PERSONAS = ['engaged', 'passive', 'bounces', 'unsubscribes', 'asks_for_call', 'returns'];

/** A random sequence with the templates that there are, under a name of its own. */
function aRandom(input: Json, index: number): { readonly sequence: string; readonly input: Json } {
  const sequence = `random-${index}`;
  const text = JSON.stringify(input)
    .replaceAll('"hello"', '"course-programme"')
    .replaceAll('"offer"', '"course-lesson"');
  return { sequence, input: { ...(JSON.parse(text) as { readonly [key: string]: Json }), sequence } }; // as it was made
}

async function tested(scratch: Db, one: Tested, startedAt: number): Promise<readonly Backtested[]> {
  const people: Backtested[] = [];
  const { rules } = rehearsals.content;
  const asked = { rules, file: one.file, folder: rehearsals.files.path(''), limit: 100 };
  await runBacktest(scratch, {
    ...asked,
    since: startedAt,
    now: startedAt + 900 * DAY,
    onContact: (person) => people.push(person),
  });
  return people;
}

/** By how much mails come apart; what is sent at a time that hangs on what came before is as late as that. */
function apart({ would, happened }: Backtested): number {
  const timesOf = ({ mails }: Course) =>
    mails.toSorted((one, other) => one.template.localeCompare(other.template) || one.at - other.at).map(({ at }) => at);
  const [planned, real] = [timesOf(would), timesOf(happened)];
  return Math.max(0, ...planned.map((at, index) => Math.abs(at - (real[index] ?? at))));
}

/** Who comes to a slot of the day just too late, since activities take their time, has the next one: days later, over a weekend three. */
function hasMissedASlot(person: Backtested): boolean {
  const days = Math.round(apart(person) / DAY);
  return days >= 1 && days <= 3 && Math.abs(apart(person) - days * DAY) <= LATE_MS;
}
/** Of all people: such a slot is minutes away from what leads to it for one in a thousand. */
const MOST_MISSED = 3;

const ZONES = ['America/Sao_Paulo', 'Europe/Lisbon', 'Asia/Tokyo'];

/** What somebody of the rehearsal does: by a persona, and at an odd minute. */
type Scripted = readonly [string, object];

/** So many people on record, each of another persona than the one before. */
async function people(name: string, count: number, from: number) {
  const contactIds: string[] = [];
  const scripted: Scripted[] = [];
  for (let index = 0; index < count; index += 1) {
    const email = `${name}-${index}@example.test`;
    const role = index % 2 === 0 ? 'director' : 'specialist';
    const contact = { attributes: { role }, timeZone: ZONES[index % ZONES.length] };
    contactIds.push(await rehearsals.person(email, { at: Date.now() - 30 * DAY, contact, consent: AGREED }));
    const events = [{ at: `${20 + 31 * index}h 23m`, event: 'page.viewed' }];
    scripted.push([email, { persona: PERSONAS[(from + index) % PERSONAS.length], events }]);
  }
  return { contactIds, scripted };
}

async function aCase(file: string, sequence: string, count: number, from: number) {
  const read = await readSequenceFile(file);
  if (read.type !== 'valid') throw new Error(`${file} is not valid`);
  const { contactIds, scripted } = await people(sequence, count, from);
  return { one: { file, sequence, contactIds, input: read.input }, scripted };
}

/** Rehearses all at once; answers the database in which it happened. */
async function rehearsed(cases: readonly Tested[], scripted: readonly Scripted[], startedAt: number): Promise<string> {
  const joins = { sequence: JOINED, draft: { definition: REHEARSED_JOINED, source: '' }, contactIds: [] };
  const enter = cases.map(({ input, ...one }) => ({ ...one, draft: { definition: input, source: '' } }));
  const contacts = Object.fromEntries(scripted);
  const script = scriptSchema.parse({ seed: SEED, contacts, webhooks: { crm: { body: {} } } });
  const contactIds = cases.flatMap((one) => one.contactIds);
  const options = { name: 'backtest', script, contactIds, enter: [joins, ...enter], sweep: false };
  const row = await registerRehearsal(rehearsals.database.db, { id: newId(), options, startedAt });
  return runRehearsal({ platform: rehearsals.platform, row });
}

const knowsAll = ({ unknown }: Backtested): boolean => Object.values(unknown).every((count) => count === 0);

test('a backtest of the version that made the history tells the same mails, skips, handoffs and ends as happened', async () => {
  const drawn = fc.sample(sequences({ isForwardOnly: true, also: LATER_STEPS }), { numRuns: CASES, seed: SEED });
  rehearsals.files.write('joined.yaml', JSON.stringify(REHEARSED_JOINED));
  const made = [await aCase(path.join(SEQUENCES, 'course-nurture.yaml'), 'course-nurture', 12, 0)];
  made.push(await aCase(rehearsals.files.write('stubborn.yaml', JSON.stringify(STUBBORN_INPUT)), 'stubborn', 12, 0));
  for (const [index, drawing] of drawn.entries()) {
    const { sequence, input } = aRandom(drawing, index);
    made.push(await aCase(rehearsals.files.write(`${sequence}.yaml`, JSON.stringify(input)), sequence, 2, index));
  }
  const cases = made.map(({ one }) => one);
  const startedAt = Date.now();
  const url = await rehearsed(
    cases,
    made.flatMap(({ scripted }) => scripted),
    startedAt,
  );
  const scratch = connect(url, 4, TEST_KEYS);
  try {
    const all: { readonly sequence: Json; readonly person: Backtested }[] = [];
    for (const one of cases)
      for (const person of await tested(scratch, one, startedAt)) all.push({ sequence: one.input, person });
    const late = all.filter(({ person }) => apart(person) > LATE_MS);
    expect(all.filter(({ person }) => !isSame(person) || !knowsAll(person))).toEqual([]);
    expect(late.filter(({ person }) => !hasMissedASlot(person))).toEqual([]);
    expect(late.length).toBeLessThanOrEqual(MOST_MISSED);
    expect(all).toHaveLength(24 + 2 * CASES);
    for (const part of ['mails', 'skips', 'handoffs'] as const)
      expect(all.some(({ person }) => person.would[part].length > 0)).toBe(true); // a control: there was something to find
  } finally {
    await disconnect(scratch);
  }
}, 240_000);
