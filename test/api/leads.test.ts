import { NOON, testApi } from '../support/api';

const api = testApi();

const post = (url: string, payload: object) => api.app.inject({ method: 'POST', url, headers: api.headers, payload });

const ana = (more: object = {}) => ({
  idempotencyKey: 'lead-1',
  contact: {
    email: 'Ana@Example.test',
    name: 'Ana',
    timeZone: 'America/Bahia',
    locale: 'en',
    attributes: { role: 'cto' },
  },
  lead: { offer: 'course', source: 'site', campaign: 'spring' },
  consent: { purpose: 'marketing', basis: 'consent', text: 'Yes, write to me.' },
  ...more,
});

test('a lead is recorded with contact, consent and event, once per key', async () => {
  const answers = await Promise.all(Array.from({ length: 5 }, () => post('/v1/leads', ana())));
  expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 200, 200, 200, 202]);
  const ids = answers.map((answer) => ({ ...answer.json(), duplicate: true }));
  expect(new Set(ids.map((id) => JSON.stringify(id))).size).toBe(1);

  const [{ contactId, leadId, interactionId }] = ids;
  const where = { contactId };
  expect(await api.db.contact.findUnique({ where: { id: contactId } })).toMatchObject({
    email: 'ana@example.test',
    name: 'Ana',
    timeZone: 'America/Bahia',
    locale: 'en',
    attributes: { role: 'cto' },
  });
  expect(await api.db.lead.findMany({ where })).toEqual([expect.objectContaining({ id: leadId, campaign: 'spring' })]);
  expect(await api.db.consent.count({ where })).toBe(1);
  expect(await api.db.interaction.findMany({ where })).toEqual([
    expect.objectContaining({ id: interactionId, type: 'lead.created', leadId, at: new Date(NOON) }),
  ]);
});

test('tags are added, lists are kept, and the organisation is one for its domain, brought up to date', async () => {
  const of = (key: string, contact: object) => post('/v1/leads', ana({ idempotencyKey: key, contact }));
  const rui = { email: 'rui@example.test', tags: ['vip', 'fair'], attributes: { topics: ['soil', 3, true] } };
  await of('o-1', { ...rui, organisation: { domain: 'Horta.example', name: 'Horta', size: 10 } });
  await of('o-2', { email: 'eva@example.test', organisation: { domain: 'horta.example', size: 12, country: 'BR' } });
  await of('o-3', { email: 'rui@example.test', tags: ['new'] });
  const [one, other] = await api.db.contact.findMany({ orderBy: { email: 'desc' } });
  expect(one).toMatchObject({ tags: ['fair', 'new', 'vip'], attributes: { topics: ['soil', 3, true] } });
  expect(other?.organisationId).toBe(one?.organisationId);
  expect(await api.db.organisation.findMany()).toEqual([
    expect.objectContaining({
      id: one?.organisationId,
      domain: 'horta.example',
      name: 'Horta',
      size: 12,
      country: 'BR',
    }),
  ]);
});

test.each([
  [{ tags: ['Not A Tag'] }, 'contact.tags'],
  [{ organisation: { name: 'Horta' } }, 'contact.organisation.domain'],
  [{ organisation: { domain: 'horta' } }, 'contact.organisation.domain'],
  [{ attributes: { topics: [['soil']] } }, 'contact.attributes.topics'],
])('%j is refused, and nothing is recorded', async (more, place) => {
  const answer = await post('/v1/leads', ana({ contact: { email: 'nobody@example.test', ...more } }));
  expect(answer.json()).toMatchObject({ code: 'VIV_BODY_INVALID', detail: expect.stringContaining(place) });
  expect(await api.db.contact.count({ where: { email: 'nobody@example.test' } })).toBe(0);
});

test('the key with another body is refused, and changes nothing', async () => {
  await post('/v1/leads', ana());
  const answer = await post('/v1/leads', ana({ contact: { email: 'ana@example.test', name: 'Someone else' } }));
  expect(answer.json()).toMatchObject({ status: 409, code: 'VIV_IDEMPOTENCY_CONFLICT' });
  expect(await api.db.contact.findUnique({ where: { email: 'ana@example.test' } })).toMatchObject({ name: 'Ana' });
});

test('a second interest in the same offer is no second lead', async () => {
  const first = await post('/v1/leads', ana());
  const second = await post('/v1/leads', ana({ idempotencyKey: 'lead-2', consent: undefined }));
  expect(second.statusCode).toBe(202);
  expect(second.json().leadId).toBe(first.json().leadId);
  const { contactId } = second.json();
  const events = await api.db.interaction.findMany({ where: { contactId }, orderBy: { seq: 'asc' } });
  expect(events.map(({ type }) => type)).toEqual(['lead.created', 'lead.repeated']);
});

test.each([
  ['no address', ana({ contact: {} }), /contact\.email/],
  [
    'a zone of fantasy',
    ana({ contact: { email: 'a@example.test', timeZone: 'Mars/Base' } }),
    /contact\.timeZone: not an IANA/,
  ],
  [
    'a NUL in an attribute',
    ana({ contact: { email: 'a@example.test', attributes: { a: '\0' } } }),
    /contact\.attributes\.a/,
  ],
  [
    'an attribute with a strange name',
    ana({ contact: { email: 'a@example.test', attributes: { 'a b': 1 } } }),
    /contact\.attributes/,
  ],
  ['consent without the words shown', ana({ consent: { purpose: 'marketing', basis: 'consent' } }), /consent\.text/],
])('%s is refused with its place', async (_name, body, problem) => {
  const answer = await post('/v1/leads', body);
  expect(answer.json()).toMatchObject({
    status: 400,
    code: 'VIV_BODY_INVALID',
    detail: expect.stringMatching(problem),
  });
  expect(await api.db.contact.count({ where: { email: 'a@example.test' } })).toBe(0);
});

test('a purchase counts once by its reference, and makes a client', async () => {
  const purchase = { contact: { email: 'buyer@example.test' }, reference: 'INV-1', amount: 120.5, createContact: true };
  const first = await post('/v1/purchases', purchase);
  const again = await post('/v1/purchases', purchase);
  expect([first.statusCode, again.statusCode]).toEqual([202, 200]);
  expect(again.json()).toEqual({ interactionId: first.json().interactionId, duplicate: true });
  const clients = await api.db.client.findMany();
  expect(clients).toEqual([expect.objectContaining({ status: 'active', purchases: 1 })]);
  expect(Number(clients[0]?.revenue)).toBe(120.5);

  const back = await post('/v1/purchases', { ...purchase, reference: 'INV-1-R', amount: 20.5, isReturn: true });
  expect(back.statusCode).toBe(202);
  expect(Number((await api.db.client.findMany())[0]?.revenue)).toBe(100);
  const other = await post('/v1/purchases', { ...purchase, amount: 1 });
  expect(other.json()).toMatchObject({
    status: 409,
    code: 'VIV_IDEMPOTENCY_CONFLICT',
    detail: expect.stringContaining('"INV-1"'),
  });
});

test('a purchase of a negative amount or of nobody is refused', async () => {
  const purchase = { contact: { email: 'nobody@example.test' }, reference: 'INV-2', amount: 1 };
  expect((await post('/v1/purchases', purchase)).json()).toMatchObject({ status: 404, code: 'VIV_CONTACT_UNKNOWN' });
  const negative = await post('/v1/purchases', { ...purchase, amount: -1 });
  expect(negative.json()).toMatchObject({
    status: 400,
    code: 'VIV_BODY_INVALID',
    detail: expect.stringMatching(/amount/),
  });
});
