import path from 'node:path';
import { newId } from '../../src/domain/ids';
import { type Script, scriptSchema } from '../../src/domain/rehearsal/script';
import { readConfig } from '../../src/runtime/config';
import { contentFolders } from '../../src/runtime/content';
import { rehearse } from '../../src/runtime/rehearsal/rehearse';
import { runRehearsal } from '../../src/runtime/rehearsal/run';
import { databaseUrl as otherDatabase } from '../../src/runtime/rehearsal/scratch';
import { publishFiles } from '../../src/runtime/sequence-files';
import { newestContacts } from '../../src/store/audience';
import { connect, disconnect } from '../../src/store/db';
import { registerRehearsal, unfinishedRehearsals } from '../../src/store/rehearsals';
import { summaryOf } from '../../src/store/summary';
import { everythingIn } from '../support/everything';
import { AGREED, testRehearsals } from '../support/rehearsing';

const DAY = 86_400_000;
const rehearsals = testRehearsals();
const { database, files } = rehearsals;

beforeAll(async () => {
  for (const name of ['ana', 'bea', 'caio', 'duda'])
    await rehearsals.person(`${name}@example.test`, {
      contact: { name, attributes: { role: 'director' } },
      consent: AGREED,
    });
  const file = path.join(contentFolders(readConfig({})).sequences, 'course-nurture.yaml');
  await publishFiles(database.db, { files: [file], known: rehearsals.content.known, now: Date.now() });
});

const script = (parts: object): Script => scriptSchema.parse(parts);
const course = (emails: readonly string[], parts: object = {}) =>
  rehearse({
    platform: rehearsals.platform,
    sequence: { name: 'course-nurture' },
    contacts: { emails },
    script: script(parts),
    keep: false,
  });

/** Every row of every live table but the list of rehearsals. */
const everything = () => everythingIn(database.url, ['rehearsal']);

// INV-REHEARSAL-SEALED
test('a rehearsal of three weeks changes nothing live: scores, caps and reports are what they were', async () => {
  const before = await everything();
  const summaryBefore = await summaryOf(database.db);
  const { summary, timeline } = await course(['ana@example.test', 'bea@example.test'], {
    everyone: { persona: 'engaged' },
  });
  expect(await everything()).toEqual(before);
  expect(await summaryOf(database.db)).toEqual(summaryBefore);
  expect(summary).toMatchObject({ journeys: 2, journeysFinished: 2, mailsUnknown: 0 });
  expect(summary.clicks).toBeGreaterThan(0);
  expect(timeline.length).toBeGreaterThan(20);
});

test('mails that a contact got in live journeys are copied for the caps, and not counted', async () => {
  const { id: contactId } = await database.db.contact.findUniqueOrThrow({ where: { email: 'bea@example.test' } });
  const at = new Date(Date.now() - DAY);
  const sent = { purpose: 'marketing', template: 'old', status: 'accepted', messageId: '<old>', stepId: 'old' };
  const recipient = 'bea@example.test';
  const live = { ...sent, id: newId(), contactId, journeyId: newId(), recipient, plannedAt: at, settledAt: at };
  await database.db.send.create({ data: live });
  const before = rehearsals.inbox.store.count();
  const { summary } = await course(['bea@example.test'], { everyone: { persona: 'passive' } });
  expect(rehearsals.inbox.store.count() - before).toBe(summary.mailsAccepted + summary.mailsToReps);
  await database.db.send.delete({ where: { id: live.id } });
});

test('its mails carry virtual dates, and each is in the inbox once', async () => {
  const before = rehearsals.inbox.store.count();
  const beganAt = Date.now();
  const { summary } = await course(['caio@example.test'], { everyone: { persona: 'passive' } });
  const { messages } = rehearsals.inbox.store.list({ offset: 0, limit: rehearsals.inbox.store.count() - before });
  expect(messages).toHaveLength(summary.mailsAccepted + summary.mailsToReps);
  expect(new Set(messages.map(({ messageId }) => messageId)).size).toBe(messages.length);
  const last = Date.parse(messages[0]?.date ?? '');
  expect(last - beganAt).toBeGreaterThan(10 * DAY);
  expect(summary.virtualDays).toBeGreaterThanOrEqual(20);
});

test('what a script says happens at its virtual time, through the same ingestion', async () => {
  const { timeline } = await course(['duda@example.test'], {
    contacts: { 'duda@example.test': { persona: 'passive', events: [{ at: '5d', event: 'call.requested' }] } },
  });
  const offered = timeline.find(({ kind, outcome }) => kind === 'handoff' && outcome === 'offered');
  expect(offered?.day).toBe(5);
});

test('a rehearsal that was broken off is carried on to its end, with no mail twice', async () => {
  const contactIds = await newestContacts(database.db, { audience: 'lead', limit: 10 });
  const options = {
    name: 'broken-off',
    script: script({}),
    contactIds,
    enter: [{ sequence: 'course-nurture', contactIds }],
    sweep: false,
  };
  const row = await registerRehearsal(database.db, { id: newId(), options, startedAt: Date.now() });
  const before = rehearsals.inbox.store.count();
  const breaking = new AbortController();
  rehearsals.inbox.store.onMessage(() => breaking.abort()); // at its first mail
  await expect(runRehearsal({ platform: rehearsals.platform, row, signal: breaking.signal })).rejects.toThrow(/abort/);
  const [unfinished] = await unfinishedRehearsals(database.db);
  if (!unfinished) throw new Error('it is unfinished');
  const scratchUrl = await runRehearsal({ platform: rehearsals.platform, row: unfinished });
  expect(await unfinishedRehearsals(database.db)).toEqual([]);
  const scratch = connect(scratchUrl, 1);
  const summary = await summaryOf(scratch);
  await disconnect(scratch);
  expect(summary).toMatchObject({ journeys: 4, journeysFinished: 4 });
  const sent = rehearsals.inbox.store.messageIds().slice(before);
  expect(new Set(sent).size).toBe(sent.length);
  expect(sent).toHaveLength(summary.mailsAccepted + summary.mailsToReps);
});

test('a draft is rehearsed without being published', async () => {
  const file = files.write(
    'draft.yaml',
    'sequence: draft\ntitle: Draft\naudience: lead\nenter: {}\nsteps:\n  - { id: rest, type: wait, for: 3d }\n  - { id: done, type: end }\n',
  );
  const { summary } = await rehearse({
    platform: rehearsals.platform,
    sequence: { file },
    contacts: { newest: 2 },
    script: script({}),
    keep: false,
  });
  expect(summary).toMatchObject({ journeysFinished: 2, virtualDays: 3 });
  expect(await database.db.sequenceVersion.count({ where: { sequence: 'draft' } })).toBe(0);
});

test('its database is gone afterwards, unless it is to be kept', async () => {
  const request = {
    platform: rehearsals.platform,
    sequence: { name: 'course-nurture' },
    contacts: { newest: 1 },
    script: script({}),
  };
  expect((await rehearse({ ...request, keep: false })).database).toBeNull();
  const kept = await rehearse({ ...request, keep: true });
  const scratch = connect(otherDatabase(database.url, kept.database ?? ''), 1);
  expect((await summaryOf(scratch)).journeysFinished).toBe(1);
  await disconnect(scratch);
});
