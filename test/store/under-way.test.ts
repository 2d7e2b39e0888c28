import { scriptSchema } from '../../src/domain/rehearsal/script';
import type { Definition } from '../../src/domain/sequence/definition';
import { type Simulated, simulate } from '../../src/domain/simulation/simulate';
import { type JourneysOnRecord, populationOf } from '../../src/runtime/simulated-population';
import { transaction } from '../../src/store/db';
import { offer } from '../../src/store/handoff-offer';
import { ingest } from '../../src/store/ingest';
import { aDefinition, DAY, HOUR, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { everythingIn } from '../support/everything';
import { anIncoming, enrolled, published, someone } from '../support/journeys';
import { SALES } from '../support/sales';

const database = testDatabase();
const FRIDAY = MONDAY + 4 * DAY;
const MAIL = { id: 'hello', type: 'mail', template: 'welcome', purpose: 'transactional' };
const END = { id: 'done', type: 'end' };
const { rules } = SALES;

beforeEach(async () => {
  await database.db.$executeRaw`TRUNCATE contact, journey, lead, interaction, send, handoff, task CASCADE`;
});

async function simulated(
  sequence: Definition,
  { journeys, ...parts }: Partial<Simulated> & { readonly journeys?: JourneysOnRecord } = {},
) {
  const request = { type: 'real', db: database.db, limit: 100, journeys } as const;
  const { population, notes } = await populationOf({ request, rules, sequence, others: [], seed: 1, startsAt: FRIDAY });
  const people = population.type === 'real' ? [...population.newcomers, ...(population.present ?? [])] : [];
  const older = [...new Set(people.flatMap(({ underWay = [] }) => underWay.map(({ definition }) => definition)))];
  const input: Simulated = {
    rules,
    sequence,
    others: [],
    older,
    population,
    model: { script: scriptSchema.parse({ everyone: { persona: 'passive' }, reps: 'silent' }) },
    resources: {},
    startsAt: FRIDAY,
    days: 30,
    ...parts,
  };
  const counts = simulate(input);
  expect(simulate(input)).toEqual(counts); // runs share what is on record, and none changes it
  return { ...counts, notes };
}

/** A published sequence, and a person who has entered it on Monday. */
async function aJourney(steps: readonly object[], parts: { readonly [key: string]: unknown } = {}) {
  const version = await published(database.db, { enter: { on: 'lead.created' }, steps, ...parts });
  const who = await someone(database.db);
  const entered = await enrolled(database.db, { ...who, version, now: MONDAY });
  if (entered.type !== 'entered') throw new Error('did not enter');
  return { ...who, version, journeyId: entered.journeyId };
}

const mailDays = (perDay: readonly number[]) => perDay.flatMap((count, day) => (count > 0 ? [[day, count]] : []));

test('a journey on record goes on from where it waits, and others who may enter begin', async () => {
  const { version } = await aJourney([{ id: 'wait', type: 'wait', for: '10d' }, MAIL, END]);
  await someone(database.db);
  const before = await everythingIn(database.url);
  const { carriedOn, entered, mailsPerDay, running, outcomes, steps } = await simulated(version.definition);
  expect({ carriedOn, entered, running }).toEqual({ carriedOn: 1, entered: 1, running: 0 });
  expect(mailDays(mailsPerDay)[0]).toEqual([6, 1]);
  expect(mailDays(mailsPerDay)[1]?.[0]).toBeGreaterThanOrEqual(10);
  expect(outcomes[version.sequence]).toEqual({ completed: 2 });
  expect(steps.map(({ standing }) => standing)).toEqual([0, 0, 0]);
  expect(await everythingIn(database.url)).toEqual(before);
});

test('only those under way go on, or everyone begins anew, as is asked', async () => {
  const { version } = await aJourney([{ id: 'wait', type: 'wait', for: '10d' }, MAIL, END]);
  await someone(database.db);
  const only = await simulated(version.definition, { journeys: 'under-way' });
  expect({ ...only, notes: only.notes.notLetIn }).toMatchObject({ carriedOn: 1, entered: 0, mails: 1, notes: 1 });
  const anew = await simulated(version.definition, { journeys: 'anew' });
  expect(anew).toMatchObject({ carriedOn: 0, entered: 2, mails: 2 });
});

test('it goes on on its own version, and who went through the sequence before is kept out by its re-entry rule', async () => {
  const { version, contactId } = await aJourney([{ id: 'wait', type: 'wait', for: '10d' }, MAIL, END]);
  const done = await someone(database.db);
  await enrolled(database.db, { ...done, version, now: MONDAY });
  await database.db.journey.updateMany({
    where: { contactId: done.contactId },
    data: { status: 'ended', outcome: 'completed' },
  });
  const draft = aDefinition({
    sequence: version.sequence,
    enter: { on: 'lead.created' },
    steps: [{ id: 'other', type: 'wait', for: '1d' }, END],
  });
  const { mails, carriedOn, entered, notes, outcomes } = await simulated(draft);
  expect({ mails, carriedOn, entered, notLetIn: notes.notLetIn }).toEqual({
    mails: 1,
    carriedOn: 1,
    entered: 0,
    notLetIn: 1,
  });
  expect(outcomes[version.sequence]).toEqual({ completed: 1 });
  expect(contactId).not.toBe(done.contactId);
});

test('what happened before counts as it does in life: a call that was asked for meanwhile ends the wait that comes', async () => {
  const waits = {
    id: 'call',
    type: 'waitFor',
    event: 'call.requested',
    timeout: '20d',
    onEvent: 'asked',
    onTimeout: 'silent',
  };
  const ends = ['asked', 'silent'].map((id) => ({ id, type: 'end', outcome: id }));
  const outcomes = async (at: number | null) => {
    const { version, contactId } = await aJourney([{ id: 'wait', type: 'wait', for: '5d' }, waits, ...ends]);
    if (at !== null) await ingest(database.db, SALES, anIncoming(contactId, 'call.requested', { at }));
    const counts = await simulated(version.definition);
    await database.db.$executeRaw`TRUNCATE contact, journey, lead, interaction CASCADE`;
    return counts.outcomes[version.sequence];
  };
  const inLife = { asked: 1 };
  expect(await outcomes(null)).toEqual({ silent: 1 });
  expect(await outcomes(MONDAY + DAY)).toEqual(inLife);
});

test('a handoff that is offered is answered, or expires in its time', async () => {
  const handOff = { id: 'sales', type: 'handoff', sla: '8d', onAccepted: 'done', onExpired: 'late' };
  const { version, journeyId } = await aJourney([handOff, END, { id: 'late', type: 'end', outcome: 'late' }]);
  const row = await database.db.journey.findUniqueOrThrow({ where: { id: journeyId } });
  const { move } = row.lastTurn as unknown as { readonly move: { readonly effect: { readonly key: string } } }; // as it was written
  const { key: handoffId } = move.effect;
  await transaction(database.db, (tx) =>
    offer(tx, SALES, { handoffId, journeyId, stepId: 'sales', now: MONDAY + HOUR }),
  );
  const silent = await simulated(version.definition);
  expect(silent).toMatchObject({ handoffs: 0, escalations: 1, handoffsByStatus: { expired: 1 } });
  // whether a rep answers hangs on seed and address: of twenty seeds most bring an answer
  const bySeed = await Promise.all(
    Array.from({ length: 20 }, (_, seed) =>
      simulated(version.definition, { model: { script: scriptSchema.parse({ seed }) } }),
    ),
  );
  const ends = bySeed.map(({ handoffsByStatus }) => handoffsByStatus);
  expect(ends.map((counts) => Object.values(counts).reduce((sum, count) => sum + count, 0))).toEqual(ends.map(() => 1));
  expect(ends.filter(({ expired }) => expired === 0).length).toBeGreaterThan(10);
});

test('a mail that was asked for and not sent goes out at the beginning', async () => {
  const { version } = await aJourney([MAIL, END]);
  const { mailsPerDay, carriedOn } = await simulated(version.definition);
  expect(carriedOn).toBe(1);
  expect(mailDays(mailsPerDay)).toEqual([[0, 1]]);
});
