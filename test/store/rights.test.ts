import { personPage } from '../../src/api/person-page';
import { DEFAULT_PURPOSES } from '../../src/domain/consent/purposes';
import { personExportSchema } from '../../src/domain/privacy/person-export';
import { type RetentionRules, retentionSchema } from '../../src/domain/privacy/retention';
import { scoringSchema } from '../../src/domain/scoring/rules';
import { newestConsents, recordConsent } from '../../src/store/consents';
import { type Correction, correctContact } from '../../src/store/correct';
import { transaction } from '../../src/store/db';
import { exportPerson } from '../../src/store/person-export';
import { listRetention, planRetention, runRetention } from '../../src/store/retention';
import { addSuppression } from '../../src/store/suppression-list';
import { suppressContact, suppressionOf } from '../../src/store/suppressions';
import type { TurnDeps } from '../../src/store/turn';
import { DAY, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { aJourney, interestsOf, pokesIn, published, someone } from '../support/journeys';
import { aLead, writeEvents } from '../support/people';
import { SALES } from '../support/sales';
import { ANA, aWholePerson } from '../support/whole-person';

const database = testDatabase();
const scoring = scoringSchema.parse({
  fit: [{ name: 'city', when: { fact: 'contact.attributes.city', is: 'Lisboa' }, points: 20 }],
  interest: [{ name: 'clicks', on: 'mail.clicked', points: 10, cap: 30 }],
  grades: { A: 30, B: 20, C: 10 },
  halfLife: '14d',
  temperature: { warm: 20, hot: 40 },
  mql: { score: 40, grade: 'B' },
});
const deps: TurnDeps = { rules: { ...SALES.rules, scoring, purposes: DEFAULT_PURPOSES } };
const correct = (contactId: string, parts: Partial<Correction>) =>
  correctContact(database.db, deps, {
    contactId,
    reason: 'they wrote to us',
    by: 'a test',
    now: MONDAY,
    key: 'a',
    ...parts,
  });
const suppression = (email: string) => transaction(database.db, (tx) => suppressionOf(tx, email, 'marketing'));

describe('an export', () => {
  test('holds everything on record about a person, as its schema says, and nothing of others or of our keys', async () => {
    const ana = await aWholePerson(database.db);
    const data = await exportPerson(database.db, deps.rules, { contactId: ana.contactId, by: 'a test', now: MONDAY });
    const whole = personExportSchema.parse(JSON.parse(JSON.stringify(data)));
    expect(whole).toMatchObject({
      person: { email: ANA.email, name: ANA.name, attributes: { phone: ANA.phone }, isClient: true },
      consents: [
        { purpose: 'marketing', text: 'Send me offers', textVersion: '2026-11', proof: { ip: ANA.ip } },
        { purpose: 'marketing' }, // of a contact that was merged into this one
      ],
      suppressions: [{ scope: 'purpose:newsletter', reason: 'manual' }],
      sources: [{ source: 'web' }],
      handoffs: [{ team: 'sales' }],
      tasks: [{ kind: 'call' }],
    });
    expect(whole.mails).toHaveLength(2);
    expect(whole.scoring.logic.join('\n')).toMatch(
      /fit "city": \+20 points if .*\n.*\ninterest "clicks": \+10 points for each mail\.clicked, at most 30/,
    );
    expect(whole.scoring.changes).toMatchObject([{ points: 5, reason: expect.stringContaining(ANA.name) }]);
    expect(Object.keys(whole.records)).toEqual(
      expect.arrayContaining(['inbound', 'link', 'link_hit', 'page_view', 'visitor', 'webhook', 'pause', 'waiting']),
    );
    const text = JSON.stringify(whole);
    for (const ours of ['lease_token', 'salt', 'last_turn', 'rita@viva.test']) expect(text).not.toContain(ours);
    expect(await database.db.interaction.count({ where: { contactId: ana.contactId, type: 'contact.exported' } })).toBe(
      1,
    );
  });

  test.each([
    ['pt-BR', 'Seus dados', 'Como você é pontuado'],
    ['en', 'Your data', 'How you are scored'],
    ['pl', 'Twoje dane', 'Jak oceniamy'],
  ])(
    'is a page in %s, with headings and named tables, in which nothing of them becomes HTML',
    async (locale, title, scored) => {
      const { contactId } = await someone(database.db, { name: '<b>Bold</b>', attributes: { bio: '"><script>' } });
      const data = await exportPerson(database.db, deps.rules, { contactId, by: 'a test', now: MONDAY });
      const html = personPage(data, locale);
      expect(html).toContain(`<html lang="${locale}">`);
      for (const part of [`<h1>${title}</h1>`, scored, '<th scope="col">', '<th scope="row">', '&lt;b&gt;Bold'])
        expect(html).toContain(part);
      expect(html).not.toMatch(/<script|<b>Bold/);
      for (const [, id] of html.matchAll(/aria-labelledby="([^"]+)"/g)) expect(html).toContain(`<h2 id="${id}">`);
    },
  );
});

describe('a correction', () => {
  test('changes what was wrong, judges the fit anew, and keeps the names of the fields alone', async () => {
    const { contactId, leadId } = await someone(database.db, { attributes: { city: 'Porto', old: 1 } });
    const change = { name: 'Ana Souza', phone: '+55 11 98765-4321', attributes: { city: 'Lisboa', old: null } };
    expect(await correct(contactId, change)).toMatchObject({
      changed: ['name', 'attributes.city', 'attributes.old', 'attributes.phone'],
    });
    expect(await database.db.contact.findUnique({ where: { id: contactId } })).toMatchObject({
      name: 'Ana Souza',
      attributes: { city: 'Lisboa', phone: '+5511987654321' },
    });
    expect(await database.db.lead.findUnique({ where: { id: leadId } })).toMatchObject({ fitPoints: 20, grade: 'B' });
    const [logged] = await database.db.interaction.findMany({ where: { contactId, type: 'contact.corrected' } });
    expect(JSON.stringify(logged?.properties)).not.toMatch(/Porto|Souza|98765/);
    expect(await correct(contactId, { ...change, key: 'b' })).toMatchObject({ changed: [] });
  });

  test('wakes a journey that waits for what is true now', async () => {
    const who = await someone(database.db);
    const version = await published(database.db, {
      goal: { name: 'moved', when: { fact: 'contact.attributes.city', is: 'Lisboa' } },
      steps: [
        { id: 'rest', type: 'wait', for: '30d' },
        { id: 'done', type: 'end' },
      ],
    });
    const { journeyId } = await aJourney(database.db, version, { who }, deps);
    expect(await interestsOf(database.db, journeyId)).toContainEqual({ eventType: '*', kind: 'condition' });
    await correct(who.contactId, { attributes: { city: 'Lisboa' } });
    expect(await pokesIn(database.db)).toContain(`journey:${journeyId}`);
  });

  test('takes no consent along to another address: it is asked there, and a no goes along', async () => {
    const { contactId } = await someone(database.db, { email: 'old@viva.test' });
    const said = { contactId, granted: true, basis: 'consent', text: 'Yes!', source: 'form', at: MONDAY } as const;
    await transaction(database.db, (tx) => recordConsent(tx, { ...said, purpose: 'marketing' }));
    await transaction(database.db, (tx) =>
      suppressContact(tx, { contactId, reason: 'hard_bounce', scope: 'purpose:x', at: MONDAY }),
    );
    await addSuppression(database.db, { address: { email: 'old@viva.test' }, scope: 'marketing', at: MONDAY });
    expect(await correct(contactId, { email: 'New@VIVA.test' })).toMatchObject({
      changed: ['email'],
      asked: ['marketing'],
    });
    const word = (await newestConsents(database.db, contactId)).get('marketing');
    expect(word).toMatchObject({ state: 'requested', text: 'Yes!', source: 'address corrected' });
    const asked = await database.db.interaction.findMany({ where: { contactId, type: 'consent.requested' } });
    expect(asked).toMatchObject([{ properties: { purpose: 'marketing', request: word?.requestId } }]);
    expect(await suppression('new@viva.test')).toBe('manual');
    expect(await suppression('old@viva.test')).toBe('manual');
    expect(await database.db.suppression.count({ where: { email: 'new@viva.test' } })).toBe(1); // the bounce stays behind
  });

  test('to an address that is none, or another’s, is refused, and changes nothing', async () => {
    const { contactId } = await someone(database.db, { email: 'mine@viva.test' });
    await someone(database.db, { email: 'taken@viva.test' });
    await expect(correct(contactId, { email: 'taken@viva.test', name: 'X' })).rejects.toMatchObject({
      code: 'VIV_ADDRESS_TAKEN',
    });
    await expect(correct(contactId, { email: 'a b@viva.test' })).rejects.toMatchObject({ code: 'VIV_ADDRESS_INVALID' });
    await expect(correct(contactId, { phone: '12' })).rejects.toMatchObject({ code: 'VIV_PHONE_INVALID' });
    expect(await database.db.contact.findUnique({ where: { id: contactId } })).toMatchObject({
      name: 'Ana',
      email: 'mine@viva.test',
    });
  });
});

describe('retention', () => {
  const NOW = MONDAY + 4_000 * DAY;
  const withRules = (retention: RetentionRules) => ({ ...deps.rules, retention });
  const everything = retentionSchema.parse({
    interactions: { keepFor: '1095d', afterwards: 'delete' },
    decisions: { keepFor: '1095d', afterwards: 'delete' },
    scores: { keepFor: '1095d', afterwards: 'delete' },
    mails: { keepFor: '1095d', afterwards: 'anonymise' },
    inbound: { keepFor: '730d', afterwards: 'anonymise' },
    handoffs: { keepFor: '1095d', afterwards: 'anonymise' },
    webhooks: { keepFor: '365d', afterwards: 'delete' },
    purchases: { keepFor: '3650d', afterwards: 'anonymise' },
    proofs: { keepFor: '1825d', afterwards: 'anonymise' },
    erasures: { keepFor: '1825d', afterwards: 'delete' },
  });

  test('removes what is over by class, and nothing else, and notes counts', async () => {
    const { contactId, sendId, journeyId } = await aWholePerson(database.db, { email: 'kept@viva.test' });
    await transaction(database.db, (tx) =>
      recordConsent(tx, {
        contactId,
        purpose: 'marketing',
        granted: false,
        basis: 'consent',
        text: 'no',
        source: 'x',
        at: MONDAY,
      }),
    );
    await writeEvents(database.db, [{ contactId, type: 'page.viewed', at: NOW - DAY }]);
    const counted = (name: string, plan: Awaited<ReturnType<typeof planRetention>>) =>
      plan.find(({ dataClass }) => dataClass === name)?.count;
    // a journey under way may look at any of it
    expect(counted('interactions', await planRetention(database.db, withRules(everything), NOW))).toBeLessThan(
      await database.db.interaction.count(),
    );
    await database.db.journey.updateMany({
      data: { status: 'ended', endedAt: new Date(MONDAY), outcome: 'completed' },
    });
    await database.db.handoff.updateMany({ data: { status: 'expired', answeredAt: new Date(MONDAY) } });
    const planned = await planRetention(database.db, withRules(everything), NOW);
    const done = await runRetention(database.db, withRules(everything), { now: NOW, by: 'a test' });
    expect(done.map(({ dataClass, count }) => [dataClass, count])).toEqual(
      planned.map(({ dataClass, count }) => [dataClass, count]),
    );
    expect(await runRetention(database.db, withRules(everything), { now: NOW, by: 'a test' })).toEqual(
      done.map((one) => ({ ...one, count: 0 })),
    );
    expect(await database.db.interaction.findMany({ where: { contactId } })).toMatchObject([
      { at: new Date(NOW - DAY) },
    ]);
    expect(await database.db.send.findUnique({ where: { id: sendId } })).toMatchObject({
      recipient: '',
      status: 'accepted',
    });
    expect(await database.db.contact.count({ where: { id: contactId } })).toBe(1);
    expect(await database.db.journey.count({ where: { id: journeyId, contactId } })).toBe(1);
    expect((await database.db.consent.findMany({ where: { contactId } })).map(({ personal }) => personal)).toEqual([
      null,
      null,
    ]);
    const listed = await listRetention(database.db, 50);
    const noted = done
      .filter(({ count }) => count > 0)
      .map(({ dataClass, action, count }) => ({ at: NOW, dataClass, action, count }));
    expect(listed.toSorted((a, b) => a.dataClass.localeCompare(b.dataClass))).toEqual(
      noted.toSorted((a, b) => a.dataClass.localeCompare(b.dataClass)),
    );
  });

  test('asks for the erasure of who is quiet, with a workflow and a proof of its own', async () => {
    const quiet = await someone(database.db, { leads: [aLead()], email: 'quiet@viva.test' });
    const heard = await someone(database.db, { events: [{ type: 'page.viewed', at: NOW - DAY }] });
    const rules = withRules(retentionSchema.parse({ contacts: { keepFor: '1095d', afterwards: 'erase' } }));
    await runRetention(database.db, rules, { now: NOW, by: 'a test' });
    const erasures = await database.db.erasure.findMany({
      where: { contactId: { in: [quiet.contactId, heard.contactId] } },
    });
    expect(erasures).toMatchObject([{ contactId: quiet.contactId, origin: 'retention', status: 'waiting' }]);
  });

  test('without rules removes nothing', async () => {
    expect(await runRetention(database.db, deps.rules, { now: NOW, by: 'a test' })).toEqual([]);
  });
});
