import fc from 'fast-check';
import { gate } from '../../src/domain/gate/gate';
import { gateSchema } from '../../src/domain/gate/rules';
import { newId } from '../../src/domain/ids';
import { inboundSchema } from '../../src/domain/inbound/rules';
import { verifyConsents } from '../../src/store/consent-verify';
import { newestConsents, recordConsent } from '../../src/store/consents';
import { contactIdOf } from '../../src/store/contact-ref';
import { transaction } from '../../src/store/db';
import { readGated } from '../../src/store/gate-facts';
import { ingest } from '../../src/store/ingest';
import { mergeContacts } from '../../src/store/merge/merge';
import { unmerge } from '../../src/store/merge/unmerge';
import { addSuppression, insertImported } from '../../src/store/suppression-list';
import { suppressionOf } from '../../src/store/suppressions';
import { joinVisitor, keepAnonymous } from '../../src/store/visitors';
import { DAY, HOUR, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { anIncoming, aWaitFor, ENDS, enrolled, published, someone } from '../support/journeys';
import { SALES } from '../support/sales';

const context = testDatabase();
const RULES = gateSchema.parse({ consentFor: ['newsletter'] });
const inbound = inboundSchema.parse({ soft: { suppressAfter: 3 } });
const DEPS = { ...SALES, rules: { ...SALES.rules, gate: RULES, inbound } };
const RUNS = Number(process.env.VIVEIRO_TEST_RUNS ?? 8);

const merge = (survivor: string, merged: string) =>
  mergeContacts(context.db, DEPS, {
    survivor: { id: survivor },
    merged: { id: merged },
    reason: 'told so',
    by: 'rui',
    now: MONDAY + DAY,
  });
const takeBack = (mergeId: string) => unmerge(context.db, DEPS, { mergeId, by: 'rui', now: MONDAY + 3 * DAY });
const addressOf = async (id: string) => (await context.db.contact.findUniqueOrThrow({ where: { id } })).email;
const two = async () => {
  const [own, other] = [(await someone(context.db)).contactId, (await someone(context.db)).contactId];
  return { own, other, ownAddress: await addressOf(own), otherAddress: await addressOf(other) };
};
const say = (contactId: string, state: 'given' | 'withdrawn' | 'requested', at: number, purpose = 'newsletter') =>
  transaction(context.db, (tx) =>
    recordConsent(tx, {
      contactId,
      purpose,
      granted: state === 'given',
      basis: 'consent',
      text: `News, ${state}?`,
      source: 'form',
      at,
      ...(state === 'requested' ? { request: { id: newId(), until: at + 30 * DAY } } : {}),
    }),
  );
const wordOf = async (contactId: string, purpose = 'newsletter') =>
  (await newestConsents(context.db, contactId)).get(purpose);
const verdictOn = (contactId: string, purpose = 'newsletter') =>
  transaction(context.db, async (tx) => {
    const question = { sendId: newId(), contactId, purpose, priority: 0, now: MONDAY + 2 * DAY, rules: RULES };
    return gate(RULES, (await readGated(tx, question)).facts, question.now).type;
  });
const suppressed = (email: string, purpose = 'newsletter') =>
  transaction(context.db, (tx) => suppressionOf(tx, email, purpose));

describe('words of consent', () => {
  test('a no of either holds, whenever it was said; it names the other and the record there', async () => {
    for (const [first, second] of [
      ['given', 'withdrawn'],
      ['withdrawn', 'given'],
    ] as const) {
      const { own, other } = await two();
      await say(own, first, MONDAY);
      await say(other, second, MONDAY + HOUR);
      const { mergeId, words } = await merge(own, other);
      expect(words).toEqual(second === 'withdrawn' ? ['newsletter'] : []);
      expect(await wordOf(own)).toMatchObject({ state: 'withdrawn', text: 'News, withdrawn?' });
      expect(await verdictOn(own)).toBe('exit');
      if (second === 'withdrawn') {
        const row = await context.db.consent.findFirstOrThrow({ where: { contactId: own }, orderBy: { seq: 'desc' } });
        const record = (await wordOf(other))?.hash;
        expect(row.personal).toMatchObject({ evidence: { merge: mergeId, source: 'form', record } });
      }
    }
  });

  test('are as they were once the merge is taken back: also what only the other had said, of which nothing is said again', async () => {
    const { own, other } = await two();
    await say(own, 'given', MONDAY);
    await say(other, 'withdrawn', MONDAY + HOUR);
    await say(other, 'withdrawn', MONDAY, 'news');
    const { mergeId } = await merge(own, other);
    expect(await verdictOn(own, 'news')).toBe('exit');
    await takeBack(mergeId);
    expect(await wordOf(own)).toMatchObject({ state: 'given', at: MONDAY, source: 'restored by unmerge (form)' });
    expect(await wordOf(own, 'news')).toBeUndefined();
    expect([await verdictOn(own), await verdictOn(own, 'news')]).toEqual(['send', 'send']);
    expect(await verdictOn(other, 'news')).toBe('exit');
    const states = await context.db.consent.findMany({ where: { contactId: own }, orderBy: { seq: 'asc' } });
    expect(states.map(({ state }) => state)).toEqual(['given', 'withdrawn', 'withdrawn', 'unsaid', 'given']);
    expect((await verifyConsents(context.db)).broken).toBeNull();
  });

  // INV-UNMERGE-STRICT
  test('a no that was said while they were one is of both afterwards, and a yes of who stayed alone', async () => {
    const { own, other } = await two();
    await say(own, 'given', MONDAY);
    await say(other, 'given', MONDAY);
    await say(other, 'given', MONDAY, 'tips');
    const { mergeId } = await merge(own, other);
    await say(own, 'withdrawn', MONDAY + DAY + 1);
    await say(own, 'given', MONDAY + DAY + 2);
    await say(own, 'given', MONDAY + DAY + 2, 'offers');
    await takeBack(mergeId);
    expect(await wordOf(own)).toMatchObject({ state: 'given', at: MONDAY + DAY + 2 });
    expect(await wordOf(other)).toMatchObject({ state: 'withdrawn', at: MONDAY + DAY + 1 });
    expect([await wordOf(own, 'tips'), (await wordOf(other, 'tips'))?.state]).toEqual([undefined, 'given']);
    expect([(await wordOf(own, 'offers'))?.state, await wordOf(other, 'offers')]).toEqual(['given', undefined]);
  });

  test('who has unsubscribed from everything while they were one is mailed at neither address afterwards', async () => {
    const { own, other, ownAddress, otherAddress } = await two();
    for (const one of [own, other]) await say(one, 'given', MONDAY);
    const { mergeId } = await merge(own, other);
    await ingest(
      context.db,
      DEPS,
      anIncoming(own, 'mail.unsubscribed', { properties: { purpose: 'all' }, at: MONDAY + 2 * DAY }),
    );
    await takeBack(mergeId);
    expect([await suppressed(ownAddress), await suppressed(otherAddress)]).toEqual(['unsubscribed', 'unsubscribed']);
    expect([(await wordOf(own))?.state, (await wordOf(other))?.state]).toEqual(['withdrawn', 'withdrawn']);
  });

  test('an objection to profiling that came while they were one is of both', async () => {
    const { own, other } = await two();
    const { mergeId } = await merge(own, other);
    await ingest(
      context.db,
      DEPS,
      anIncoming(own, 'consent.withdrawn', { properties: { purpose: 'profiling' }, at: MONDAY + 2 * DAY }),
    );
    await takeBack(mergeId);
    const rows = await context.db.contact.findMany({ where: { id: { in: [own, other] } } });
    expect(rows.map(({ profiling }) => profiling)).toEqual([false, false]);
  });
});

describe('suppressions', () => {
  test('what a person said holds at both addresses while they are one; a bounce stays with its mailbox', async () => {
    const { own, other, ownAddress, otherAddress } = await two();
    await addSuppression(context.db, { address: { email: otherAddress }, scope: 'marketing', at: MONDAY });
    await addSuppression(context.db, { address: { email: ownAddress }, scope: 'purpose:tips', at: MONDAY });
    await ingest(context.db, DEPS, anIncoming(other, 'mail.bounced', { properties: { kind: 'hard' } }));
    const { mergeId, suppressions } = await merge(own, other);
    expect(suppressions).toBe(1);
    expect([await suppressed(ownAddress), await suppressed(otherAddress, 'tips')]).toEqual(['manual', 'hard_bounce']);
    expect(await suppressed(ownAddress, 'transactional')).toBeUndefined();
    expect(await suppressed(otherAddress, 'transactional')).toBe('hard_bounce');
    await takeBack(mergeId);
    expect([await suppressed(ownAddress), await suppressed(ownAddress, 'tips')]).toEqual([undefined, 'manual']);
    const rows = await context.db.suppression.findMany({ where: { email: otherAddress } });
    expect(rows.map(({ scope }) => scope).sort()).toEqual(['everything', 'marketing']);
  });

  test('what comes for the other address after the merge is about the one person, and stays when that is taken back', async () => {
    const { own, other, ownAddress, otherAddress } = await two();
    const { mergeId } = await merge(own, other);
    await addSuppression(context.db, { address: { email: otherAddress }, scope: 'purpose:tips', at: MONDAY + DAY });
    const row = (reason: string, scope: 'marketing' | 'everything') =>
      ({ address: { email: otherAddress }, scope, reason }) as const;
    const brought = [row('unsubscribed', 'marketing'), row('hard_bounce', 'everything')];
    await insertImported(context.db, brought, { importId: newId(), at: MONDAY });
    expect([await suppressed(ownAddress), await suppressed(ownAddress, 'tips')]).toEqual(['unsubscribed', 'manual']);
    expect(await suppressed(ownAddress, 'transactional')).toBeUndefined();
    await takeBack(mergeId);
    expect([await suppressed(ownAddress), await suppressed(otherAddress)]).toEqual(['unsubscribed', 'hard_bounce']);
  });

  test('what the merge had brought and was said again since stays', async () => {
    const { own, other, ownAddress, otherAddress } = await two();
    await addSuppression(context.db, { address: { email: otherAddress }, scope: 'marketing', at: MONDAY });
    const { mergeId } = await merge(own, other);
    await addSuppression(context.db, { address: { email: ownAddress }, scope: 'marketing', at: MONDAY + DAY });
    await takeBack(mergeId);
    expect([await suppressed(ownAddress), await suppressed(otherAddress)]).toEqual(['manual', 'manual']);
  });

  test('soft bounces count for the mailbox that they came from, before and after the merge', async () => {
    const { own, other, ownAddress, otherAddress } = await two();
    const bounce = async (contactId: string, recipient: string, day: number) => {
      const id = newId();
      await context.db.send.create({
        data: {
          id,
          contactId,
          stepId: 'hello',
          recipient,
          purpose: 'newsletter',
          template: 't',
          status: 'accepted',
          messageId: id,
          plannedAt: new Date(MONDAY),
          settledAt: new Date(MONDAY + day * DAY),
        },
      });
      const properties = { sendId: id };
      await ingest(
        context.db,
        DEPS,
        anIncoming(contactId, 'mail.soft_bounced', { at: MONDAY + day * DAY, properties }),
      );
    };
    await bounce(own, ownAddress, 0);
    for (const day of [0, 3]) await bounce(other, otherAddress, day);
    await merge(own, other);
    await bounce(own, ownAddress, 6);
    expect([await suppressed(ownAddress), await suppressed(otherAddress)]).toEqual([undefined, undefined]);
    await bounce(own, otherAddress, 6); // a mail that was on its way
    expect([await suppressed(ownAddress), await suppressed(otherAddress)]).toEqual([undefined, 'soft_bounces']);
    await bounce(own, ownAddress, 9);
    expect(await suppressed(ownAddress)).toBe('soft_bounces');
  });
});

test('visits that were joined to one of the two are of who stays, and again of whose they were', async () => {
  const { own, other } = await two();
  const visitorId = newId();
  const seen = (key: string) => ({ visitorId, key, at: MONDAY, url: 'https://viva.test/' });
  await keepAnonymous(context.db, seen('before'));
  const join = (contactId: string) =>
    transaction(context.db, (tx) => joinVisitor(tx, DEPS, { visitorId, contactId, by: 'click', at: MONDAY }));
  await join(other);
  const { mergeId } = await merge(own, other);
  const whose = async () => [
    (await context.db.visitor.findUniqueOrThrow({ where: { id: visitorId } })).contactId,
    (await context.db.interaction.findFirstOrThrow({ where: { type: 'page.viewed', contactId: { in: [own, other] } } }))
      .contactId,
  ];
  expect(await whose()).toEqual([own, own]);
  await join(own); // they come by another click: nothing is told twice
  expect(await context.db.interaction.count({ where: { contactId: own, type: 'page.viewed' } })).toBe(1);
  await takeBack(mergeId);
  expect(await whose()).toEqual([other, other]);
});

test('what goes on with a lead, and what that has begun, is of whose lead it is again', async () => {
  const { own } = await two();
  const { contactId: other, leadId } = await someone(context.db);
  const { mergeId } = await merge(own, other);
  const version = await published(context.db, { steps: [aWaitFor('page.viewed'), ...ENDS] });
  const answer = await enrolled(context.db, { contactId: own, leadId, version }, DEPS);
  if (answer.type !== 'entered') throw new Error('it does not enter');
  const whose = async () => [
    (await context.db.journey.findUniqueOrThrow({ where: { id: answer.journeyId } })).contactId,
    ...(await context.db.interest.findMany({ where: { journeyId: answer.journeyId } })).map(
      ({ contactId }) => contactId,
    ),
  ];
  expect(new Set(await whose())).toEqual(new Set([own]));
  await takeBack(mergeId);
  expect(new Set(await whose())).toEqual(new Set([other]));
});

const PURPOSES = ['newsletter', 'tips', 'offers'] as const;
const life = fc.record({
  words: fc.array(
    fc.record({
      purpose: fc.constantFrom(...PURPOSES),
      state: fc.constantFrom('given' as const, 'withdrawn' as const, 'requested' as const),
      day: fc.nat(3),
    }),
    { maxLength: 4 },
  ),
  scopes: fc.uniqueArray(fc.constantFrom('marketing' as const, 'purpose:tips' as const), { maxLength: 1 }),
});

type Life = typeof life extends fc.Arbitrary<infer T> ? T : never;

async function lived({ words, scopes }: Life): Promise<string> {
  const { contactId } = await someone(context.db);
  for (const { purpose, state, day } of words) await say(contactId, state, MONDAY + day * HOUR, purpose);
  const address = { email: await addressOf(contactId) };
  for (const scope of scopes) await addSuppression(context.db, { address, scope, at: MONDAY });
  return contactId;
}

/** Purposes to which a contact has said no, in whatever words. */
async function forbiddenBy(contactId: string): Promise<readonly string[]> {
  const email = await addressOf(contactId);
  const said = await Promise.all(
    PURPOSES.map(async (purpose) => {
      const isNo = (await wordOf(contactId, purpose))?.state === 'withdrawn';
      return isNo || (await suppressed(email, purpose)) !== undefined ? [purpose] : [];
    }),
  );
  return said.flat();
}

// INV-MERGE-STRICT
test('no order of merges of three contacts allows what one of them has forbidden', async () => {
  const orders = fc.shuffledSubarray([0, 1, 2], { minLength: 3 });
  await fc.assert(
    fc.asyncProperty(fc.tuple(life, life, life), orders, fc.boolean(), async (lives, order, isFirst) => {
      const ids: string[] = [];
      for (const one of lives) ids.push(await lived(one));
      const forbidden = (await Promise.all(ids.map(forbiddenBy))).flat();
      const [a = '', b = '', c = ''] = order.map((place) => ids[place]);
      await merge(a, b);
      await (isFirst ? merge(a, c) : merge(c, a));
      const one = await contactIdOf(context.db, { id: b });
      for (const purpose of forbidden) expect([purpose, await verdictOn(one, purpose)]).not.toEqual([purpose, 'send']);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
});
