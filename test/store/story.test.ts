import { storyText } from '../../src/cli/commands/why';
import { keyOf, newId } from '../../src/domain/ids';
import { recordConsent } from '../../src/store/consents';
import { transaction } from '../../src/store/db';
import { listJourneys } from '../../src/store/journey-list';
import { storyOf } from '../../src/store/story';
import { testDatabase } from '../support/database';

const context = testDatabase();
const NINE = Date.UTC(2026, 2, 2, 12); // 09:00 in São Paulo
const contactId = newId();
const journeyId = newId();
const leadId = newId();
const sendId = newId();
const repSendId = newId();
const handoffId = newId();
const later = (minutes: number) => new Date(NINE + minutes * 60_000);

beforeAll(async () => {
  const { db } = context;
  const about = { contactId, journeyId };
  await db.contact.create({
    data: { id: contactId, email: 'ana@example.test', name: 'Ana\u001b[2J', createdAt: later(0) },
  });
  await db.lead.create({
    data: {
      id: leadId,
      contactId,
      offer: 'course',
      source: 'form',
      grade: 'B',
      interestAt: later(0),
      createdAt: later(0),
    },
  });
  const versionId = newId();
  await db.sequenceVersion.create({
    data: {
      id: versionId,
      sequence: 'nurture',
      version: 3,
      definition: {},
      source: '',
      checksum: '',
      publishedAt: later(0),
    },
  });
  await db.journey.create({
    data: {
      id: journeyId,
      contactId,
      leadId,
      sequence: 'nurture',
      versionId,
      status: 'running',
      stepId: 'pause',
      dueAt: later(60),
      lastTurn: {},
      enteredAt: later(0),
    },
  });
  const event = (type: string, minute: number, properties: object) => ({
    id: newId(),
    contactId,
    leadId,
    type,
    at: later(minute),
    properties: { ...properties },
    idempotencyKey: newId(),
  });
  await db.interaction.createMany({
    data: [
      event('mail.clicked', 20, { link: 'prices', sendId }), // recorded before what happened earlier
      event('lead.created', 0, { offer: 'course', source: 'form', inputHash: 'abc' }),
      { ...event('mail.accepted', 5, { sendId }), journeyId },
      { ...event('handoff.offered', 30, { handoffId, team: 'sales' }), journeyId },
      { ...event('handoff.answered', 40, { handoffId, action: 'accept' }), journeyId },
    ],
  });
  await transaction(db, (tx) =>
    recordConsent(tx, {
      contactId,
      purpose: 'marketing',
      granted: true,
      basis: 'consent',
      text: 'Yes!',
      source: 'form',
      at: later(0).getTime(),
    }),
  );
  await db.scoreEntry.create({
    data: {
      key: 's1',
      leadId,
      contactId,
      kind: 'interest',
      rule: 'clicks',
      points: 10,
      reason: 'mail.clicked',
      at: later(20),
    },
  });
  const decision = (kind: string, outcome: string, minute: number, more: object = {}) => ({
    key: keyOf(kind, outcome, minute),
    ...about,
    kind,
    outcome,
    reason: `because ${kind}`,
    at: later(minute),
    ...more,
  });
  await db.decision.createMany({
    data: [
      decision('enter', 'nurture entered', 0),
      decision('defer', 'deferred', 3, { stepId: 'hello' }),
      decision('send', 'accepted', 5, { stepId: 'hello' }),
      decision('wait', 'waits', 6, { stepId: 'pause' }),
      decision('score', '+10', 20, { key: 's1' }),
      decision('score', 'warm', 20),
      decision('handoff', 'offered', 30, { stepId: 'sales', data: { handoffId } }),
      decision('handoff', 'accepted', 40, { stepId: 'sales', data: { handoffId } }),
      decision('handoff', 'accepted', 41, { stepId: 'sales' }),
    ],
  });
  const send = { purpose: 'marketing', template: 'hello', status: 'accepted', messageId: '<1>', plannedAt: later(4) };
  await db.handoff.create({
    data: {
      id: handoffId,
      ...about,
      stepId: 'sales',
      team: 'sales',
      status: 'offered',
      offeredAt: later(30),
      dueAt: later(90),
    },
  });
  await db.send.createMany({
    data: [
      {
        ...send,
        ...about,
        id: sendId,
        stepId: 'hello',
        recipient: 'ana@example.test',
        subject: 'Hello',
        settledAt: later(5),
      },
      {
        ...send,
        id: repSendId,
        handoffId,
        stepId: 'sales',
        recipient: 'rita@example.test',
        subject: 'A lead',
        settledAt: later(31),
      },
    ],
  });
});

test('the story tells each fact once, in the order of business time', async () => {
  const story = await storyOf(context.db, { email: 'ANA@example.test' });
  expect(story.entries.map(({ at, what, step }) => [(at - NINE) / 60_000, what, step])).toEqual([
    [0, 'lead.created', null],
    [0, 'consent to marketing mail', null],
    [0, 'enters: nurture entered', null],
    [3, 'mail deferred', 'hello'],
    [5, 'mail “Hello” accepted', 'hello'],
    [6, 'journey waits', 'pause'],
    [20, 'mail.clicked', null],
    [20, 'interest +10 (clicks)', null],
    [20, 'score: warm', null],
    [30, 'handoff offered', 'sales'],
    [31, 'mail “A lead” to rita@example.test accepted', 'sales'],
    [40, 'handoff accepted', 'sales'],
  ]);
  expect(story.entries[0]?.reason).toBe('offer course, source form');
  expect(story.entries[4]).toMatchObject({ reason: 'because send', sequence: 'nurture' });
  expect(story.leads).toEqual([
    { id: leadId, offer: 'course', source: 'form', stage: 'new', temperature: 'cold', grade: 'B' },
  ]);
});

test('the story is found by id as well, and of nobody there is none', async () => {
  expect((await storyOf(context.db, { id: contactId })).contact.email).toBe('ana@example.test');
  await expect(storyOf(context.db, { email: 'no@example.test' })).rejects.toMatchObject({
    code: 'VIV_CONTACT_UNKNOWN',
  });
  await expect(storyOf(context.db, { email: '\0' })).rejects.toMatchObject({ code: 'VIV_CONTACT_UNKNOWN' });
});

test('as text it shows the contact’s local time, and nothing in it can control the terminal', async () => {
  const text = storyText(await storyOf(context.db, { id: contactId }));
  expect(text).toContain('2026-03-02 09:05  mail “Hello” accepted — because send  [nurture/hello]\n');
  expect(text).not.toContain('\u001b');
});

test('journeys are listed by sequence and status, page by page', async () => {
  const { db } = context;
  const all = { limit: 10, offset: 0 };
  const { total, journeys } = await listJourneys(db, { ...all, sequence: 'nurture', status: 'running' });
  expect(total).toBe(1);
  expect(journeys).toEqual([
    {
      id: journeyId,
      email: 'ana@example.test',
      sequence: 'nurture',
      version: 3,
      status: 'running',
      step: 'pause',
      dueAt: NINE + 3_600_000,
      enteredAt: NINE,
      held: null,
      outcome: null,
      reason: null,
    },
  ]);
  expect(await listJourneys(db, { ...all, status: 'ended' })).toEqual({ total: 0, journeys: [] });
  expect((await listJourneys(db, { limit: 10, offset: 1 })).journeys).toEqual([]);
});
