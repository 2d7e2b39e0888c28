import fc from 'fast-check';
import { identitySchema } from '../../src/domain/identity/rules';
import { type Json, newId } from '../../src/domain/ids';
import { keepAddressKeys } from '../../src/store/addresses';
import { verifyConsents } from '../../src/store/consent-verify';
import { newestConsents, recordConsent } from '../../src/store/consents';
import { contactIdOf } from '../../src/store/contact-ref';
import { upsertContact } from '../../src/store/contacts';
import { transaction } from '../../src/store/db';
import { refit } from '../../src/store/fit';
import { readGated } from '../../src/store/gate-facts';
import { ingest } from '../../src/store/ingest';
import { possibleDuplicates } from '../../src/store/merge/list';
import { mergeContacts } from '../../src/store/merge/merge';
import { MOVED_TABLES, NOT_MOVED } from '../../src/store/merge/tables';
import { unmerge } from '../../src/store/merge/unmerge';
import { beginPause } from '../../src/store/pauses';
import { addSuppression } from '../../src/store/suppression-list';
import { suppressContact, suppressionOf } from '../../src/store/suppressions';
import { DAY, HOUR, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { everythingIn } from '../support/everything';
import { aJourney, anIncoming, aWaitFor, ENDS, enrolled, jobsIn, published, someone } from '../support/journeys';
import { aLead, aPerson, type Person, writePeople } from '../support/people';
import { SALES } from '../support/sales';
import { scoringRules } from '../support/scoring';

const context = testDatabase(20);
const DEPS = { ...SALES, rules: { ...SALES.rules, scoring: scoringRules() } };
const merge = (survivor: string, merged: string, parts: object = {}) =>
  mergeContacts(context.db, DEPS, {
    survivor: { id: survivor },
    merged: { id: merged },
    reason: 'told so by phone',
    by: 'rui',
    now: MONDAY + DAY,
    ...parts,
  });
const takeBack = (mergeId: string) => unmerge(context.db, DEPS, { mergeId, by: 'rui', now: MONDAY + 2 * DAY });
const RUNS = Number(process.env.VIVEIRO_TEST_RUNS ?? 5);
/** What only ever grows, or is no state of a contact. */
const LOGS = [
  'decision',
  'consent',
  'consent_head',
  'contact_merge',
  '_private_jobs',
  'jobs',
  '_private_job_queues',
  '_private_tasks',
];
const everything = () => everythingIn(context.url, LOGS);
const two = async (own: Partial<Person> = {}, other: Partial<Person> = {}) =>
  [await someone(context.db, own), await someone(context.db, other)] as const;
/** What holds of what a contact has said. */
const saidBy = async (contactId: string) =>
  [...(await newestConsents(context.db, contactId))].map(([purpose, { state, at, text }]) => ({
    purpose,
    state,
    at,
    text,
  }));
const addressOf = async (id: string) => (await context.db.contact.findUniqueOrThrow({ where: { id } })).email;

test('every table that names a contact is moved by a merge, or stands among those that are not, with the reason', async () => {
  const rows = await context.db.$queryRaw<{ name: string }[]>`
    SELECT table_name AS name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'contact_id'`;
  const known = [...MOVED_TABLES.map(({ table }) => table), ...Object.keys(NOT_MOVED)];
  expect(rows.map(({ name }) => name).sort()).toEqual([...known].sort());
});

const offers = fc.uniqueArray(fc.constantFrom('demo', 'ebook', 'webinar'), { maxLength: 3 });
const words = fc.array(
  fc.record({
    purpose: fc.constantFrom('marketing', 'newsletter', 'profiling'),
    granted: fc.boolean(),
    day: fc.nat(3),
  }),
  { maxLength: 3 },
);
const side = fc.record({
  name: fc.constantFrom(null, 'Ana', 'Ana Lima'),
  role: fc.constantFrom(undefined, 'manager', 'student'),
  tags: fc.uniqueArray(fc.constantFrom('vip', 'fair', 'press'), { maxLength: 3 }),
  offers,
  stage: fc.constantFrom('new' as const, 'nurturing' as const, 'sql' as const),
  isClient: fc.boolean(),
  words,
  clicks: fc.nat(2),
  isSuppressed: fc.boolean(),
  isPaused: fc.boolean(),
  sequences: fc.uniqueArray(fc.nat(2), { maxLength: 3 }),
});
type Side = typeof side extends fc.Arbitrary<infer T> ? T : never;

let sequences: Awaited<ReturnType<typeof published>>[] = [];
beforeAll(async () => {
  const steps = [aWaitFor('page.viewed', '9d'), ...ENDS];
  const exclusive = (priority: number) => ({ group: 'offers', priority });
  sequences = [
    await published(context.db, { steps, reenter: 'never' }),
    await published(context.db, { steps, exclusive: exclusive(1) }),
    await published(context.db, { steps, exclusive: exclusive(5) }),
  ];
});

async function written({ name, role, tags, offers: all, stage, isClient, ...lived }: Side): Promise<string> {
  const bought = {
    status: 'active',
    firstPurchaseAt: MONDAY,
    lastPurchaseAt: MONDAY,
    purchases: 2,
    revenue: 12.5,
  } as const;
  const attributes: { [key: string]: Json } = role === undefined ? {} : { role };
  const leads = all.map((offer) => aLead({ offer, stage, interest: 3.3, interestAt: MONDAY }));
  const [one] = await writePeople(context.db, [
    aPerson({ name, tags, attributes, leads, client: isClient ? bought : null }),
  ]);
  const contactId = one?.contactId ?? '';
  for (const { purpose, granted, day } of lived.words)
    await transaction(context.db, (tx) =>
      recordConsent(tx, {
        contactId,
        purpose,
        granted,
        basis: 'consent',
        text: 'Yes?',
        source: 'test',
        at: MONDAY + day * HOUR,
      }),
    );
  for (let n = 0; n < lived.clicks; n += 1) await ingest(context.db, DEPS, anIncoming(contactId, 'mail.clicked'));
  if ((await newestConsents(context.db, contactId)).get('profiling')?.state === 'withdrawn')
    await context.db.contact.update({ where: { id: contactId }, data: { profiling: false } });
  const email = await addressOf(contactId);
  if (lived.isSuppressed) await addSuppression(context.db, { address: { email }, scope: 'marketing', at: MONDAY });
  if (lived.isPaused) {
    const target = { type: 'contact', contactId } as const;
    await beginPause(context.db, { target, mode: 'freeze', reason: 'asked', by: 'rui', now: MONDAY });
  }
  const leadId = one?.leadIds[0] ?? null;
  await transaction(context.db, (tx) => refit(tx, DEPS.rules.scoring, { contactId, at: MONDAY }));
  for (const index of lived.sequences) {
    const version = sequences[index];
    if (version && leadId !== null) await enrolled(context.db, { contactId, leadId, version }, DEPS);
  }
  return contactId;
}

// INV-MERGE-TAKEN-BACK
test('a merge that is taken back leaves everything as it was, but for the logs; and a dry run changes nothing at all', async () => {
  await fc.assert(
    fc.asyncProperty(side, side, async (one, other) => {
      const [survivor, merged] = [await written(one), await written(other)];
      const [before, said] = [await everything(), [await saidBy(survivor), await saidBy(merged)]];
      const all = await everythingIn(context.url);
      const foretold = await merge(survivor, merged, { isDryRun: true });
      expect(await everythingIn(context.url)).toEqual(all);
      const { mergeId, ...report } = await merge(survivor, merged);
      expect({ ...foretold, mergeId: '' }).toEqual({ ...report, mergeId: '' });
      for (const { table } of MOVED_TABLES)
        expect(
          await context.db.$queryRawUnsafe(`SELECT 1 FROM ${table} WHERE contact_id = '${merged}'::uuid`),
        ).toHaveLength(0);
      expect(await context.db.contact.count({ where: { id: merged } })).toBe(0);
      const groups = await context.db.journey.findMany({ where: { contactId: survivor, status: 'running' } });
      expect(groups.filter(({ sequence }) => sequence === sequences[0]?.sequence).length).toBeLessThan(2);
      expect(groups.filter(({ sequence }) => sequence !== sequences[0]?.sequence).length).toBeLessThan(2);
      await takeBack(mergeId);
      expect(await everything()).toEqual(before);
      expect([await saidBy(survivor), await saidBy(merged)]).toEqual(said);
      expect((await verifyConsents(context.db)).broken ?? null).toBeNull();
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
});

test('the one who stays is found by the addresses and the ids of both, also once somebody comes in by them', async () => {
  const [own, other] = await two();
  const [address, otherAddress] = [await addressOf(own.contactId), await addressOf(other.contactId)];
  await merge(own.contactId, other.contactId);
  expect(await contactIdOf(context.db, { id: other.contactId })).toBe(own.contactId);
  expect(await contactIdOf(context.db, { email: otherAddress })).toBe(own.contactId);
  const upserted = await transaction(context.db, (tx) => upsertContact(tx, { email: otherAddress, at: MONDAY }));
  expect(upserted).toEqual({ id: own.contactId, created: false });
  expect(await addressOf(own.contactId)).toBe(address);
});

test('contacts that come in while they are merged are one in the end, and nothing of them is lost', async () => {
  const [own, other] = await two();
  const email = await addressOf(other.contactId);
  const before = await context.db.contact.count();
  const come = (n: number) =>
    transaction(context.db, (tx) => upsertContact(tx, { email, at: MONDAY, attributes: { [`n${n}`]: n } }));
  await Promise.all([merge(own.contactId, other.contactId), ...Array.from({ length: 10 }, (_, n) => come(n))]);
  expect(await context.db.contact.count()).toBe(before - 1);
  const { attributes } = await context.db.contact.findUniqueOrThrow({ where: { id: own.contactId } });
  expect(Object.keys(attributes ?? {})).toHaveLength(10);
});

test('an event that was told before the merge is the same after it, and after it was taken back', async () => {
  const [own, other] = await two();
  const event = anIncoming(other.contactId, 'page.viewed', { properties: { path: '/' } });
  const { interactionId } = await ingest(context.db, DEPS, event);
  const { mergeId } = await merge(own.contactId, other.contactId);
  const again = await ingest(context.db, DEPS, { ...event, contactId: own.contactId });
  expect(again).toMatchObject({ interactionId, duplicate: true });
  await takeBack(mergeId);
  expect(await ingest(context.db, DEPS, event)).toMatchObject({ interactionId, duplicate: true });
});

test('of two journeys through one sequence the one stays that has mailed more, and mails nothing that the other had mailed', async () => {
  const [own, other] = await two();
  const version = sequences[0];
  if (!version) throw new Error('there are sequences');
  const [kept, gone] = [
    await aJourney(context.db, version, { who: own }, DEPS),
    await aJourney(context.db, version, { who: other }, DEPS),
  ];
  const mail = (journeyId: string, contactId: string, stepId: string, status: string) => {
    const id = newId();
    const parts = {
      recipient: 'x@example.test',
      purpose: 'newsletter',
      template: 't',
      messageId: id,
      plannedAt: new Date(MONDAY),
    };
    return context.db.send.create({
      data: { id, contactId, journeyId, stepId, status, settledAt: new Date(MONDAY), ...parts },
    });
  };
  await mail(kept.journeyId, own.contactId, 'one', 'accepted');
  await mail(kept.journeyId, own.contactId, 'two', 'accepted');
  await mail(gone.journeyId, other.contactId, 'three', 'accepted');
  const merged = await merge(other.contactId, own.contactId); // whoever stays as a contact
  expect(merged.journeysEnded).toMatchObject([{ journeyId: gone.journeyId, stays: kept.journeyId }]);
  const row = await context.db.journey.findUniqueOrThrow({ where: { id: gone.journeyId } });
  expect(row).toMatchObject({ status: 'ended', outcome: 'merged', reason: expect.stringContaining('2 mails') });
  expect(await jobsIn(context.db)).toContainEqual({
    task: 'poke',
    payload: { workflow: `journey:${kept.journeyId}`, seq: 0 },
  });
  const asked = async (stepId: string) => {
    const { id: sendId } = await mail(kept.journeyId, other.contactId, stepId, 'planned');
    const question = {
      sendId,
      contactId: other.contactId,
      purpose: 'newsletter',
      priority: 0,
      now: MONDAY,
      rules: DEPS.rules.gate,
    };
    return (await transaction(context.db, (tx) => readGated(tx, question))).facts.isMailedAsOther;
  };
  expect([await asked('three'), await asked('four')]).toEqual([true, undefined]);
  await takeBack(merged.mergeId);
  const tasks = (await jobsIn(context.db))
    .filter(({ payload }) => payload.journeyId === gone.journeyId)
    .map(({ task }) => task);
  expect(tasks.filter((task) => task === 'restart_journey')).toHaveLength(2);
});

test('who unsubscribes by an old mail of the merged contact is mailed no more at either address', async () => {
  const [own, other] = await two();
  const [address, otherAddress] = [await addressOf(own.contactId), await addressOf(other.contactId)];
  const id = newId();
  await context.db.send.create({
    data: {
      id,
      contactId: other.contactId,
      stepId: 'hello',
      recipient: otherAddress,
      purpose: 'marketing',
      template: 't',
      status: 'accepted',
      messageId: id,
      plannedAt: new Date(MONDAY),
    },
  });
  await merge(own.contactId, other.contactId);
  const suppression = { contactId: own.contactId, at: MONDAY, sendId: id } as const;
  await transaction(context.db, (tx) => suppressContact(tx, { ...suppression, reason: 'unsubscribed' }));
  const reasons = await transaction(context.db, async (tx) => [
    await suppressionOf(tx, address),
    await suppressionOf(tx, otherAddress),
  ]);
  expect(reasons).toEqual(['unsubscribed', 'unsubscribed']);
});

test('who objects to profiling under one of the two loses the points of both, and has them again once they are two', async () => {
  const points = { leads: [aLead({ interest: 30, interestAt: MONDAY })] };
  const [own, other] = await two(points, { leads: [aLead({ offer: 'ebook', interest: 30, interestAt: MONDAY })] });
  const objection = { purpose: 'profiling', basis: 'consent', text: 'No.', source: 'form', at: MONDAY } as const;
  await transaction(context.db, (tx) =>
    recordConsent(tx, { contactId: other.contactId, granted: false, ...objection }),
  );
  await context.db.contact.update({ where: { id: other.contactId }, data: { profiling: false } });
  const { mergeId } = await merge(own.contactId, other.contactId);
  expect((await context.db.contact.findUniqueOrThrow({ where: { id: own.contactId } })).profiling).toBe(false);
  expect(
    (await context.db.lead.findMany({ where: { contactId: own.contactId } })).map(({ interest }) => interest),
  ).toEqual([0, 0]);
  await takeBack(mergeId);
  expect(
    (await context.db.lead.findMany({ where: { contactId: own.contactId } })).map(({ interest }) => interest),
  ).toEqual([30]);
  expect((await context.db.contact.findUniqueOrThrow({ where: { id: own.contactId } })).profiling).toBe(true);
});

test('what happened between stays with the one who stayed, and sums keep it', async () => {
  const bought = {
    status: 'active',
    firstPurchaseAt: MONDAY,
    lastPurchaseAt: MONDAY,
    purchases: 1,
    revenue: 10,
  } as const;
  const [own, other] = await two(
    { client: bought, attributes: { city: 'Recife' } },
    { client: bought, attributes: { size: 5 } },
  );
  const { mergeId } = await merge(own.contactId, other.contactId);
  const purchase = { type: 'purchase', properties: { reference: newId(), amount: 7 } };
  await ingest(
    context.db,
    DEPS,
    anIncoming(own.contactId, purchase.type, { properties: purchase.properties, at: MONDAY + DAY }),
  );
  const email = await addressOf(own.contactId);
  await transaction(context.db, (tx) => upsertContact(tx, { email, at: MONDAY, attributes: { city: 'Olinda' } }));
  await takeBack(mergeId);
  const clients = await context.db.client.findMany({ where: { contactId: { in: [own.contactId, other.contactId] } } });
  const revenue = (id: string) => Number(clients.find(({ contactId }) => contactId === id)?.revenue);
  expect([revenue(own.contactId), revenue(other.contactId)]).toEqual([17, 10]);
  const contacts = await context.db.contact.findMany({ where: { id: { in: [own.contactId, other.contactId] } } });
  const attributes = (wanted: string) => contacts.find(({ id }) => id === wanted)?.attributes;
  expect([attributes(own.contactId), attributes(other.contactId)]).toEqual([{ city: 'Olinda' }, { size: 5 }]);
});

test('merges that make no sense are refused, each with its code, and change nothing', async () => {
  const [own, other] = await two();
  const third = await someone(context.db);
  const refused = (work: Promise<unknown>, code: string) => expect(work).rejects.toMatchObject({ code });
  await refused(merge(own.contactId, own.contactId), 'VIV_MERGE_SELF');
  await refused(merge(own.contactId, newId()), 'VIV_CONTACT_UNKNOWN');
  const first = await merge(own.contactId, other.contactId);
  await refused(merge(own.contactId, other.contactId), 'VIV_MERGE_SELF');
  const second = await merge(third.contactId, own.contactId);
  const before = await everythingIn(context.url);
  await refused(takeBack(first.mergeId), 'VIV_MERGE_COVERED');
  await refused(takeBack('nothing'), 'VIV_MERGE_UNKNOWN');
  expect(await everythingIn(context.url)).toEqual(before);
  expect(await contactIdOf(context.db, { id: other.contactId })).toBe(third.contactId);
  await takeBack(second.mergeId);
  expect(await contactIdOf(context.db, { id: other.contactId })).toBe(own.contactId);
  await takeBack(first.mergeId);
  await refused(takeBack(first.mergeId), 'VIV_MERGE_UNDONE');
});

test('whoever holds an id that was merged meanwhile is told to try again', async () => {
  const [own, other] = await two();
  await merge(own.contactId, other.contactId);
  await expect(ingest(context.db, DEPS, anIncoming(other.contactId, 'page.viewed'))).rejects.toMatchObject({
    code: 'VIV_CONTACT_MERGED',
    retry: true,
  });
});

test('contacts that may be one are listed: by the rules of addresses, and by name and telephone', async () => {
  const tag = newId().slice(-6);
  const emails = [`d.${tag}@gmail.com`, `d${tag}@gmail.com`];
  for (const email of emails) await someone(context.db, { email, name: null });
  const attributes = { phone: '+5511987654321' };
  const same = [
    await someone(context.db, { name: `Eva ${tag}`, attributes }),
    await someone(context.db, { name: `eva ${tag}`, attributes }),
  ];
  await keepAddressKeys(context.db, identitySchema.parse({ domains: { 'gmail.com': { dots: 'drop' } } }));
  const listed = await possibleDuplicates(context.db, { most: 100 });
  expect(listed).toContainEqual({ contact: emails[0], other: emails[1], reason: 'same address by the rules' });
  const [one = '', two_ = ''] = await Promise.all(same.map(({ contactId }) => addressOf(contactId)));
  expect(listed).toContainEqual({ contact: one, other: two_, reason: 'same name and telephone' });
});
