import { createHmac } from 'node:crypto';
import { DEFAULT_IDENTITY } from '../../src/domain/identity/rules';
import { sourceProblems, sourcesSchema } from '../../src/domain/source/rules';
import { aRules, NOON, testApi } from '../support/api';
import { shownIn } from '../support/docs';
import { aCertificate, anSns, standardHeaders, TOPIC, WHSEC } from '../support/signing';

/** The mappings that docs/sources.md shows. */
const SOURCES = shownIn('sources.md', 'source');
const SECRET = 'a shared secret for tests';
const bySns = { ...SOURCES.shop, secretEnv: undefined, id: ['Message.data.id'], at: { path: 'Timestamp' } };
const contact = { email: 'Message.data.buyer.email' };
const signature = { type: 'sns', topics: [TOPIC], certificates: [aCertificate()] };
const sources = sourcesSchema.parse({ sources: { ...SOURCES, 'shop-sns': { ...bySns, contact, signature } } });
const identity = { ...DEFAULT_IDENTITY, defaultCountry: 'BR' };
const api = testApi({
  turn: { rules: { ...aRules, sources, identity } },
  secretOf: (name) => (name === 'VIVEIRO_WEBHOOK_SHOP_SECRET' ? WHSEC : SECRET),
});
const hmac = (text: string) => createHmac('sha256', SECRET).update(text).digest('hex');

const send = (source: string, payload: string, headers: object) =>
  api.app.inject({
    method: 'POST',
    url: `/v1/sources/${source}`,
    payload,
    headers: { 'content-type': 'application/json', ...headers },
  });
const meta = (body: object) => {
  const payload = JSON.stringify(body);
  return send('meta', payload, { 'x-hub-signature-256': `sha256=${hmac(payload)}` });
};
const fields = (values: { readonly [name: string]: string }) =>
  Object.entries(values).map(([name, value]) => ({ name, values: [value] }));
const aMetaLead = (id: string, values: { readonly [name: string]: string }, more: object = {}) => ({
  id,
  created_time: new Date(NOON).toISOString(),
  form_id: '5501',
  campaign_name: 'Spring',
  field_data: fields(values),
  ...more,
});
const counts = () =>
  Promise.all([api.db.contact.count(), api.db.lead.count(), api.db.interaction.count(), api.db.inbound.count()]);
const contactOf = (email: string) => api.db.contact.findUniqueOrThrow({ where: { email } });

test('a lead of an advertisement becomes contact, lead and consent, once, beside the message as it came', async () => {
  const lead = aMetaLead(
    '71',
    { email: 'Ana@Viva.example', full_name: 'Ana Lima', phone_number: '(11) 98765-4321', job_title: 'manager' },
    { custom_disclaimer_responses: [{ checkbox_key: 'marketing', is_checked: '1' }] },
  );
  expect((await meta(lead)).json()).toEqual({ taken: 1, duplicates: 0, refused: 0 });
  expect((await meta(lead)).json()).toEqual({ taken: 0, duplicates: 1, refused: 0 });
  const contact = await contactOf('ana@viva.example');
  expect(contact).toMatchObject({ name: 'Ana Lima', attributes: { phone: '+5511987654321', role: 'manager' } });
  const leads = await api.db.lead.findMany({ where: { contactId: contact.id } });
  expect(leads).toMatchObject([{ offer: 'ebook-pricing', source: 'meta', campaign: 'Spring' }]);
  const [kept] = await api.db.inbound.findMany({ where: { contactId: contact.id } });
  expect(Buffer.from(kept?.raw ?? []).toString()).toBe(JSON.stringify(lead));
  const consents = await api.db.consent.findMany({ where: { contactId: contact.id } });
  expect(consents).toMatchObject([
    {
      purpose: 'marketing',
      text: 'Yes, send me the newsletter of Viva.',
      textVersion: 'meta-2026-11',
      personal: { evidence: { source: 'meta', id: '71', inbound: kept?.id } },
    },
  ]);
});

test('of a list each lead stands for itself: one that cannot be mapped is kept with its code, and the others are taken', async () => {
  const answers = (email: string) => [
    { question: 'email', answer: email },
    { question: 'firstName', answer: 'Bo' },
    { question: 'lastName', answer: '=cmd|x\u0000' },
  ];
  const leads = [
    { id: 'a', submittedAt: NOON, answers: answers('bo@viva.example') },
    { id: 'b', submittedAt: NOON, answers: answers('bo@viva') },
    { submittedAt: NOON, answers: answers('cy@viva.example') },
  ];
  const payload = JSON.stringify({ leads });
  const answer = await send('linkedin', payload, { 'x-li-signature': hmac(`hmacsha256=${payload}`) });
  expect(answer.json()).toEqual({ taken: 1, duplicates: 0, refused: 2 });
  expect((await contactOf('bo@viva.example')).name).toBe('Bo =cmd|x');
  const refused = await api.db.inbound.findMany({ where: { sender: 'linkedin', standing: 'refused' } });
  expect(refused.map(({ code, reason }) => [code, reason])).toEqual([
    ['VIV_SOURCE_UNMAPPED', expect.stringMatching(/no e-mail address/)],
    ['VIV_SOURCE_UNMAPPED', expect.stringMatching(/no id/)],
  ]);
});

test('fields of a form are taken, too; a number that is none is left out, and no box means no consent', async () => {
  const body = new URLSearchParams({
    response_id: 'r1',
    mail: 'di@viva.example',
    first: 'Di',
    tel: 'call me',
    lang: 'pt_BR',
    form: 'course',
  });
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-builder-token': SECRET };
  expect((await send('builder', String(body), headers)).json()).toMatchObject({ taken: 1 });
  const contact = await contactOf('di@viva.example');
  expect(contact).toMatchObject({ locale: 'pt-BR', attributes: {} });
  expect(await api.db.consent.count({ where: { contactId: contact.id } })).toBe(0);
  expect(await api.db.inbound.findFirst({ where: { contactId: contact.id } })).toMatchObject({
    reason: expect.stringContaining('telephone number was left out'),
  });
});

test('a source may sign by Standard Webhooks, or through Amazon SNS, as a mail provider may', async () => {
  const lead = (id: string) => JSON.stringify({ data: { id, buyer: { email: `${id}@viva.example`, name: 'Eva' } } });
  const at = { at: NOON / 1000, id: 'm' };
  expect((await send('shop', lead('s1'), standardHeaders(lead('s1'), at))).json()).toMatchObject({ taken: 1 });
  expect((await send('shop', lead('s2'), standardHeaders(lead('s1'), at))).json().code).toBe('VIV_SOURCE_UNSIGNED');
  const plain = { 'content-type': 'text/plain; charset=UTF-8' };
  const sns = anSns({ Message: lead('s3') }, { at: NOON });
  expect((await send('shop-sns', JSON.stringify(sns), plain)).json()).toMatchObject({ taken: 1 });
  const forged = JSON.stringify({ ...sns, Message: lead('s4') });
  expect((await send('shop-sns', forged, plain)).json().code).toBe('VIV_SOURCE_UNSIGNED');
  const question = JSON.stringify(anSns({ Type: 'SubscriptionConfirmation', MessageId: 'q' }, { at: NOON }));
  expect((await send('shop-sns', question, plain)).json()).toEqual({ taken: 1, duplicates: 0, refused: 0 });
  expect(await api.db.inbound.findMany({ where: { kind: 'confirmation' } })).toMatchObject([
    { way: 'source', standing: 'kept', sender: 'shop-sns' },
  ]);
  expect([(await contactOf('s1@viva.example')).name, (await contactOf('s3@viva.example')).email]).toEqual([
    'Eva',
    's3@viva.example',
  ]);
});

test('whoever knows the token, or asks for the HMAC, is answered the challenge', async () => {
  const ask = (url: string) => api.app.inject(`/v1/sources/${url}`);
  const good = await ask(`meta?hub.mode=subscribe&hub.challenge=12345&hub.verify_token=${encodeURIComponent(SECRET)}`);
  expect([good.statusCode, good.headers['content-type'], good.body]).toEqual([
    200,
    expect.stringContaining('text/plain'),
    '12345',
  ]);
  const json = await ask('linkedin?challengeCode=abc');
  expect(json.json()).toEqual({ challengeCode: 'abc', challengeResponse: hmac('abc') });
  for (const url of [
    'meta?hub.challenge=1&hub.verify_token=wrong',
    'meta',
    'builder?challenge=1',
    'linkedin?challengeCode=',
  ])
    expect((await ask(url)).json().code).toBe('VIV_SOURCE_UNSIGNED');
});

test('what is forged, mangled or unknown is refused with a code, and changes nothing', async () => {
  const payload = JSON.stringify(aMetaLead('99', { email: 'eve@viva.example' }));
  const before = await counts();
  const signed = { 'x-hub-signature-256': `sha256=${hmac('nothing')}` };
  const answers = [
    await send('meta', payload, signed),
    await send('meta', payload, {}),
    await send('meta', `${payload} `, { 'x-hub-signature-256': `sha256=${hmac(payload)}` }),
    await send('nobody', payload, {}),
    await send('constructor', payload, {}),
    await send('meta', '{', signed),
    await send('meta', 'x'.repeat(1_048_577), signed),
    await send('meta', payload, { ...signed, 'content-type': 'application/xml' }),
  ];
  expect(answers.map((answer) => [answer.statusCode, answer.json().code])).toEqual([
    [401, 'VIV_SOURCE_UNSIGNED'],
    [401, 'VIV_SOURCE_UNSIGNED'],
    [401, 'VIV_SOURCE_UNSIGNED'],
    [404, 'VIV_SOURCE_UNKNOWN'],
    [404, 'VIV_SOURCE_UNKNOWN'],
    [400, 'VIV_BODY_INVALID'],
    [413, 'VIV_BODY_TOO_LARGE'],
    [415, 'VIV_MEDIA_TYPE'],
  ]);
  expect(await counts()).toEqual(before);
  const counted = (await api.refusals()).filter(({ code }) => code !== 'VIV_SOURCE_UNSIGNED'); // those of the test before
  expect(counted.map(({ kind, name, code, count }) => [kind, name, code, count])).toEqual([
    ['source', '', 'VIV_SOURCE_UNKNOWN', 2],
    ['source', 'meta', 'VIV_BODY_INVALID', 1],
    ['source', 'meta', 'VIV_BODY_TOO_LARGE', 1],
    ['source', 'meta', 'VIV_MEDIA_TYPE', 1],
  ]);
});

test('a signed time that is not among what is signed is told where it stands', () => {
  const signature = { type: 'hmac', at: 'header:X-Sign', timestamp: 'header:X-Time' };
  const odd = sourcesSchema.parse({ sources: { odd: { ...SOURCES.builder, signature } } });
  expect(sourceProblems(odd)).toMatchObject([{ path: ['sources', 'odd', 'signature', 'timestamp'] }]);
});

test('a secret that is needed and not named, or named and not needed, is told where it stands', () => {
  const problemsOf = (parts: object) =>
    sourceProblems(sourcesSchema.parse({ sources: { odd: { ...SOURCES.builder, ...parts } } })).map(
      ({ path: at }) => at,
    );
  const sns = { signature: { type: 'sns', topics: [TOPIC] } };
  expect(problemsOf({ secretEnv: undefined })).toEqual([['sources', 'odd', 'signature', 'type']]);
  expect(problemsOf(sns)).toEqual([['sources', 'odd', 'secretEnv']]);
  expect(problemsOf({ ...sns, secretEnv: undefined })).toEqual([]);
  expect(problemsOf({ ...sns, handshake: { type: 'hmac', challenge: 'c' } })).toEqual([]); // the handshake needs it
});
