import path from 'node:path';
import { gate } from '../../src/domain/gate/gate';
import { gateSchema } from '../../src/domain/gate/rules';
import { newId } from '../../src/domain/ids';
import { signLink } from '../../src/mail/links';
import { compileTemplates } from '../../src/mail/templates';
import { publishFiles } from '../../src/runtime/sequence-files';
import { chainOf, verifyConsents } from '../../src/store/consent-verify';
import { recordConsent } from '../../src/store/consents';
import { single, transaction } from '../../src/store/db';
import { readGated } from '../../src/store/gate-facts';
import { ingest } from '../../src/store/ingest';
import { openLead } from '../../src/store/leads';
import { suppressionOf } from '../../src/store/suppressions';
import { takeTurn } from '../../src/store/turn';
import { aRules, LINK_SECRET, NOON, testApi } from '../support/api';
import { DAY } from '../support/builders';
import { aJourney, pokesIn, published } from '../support/journeys';
import { requestOf, sendMail, testMailServing } from '../support/mailing';

const ROOT = path.resolve(__dirname, '../..');
let now = NOON;
const rules = { ...aRules, gate: gateSchema.parse({ consentFor: ['marketing', 'newsletter'] }) };
const api = testApi({ clock: () => now, turn: { rules } });
const serving = testMailServing({
  url: '',
  get db() {
    return api.db;
  },
});
const HTML = { accept: 'text/html' };

beforeAll(async () => {
  const templates = await compileTemplates(path.join(ROOT, 'templates'));
  const files = ['double-opt-in', 'preference-link', 'preference-link-client'].map((name) =>
    path.join(ROOT, `sequences/${name}.yaml`),
  );
  await publishFiles(api.db, { files, templates, now: NOON });
}, 60_000);
afterEach(() => {
  now = NOON;
});

/** A lead with a consent to marketing, and the mail that its links are in. */
async function someone({ locale = 'en', consent = true }: { locale?: string; consent?: boolean } = {}) {
  const email = `${newId()}@example.test`;
  const contactId = newId();
  await api.db.contact.create({ data: { id: contactId, email, locale, createdAt: new Date(NOON) } });
  const sendId = newId();
  await api.db.send.create({
    data: {
      id: sendId,
      contactId,
      stepId: 'hello',
      recipient: email,
      purpose: 'marketing',
      template: 'hello',
      messageId: '<1>',
      status: 'accepted',
      plannedAt: new Date(NOON),
    },
  });
  const said = {
    contactId,
    purpose: 'marketing',
    granted: true,
    basis: 'consent',
    text: 'Yes',
    source: 'form',
  } as const;
  if (consent) await transaction(api.db, (tx) => recordConsent(tx, { ...said, at: NOON }));
  return { email, contactId, sendId };
}
const aLeadOf = async (contactId: string) => {
  const lead = { contactId, offer: 'course', source: 'form', at: NOON };
  return (await transaction(api.db, (tx) => openLead(tx, rules, lead))).id;
};
const pageOf = (sendId: string) => `/p/${signLink(LINK_SECRET, { kind: 'preferences', id: sendId })}`;
const post = (url: string, payload = '', headers: { readonly [name: string]: string } = {}) =>
  api.app.inject({
    method: 'POST',
    url,
    payload,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...HTML, ...headers },
  });
const statesOf = async (contactId: string) => {
  const { records, broken } = await chainOf(api.db, contactId);
  expect(broken).toBeNull();
  return records.map(({ purpose, state }) => `${purpose} ${state}`);
};
const gated = (contactId: string, purpose: string) =>
  transaction(api.db, async (tx) => {
    const question = { sendId: contactId, contactId, purpose, priority: 0, now, rules: rules.gate };
    return gate(rules.gate, (await readGated(tx, question)).facts, now);
  });

describe('the preference page', () => {
  it.each([
    ['en', 'What you get from us', 'Newsletter'],
    ['pt-BR', 'O que você recebe de nós', 'Boletim informativo'],
    ['pl', 'Co od nas otrzymujesz', 'Newsletter'],
  ])('speaks %s, shows each purpose and its state, and needs neither login nor script', async (locale, title, name) => {
    const { sendId, email } = await someone({ locale });
    const { statusCode, body, headers } = await api.app.inject(pageOf(sendId));
    expect(statusCode).toBe(200);
    expect(body).toContain(`<html lang="${locale}">`);
    for (const text of [title, name, 'value="marketing" checked', 'value="profiling" checked'])
      expect(body).toContain(text);
    expect(body).toMatch(/value="newsletter" aria-describedby="p-newsletter-hint"/);
    expect(body).not.toContain('similar_products'); // is no client
    expect(body).not.toContain('transactional');
    expect(body).not.toContain(email);
    expect(body).not.toMatch(/<script|set-cookie/i);
    expect(headers['set-cookie']).toBeUndefined();
    for (const [, id] of body.matchAll(/type="checkbox" id="([^"]+)"/g)) expect(body).toContain(`for="${id}"`);
  });

  it('records each change with the words and the proof, and the same choice again changes nothing', async () => {
    const { sendId, contactId } = await someone();
    const choice = 'do=save&purpose=newsletter&purpose=profiling&purpose=nonsense';
    const { body } = await post(pageOf(sendId), choice, { 'user-agent': 'Browser/1' });
    expect(body).toContain('Saved.');
    expect(await statesOf(contactId)).toEqual(['marketing given', 'marketing withdrawn', 'newsletter given']);
    await post(pageOf(sendId), choice);
    expect(await statesOf(contactId)).toHaveLength(3);
    const { records } = await chainOf(api.db, contactId);
    expect(records[2]).toMatchObject({
      source: 'preferences',
      textVersion: '1',
      locale: 'en',
      text: expect.stringContaining('I want to receive the newsletter'),
      personal: { userAgent: 'Browser/1', evidence: { sendId } },
    });
    expect(await gated(contactId, 'marketing')).toMatchObject({ type: 'exit' });
    expect(await gated(contactId, 'newsletter')).toMatchObject({ type: 'send' });
    // back and forth within a minute: the last word holds
    for (const purposes of ['&purpose=marketing', '', '&purpose=marketing', ''])
      await post(pageOf(sendId), `do=save${purposes}`);
    expect(await gated(contactId, 'marketing')).toMatchObject({ type: 'exit' });
  });

  it('stops everything by one button, for the address as well, and a new yes of theirs lifts that', async () => {
    const { sendId, contactId, email } = await someone();
    const { body } = await post(pageOf(sendId), 'do=none&purpose=marketing');
    expect(body).not.toMatch(/value="(marketing|newsletter)"[^>]* checked/);
    expect(await suppressionOf(single(api.db), email, 'anything')).toBe('unsubscribed');
    expect(await suppressionOf(single(api.db), email)).toBeUndefined();
    for (const purpose of ['marketing', 'newsletter', 'similar_products'])
      expect(await gated(contactId, purpose)).toMatchObject({ type: 'exit' });
    expect(await gated(contactId, 'transactional')).toMatchObject({ type: 'send' });
    await post(pageOf(sendId), 'do=save&purpose=newsletter&purpose=profiling');
    expect(await gated(contactId, 'newsletter')).toMatchObject({ type: 'send' });
    expect(await gated(contactId, 'similar_products')).toMatchObject({ type: 'exit' });
  });

  it('shows similar products to clients, who get them until they say no', async () => {
    const { sendId, contactId } = await someone({ consent: false });
    const purchase = { type: 'purchase', contactId, at: NOON - DAY, properties: { reference: contactId, amount: 9 } };
    await ingest(api.db, { rules }, { ...purchase, idempotencyKey: contactId });
    expect(await gated(contactId, 'similar_products')).toEqual({
      type: 'send',
      reason:
        'soft opt-in of a client, who bought on 2026-03-01: similar products alone, and each mail offers to stop them',
    });
    expect(await gated(contactId, 'marketing')).toMatchObject({ type: 'skip' });
    expect((await api.app.inject(pageOf(sendId))).body).toContain('value="similar_products" checked');
    await post(pageOf(sendId), 'do=save');
    expect(await gated(contactId, 'similar_products')).toMatchObject({ type: 'exit' });
  });

  it('ends scoring for whoever objects, with a decision, and begins it anew when they allow it', async () => {
    const { sendId, contactId } = await someone();
    const lead = await aLeadOf(contactId);
    const clicked = (key: string) =>
      ingest(api.db, { rules }, { type: 'mail.clicked', contactId, at: NOON, idempotencyKey: `${contactId}${key}` });
    const score = async () => (await api.db.lead.findUniqueOrThrow({ where: { id: lead } })).interest;
    await clicked('a');
    expect(await score()).toBe(10);
    await post(pageOf(sendId), 'do=save&purpose=marketing');
    expect(await score()).toBe(0);
    await clicked('b');
    expect(await score()).toBe(0);
    const decisions = await api.db.decision.findMany({ where: { contactId, kind: { in: ['score', 'consent'] } } });
    expect(decisions.map(({ outcome, reason }) => `${outcome}: ${reason}`)).toEqual(
      expect.arrayContaining([
        'withdrawn: objects to profiling: is scored no more',
        'not scored: the contact objects to profiling, and is not scored',
      ]),
    );
    await post(pageOf(sendId), 'do=save&purpose=marketing&purpose=profiling');
    await clicked('c');
    expect(await score()).toBe(10);
  });
});

describe('a link that is wrong or old', () => {
  it('is a page with a way out for a person, a problem for a client, and changes nothing', async () => {
    const { sendId } = await someone();
    const before = await api.db.consent.count();
    const good = pageOf(sendId);
    const links = [good.slice(0, -2), `/y/${good.slice(3)}`, `/u/${good.slice(3)}`, '/p/x', pageOf(newId())];
    for (const url of links) {
      const { statusCode, body } = await api.app.inject({ url, headers: { ...HTML, 'accept-language': 'pl' } });
      expect([403, 404]).toContain(statusCode);
      expect(body).toContain('<form method="post" action="/preferences">');
      expect(body).toContain('Ten link nie działa');
      expect((await api.app.inject(url)).json().code).toMatch(/^VIV_(LINK_FORGED|NOT_FOUND)$/);
      expect((await post(url, 'List-Unsubscribe=One-Click')).statusCode).toBe(statusCode);
    }
    expect(await api.db.consent.count()).toBe(before);
  });

  it('mails the way to the page to the address, if there is such, and says of none whether there is', async () => {
    await serving.serve([], {
      templates: await compileTemplates(path.join(ROOT, 'templates')),
      turn: { rules },
    });
    const { email, contactId } = await someone();
    await aLeadOf(contactId);
    const answers = [
      await post('/preferences', `email=${email}`),
      await post('/preferences', 'email=no%40example.test'),
    ];
    expect(answers[0]?.body).toBe(answers[1]?.body);
    await post('/preferences', `email=${email}`);
    now += 60_000;
    await post('/preferences', `email=${email}`); // within the hour: no second mail
    const journeys = await api.db.journey.findMany({ where: { contactId } });
    expect(journeys).toHaveLength(1);
    const request = await requestOf(api.db, journeys[0]?.id ?? '', now);
    await sendMail(serving.deps, { request });
    const [mail = ''] = serving.server.messages;
    const link = /https:\/\/viva\.example(\/p\/[\w-]+)/.exec(mail.replaceAll('=\r\n', ''))?.[1] ?? '';
    expect((await api.app.inject(link)).body).toContain('What you get from us');
  }, 60_000);
});

describe('double opt-in', () => {
  const consent = {
    purpose: 'marketing',
    basis: 'consent',
    text: 'Send me the news',
    textVersion: '7',
    locale: 'en',
    doubleOptIn: true,
    ip: '203.0.113.7',
  };
  const asked = async (email = `${newId()}@example.test`) => {
    const { headers } = api;
    const payload = {
      idempotencyKey: newId(),
      contact: { email, locale: 'en' },
      lead: { offer: 'course', source: 'api' },
      consent,
    };
    const answer = await api.app.inject({ method: 'POST', url: '/v1/leads', headers, payload });
    expect(answer.statusCode).toBe(202);
    const { contactId } = answer.json();
    const journeys = await api.db.journey.findMany({ where: { contactId, sequence: 'double-opt-in' } });
    const send = await api.db.send.findFirst({ where: { journeyId: journeys.at(-1)?.id ?? newId() } });
    const link = `/y/${signLink(LINK_SECRET, { kind: 'confirm', id: send?.id ?? newId() })}`;
    return { email, contactId, journeys, link };
  };

  it('asks once by a mail, holds marketing back with its reason, and lets it go once the button is pressed', async () => {
    await serving.serve([], {
      templates: await compileTemplates(path.join(ROOT, 'templates')),
      turn: { rules },
    });
    const { contactId, journeys, link } = await asked();
    expect(journeys).toHaveLength(1);
    expect(await gated(contactId, 'marketing')).toEqual({
      type: 'defer',
      until: NOON + 7 * DAY,
      reason: 'double opt-in to marketing mail was asked for on 2026-03-02 and is not confirmed yet',
      wakesOn: ['consent.given'],
    });
    const request = await requestOf(api.db, journeys[0]?.id ?? '', NOON);
    await sendMail(serving.deps, { request });
    await sendMail(serving.deps, { request }); // a retry
    expect(serving.server.messages).toHaveLength(1);
    expect(serving.server.messages[0]?.replaceAll('=\r\n', '')).toContain(link);
    expect(serving.server.messages[0]).not.toContain('List-Unsubscribe');

    for (const method of ['GET', 'HEAD', 'GET'] as const) await api.app.inject({ method, url: link }); // scanners
    expect((await api.app.inject(link)).body).toContain('Send me the news');
    expect(await statesOf(contactId)).toEqual(['marketing requested']);
    expect((await post(link)).body).toContain('Thank you, it is confirmed');
    expect(await statesOf(contactId)).toEqual(['marketing requested', 'marketing given']);
    expect(await gated(contactId, 'marketing')).toMatchObject({ type: 'send', reason: /double opt-in/ });
    // twice
    expect((await post(link)).body).toContain('You had confirmed it already');
    expect((await api.app.inject(link)).body).toContain('You had confirmed it already');
    expect(await statesOf(contactId)).toHaveLength(2);
    const { records } = await chainOf(api.db, contactId);
    expect(records[1]).toMatchObject({
      source: 'double opt-in',
      text: consent.text,
      textVersion: '7',
      requestId: records[0]?.requestId,
    });
  }, 60_000);

  it('is waited for by a journey inside its mail step, which goes on with it', async () => {
    await serving.serve([], { turn: { rules } });
    const { contactId, link } = await asked();
    const { id: leadId } = await api.db.lead.findFirstOrThrow({ where: { contactId } });
    const steps = [
      { id: 'first', type: 'mail', template: 'hello' },
      { id: 'done', type: 'end' },
    ];
    const version = await published(api.db, { purpose: 'marketing', steps });
    const { journeyId } = await aJourney(api.db, version, { who: { contactId, leadId }, now }, { rules });
    const request = await requestOf(api.db, journeyId, now);
    const { turn, move } = await sendMail(serving.deps, { request });
    expect(move).toEqual({ type: 'await', stepId: 'first', until: NOON + 7 * DAY });
    expect(serving.server.messages).toEqual([]);
    await post(link);
    expect(await pokesIn(api.db)).toContain(`journey:${journeyId}`);
    await transaction(api.db, (tx) => takeTurn(tx, { rules }, { journeyId, turn, now })); // what its workflow asks then
    const again = await requestOf(api.db, journeyId, now);
    expect(again.key).toBe(request.key);
    await sendMail(serving.deps, { request: again });
    expect(serving.server.messages).toHaveLength(1);
    expect(serving.server.messages[0]?.replaceAll('=\r\n', '')).toMatch(/viva\.example\/p\/[\w-]+/); // the preference page
  });

  it('that is asked for again asks no second time while it is open, nor once it is given', async () => {
    const { email, contactId, link } = await asked();
    expect((await asked(email)).journeys).toHaveLength(1);
    await post(link);
    expect((await asked(email)).journeys).toHaveLength(1);
    expect(await statesOf(contactId)).toEqual(['marketing requested', 'marketing given']);
    const reasons = await api.db.decision.findMany({
      where: { contactId, kind: 'consent', outcome: 'unchanged' },
      orderBy: { seq: 'asc' },
    });
    expect(reasons.map(({ reason }) => reason)).toEqual([
      'it was asked on 2026-03-02 and can be confirmed until 2026-03-09, so no confirmation of marketing mail is asked for',
      'it was allowed on 2026-03-02, so no confirmation of marketing mail is asked for',
    ]);
  });

  it('that comes too late says so, and leads to the page where one can still say yes', async () => {
    const { contactId, link } = await asked();
    now += 7 * DAY;
    for (const { body } of [await api.app.inject(link), await post(link)]) {
      expect(body).toContain('This link has ended');
      expect(body).toMatch(/href="\/p\/[\w-]+"/);
    }
    expect(await statesOf(contactId)).toEqual(['marketing requested']);
    expect(await gated(contactId, 'marketing')).toEqual({
      type: 'skip',
      reason: 'double opt-in to marketing mail was asked for on 2026-03-02 and not confirmed by 2026-03-09',
    });
  });

  it('after a no holds the no', async () => {
    const { contactId, link } = await asked();
    await ingest(
      api.db,
      { rules },
      { type: 'mail.unsubscribed', contactId, at: now, idempotencyKey: newId(), properties: { purpose: 'marketing' } },
    );
    for (const { body } of [await api.app.inject(link), await post(link)])
      expect(body).toContain('You have said no since');
    expect(await gated(contactId, 'marketing')).toMatchObject({ type: 'exit' });
  });
});

test('after all this every chain of consents is whole', async () => {
  expect(await verifyConsents(api.db)).toMatchObject({ broken: null, unchained: 0 });
});
