import { type Json, newId } from '../../src/domain/ids';
import { initialState } from '../../src/domain/journey/state';
import { type Script, scriptSchema } from '../../src/domain/rehearsal/script';
import { transaction } from '../../src/store/db';
import { insertJourney } from '../../src/store/journeys';
import { createReactions } from '../../src/store/reactions';
import { publish } from '../../src/store/sequences';
import { DAY, HOUR, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';

const context = testDatabase();
const EMAILS = Array.from({ length: 12 }, (_, index) => `ana.${index}@example.test`);

const SEQUENCE: Json = {
  sequence: 'nurture',
  title: 'Nurture',
  audience: 'lead',
  enter: {},
  steps: [
    { id: 'welcome', type: 'mail', template: 'welcome' },
    { id: 'sell', type: 'handoff', sla: '1d' },
    { id: 'done', type: 'end' },
  ],
};

beforeAll(() => publish(context.db, { definition: SEQUENCE, source: '', now: MONDAY }));

/** A contact in a journey with one accepted mail and one handoff: all of it under new ids. */
async function aRun(email: string) {
  const { db } = context;
  const [contactId, leadId, journeyId, sendId, handoffId] = [newId(), newId(), newId(), newId(), newId()];
  const at = new Date(MONDAY);
  const version = await db.sequenceVersion.findFirstOrThrow();
  await db.contact.create({ data: { id: contactId, email, locale: 'en', createdAt: at } });
  await db.lead.create({
    data: { id: leadId, contactId, offer: 'course', source: 'form', interestAt: at, createdAt: at },
  });
  await transaction(db, (tx) =>
    insertJourney(tx, {
      id: journeyId,
      contactId,
      leadId,
      sequence: 'nurture',
      versionId: version.id,
      state: initialState(0),
      enteredAt: MONDAY,
    }),
  );
  await db.send.create({
    data: {
      id: sendId,
      contactId,
      journeyId,
      stepId: 'welcome',
      recipient: email,
      purpose: 'marketing',
      template: 'welcome',
      status: 'accepted',
      messageId: sendId,
      plannedAt: at,
    },
  });
  const dueAt = MONDAY + DAY;
  await db.handoff.create({
    data: {
      id: handoffId,
      journeyId,
      contactId,
      leadId,
      stepId: 'sell',
      team: 'sales',
      status: 'offered',
      offeredAt: at,
      dueAt: new Date(dueAt),
    },
  });
  return { contactId, journeyId, sendId, handoffId, now: MONDAY, dueAt };
}

/** What everyone will do, without ids; afterwards nothing of the run is left. */
async function rehearsed(script: Script) {
  const reactions = createReactions(script);
  for (const email of EMAILS) {
    const run = await aRun(email);
    await transaction(context.db, (tx) => reactions.afterMail(tx, run));
    await transaction(context.db, (tx) => reactions.afterOffer(tx, run));
  }
  const planned = await context.db.scriptedEvent.findMany();
  const people = new Map((await context.db.contact.findMany()).map(({ id, email }) => [id, email]));
  for (const table of ['scripted_event', 'handoff', 'send', 'journey', 'lead', 'contact'])
    await context.db.$executeRawUnsafe(`DELETE FROM ${table}`);
  return planned
    .map(({ contactId, type, dueAt, properties }) => {
      const { sendId: _, handoffId: __, ...rest } = Object(properties);
      return `${people.get(contactId)} ${type} +${dueAt.getTime() - MONDAY} ${JSON.stringify(rest)}`;
    })
    .sort();
}

test('two runs of one seed are the same, under other ids; another seed is another run', async () => {
  const script = scriptSchema.parse({ personas: { engaged: 1, asks_for_call: 1 } });
  const first = await rehearsed(script);
  expect(first.length).toBeGreaterThan(EMAILS.length);
  expect(await rehearsed(script)).toEqual(first);
  expect(await rehearsed({ ...script, seed: 2 })).not.toEqual(first);
});

test('who is told step by step what to do does that and nothing else', async () => {
  const script = scriptSchema.parse({
    everyone: {
      persona: 'bounces',
      events: [
        { afterStep: 'welcome', in: '3h', event: 'page.seen', properties: { page: '/prices' } },
        { afterStep: 'other', event: 'call.requested' },
      ],
    },
    reps: 'silent',
  });
  const expected = EMAILS.map((email) => `${email} page.seen +${3 * HOUR} {"page":"/prices"}`);
  expect(await rehearsed(script)).toEqual(expected.sort());
});
