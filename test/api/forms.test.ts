import path from 'node:path';
import { loadForms } from '../../src/api/forms/load';
import { NOON, testApi } from '../support/api';
import { aForm, fieldsIn, formsOf, tokenIn } from '../support/forms';

let now = NOON;
const LABEL = { en: 'L' };
const EVERY = aForm({
  form: 'every',
  title: { en: 'Every kind', pl: 'Każdy rodzaj' },
  fields: [
    { name: 'name', type: 'text', label: { en: 'Name', pl: 'Imię' }, hint: { en: 'As you sign' } },
    { name: 'firm', type: 'company', label: LABEL },
    { name: 'phone', type: 'phone', label: LABEL },
    { name: 'size', type: 'number', label: LABEL, integer: true, errors: { invalid: { en: 'count them' } } },
    { name: 'since', type: 'date', label: LABEL, max: '2026-01-01' },
    {
      name: 'kind',
      type: 'select',
      as: 'radio',
      required: true,
      label: LABEL,
      options: [{ value: 'a', label: LABEL }],
    },
    { name: 'grows', type: 'multiselect', label: LABEL, options: ['x', 'y'].map((value) => ({ value, label: LABEL })) },
    { name: 'text', type: 'textarea', label: LABEL },
    { name: 'from', type: 'hidden', from: 'utm_source' },
  ],
  origins: ['https://www.site.example'],
});
const api = testApi({
  clock: () => now,
  forms: new Map([...loadForms(path.resolve(__dirname, '../../forms')), ...formsOf(EVERY)]),
});

/** Of a page that has been read for a minute. */
async function freshToken(form = 'course'): Promise<string> {
  const { body } = await api.app.inject(`/f/${form}?lang=en`);
  now += 60_000;
  return tokenIn(body);
}

const send = (fields: { readonly [name: string]: string }) =>
  api.app.inject({
    method: 'POST',
    url: '/f/course',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams(fields).toString(),
  });

const typed = { lang: 'en', name: 'Ana', email: 'ana@example.test', role: 'manager', consent: 'yes' };

test('a form speaks the language that is asked for, or that the browser prefers', async () => {
  const asked = await api.app.inject({ url: '/f/course?lang=en', headers: { 'accept-language': 'pt-BR' } });
  expect(asked.body).toContain('<html lang="en">');
  expect(asked.body).toContain('Tell me more about the course');
  const preferred = await api.app.inject({ url: '/f/course', headers: { 'accept-language': 'fr;q=0.9, en-GB' } });
  expect(preferred.body).toContain('<html lang="en">');
  const neither = await api.app.inject('/f/course?lang=xx');
  expect(neither.body).toContain('<html lang="pt-BR">');
  expect(neither.body).toContain('(obrigatório)');
});

test('every field of a form has a label, and nothing needs a script', async () => {
  const { body } = await api.app.inject('/f/course?lang=en');
  const ids = [...body.matchAll(/<(?:input|select)[^>]* id="([^"]+)"/g)].map(([, id]) => id);
  expect(ids).toEqual(['website', 'name', 'email', 'role', 'companySize', 'consent', 'remember']);
  for (const id of ids.filter((id) => id !== 'consent' && id !== 'remember'))
    expect(body).toContain(`<label for="${id}">`);
  expect(body).toMatch(/<label class="check"><input type="checkbox" id="consent"/);
  expect(body).not.toContain('<script');
});

test('a form that is sent becomes contact, lead, consent and events, once per showing', async () => {
  const token = await freshToken();
  const answers = await Promise.all([send({ ...typed, token }), send({ ...typed, token }), send({ ...typed, token })]);
  for (const answer of answers) {
    expect(answer.statusCode).toBe(303);
    expect(answer.headers.location).toBe('/f/course/thanks?lang=en');
  }
  const contact = await api.db.contact.findUniqueOrThrow({ where: { email: 'ana@example.test' } });
  expect(contact).toMatchObject({ name: 'Ana', locale: 'en', attributes: { role: 'manager' } });
  const where = { contactId: contact.id };
  expect(await api.db.lead.findMany({ where })).toEqual([expect.objectContaining({ offer: 'course', source: 'form' })]);
  expect(await api.db.consent.findMany({ where })).toEqual([
    expect.objectContaining({ purpose: 'marketing', granted: true, text: expect.stringMatching(/^I want to receive/) }),
  ]);
  const events = await api.db.interaction.findMany({ where, orderBy: { seq: 'asc' } });
  expect(events.map(({ type }) => type)).toEqual(['lead.created', 'form.submitted']);
  const thanks = await api.app.inject(String(answers[0].headers.location));
  expect(thanks.body).toContain('Thank you!');
});

test('a page that was sent can be sent with other answers only after one more look at it', async () => {
  const token = await freshToken();
  await send({ ...typed, email: 'typo@example.test', token });
  const again = await send({ ...typed, email: 'right@example.test', token });
  expect(again.statusCode).toBe(422);
  expect(again.body).toContain('This page was sent already');
  expect(again.body).toContain('value="right@example.test"');
  expect(await api.db.contact.count({ where: { email: 'right@example.test' } })).toBe(0);
  now += 5_000;
  expect((await send({ ...typed, email: 'right@example.test', token: tokenIn(again.body) })).statusCode).toBe(303);
  expect(await api.db.contact.count({ where: { email: 'right@example.test' } })).toBe(1);
});

test('errors are listed first, linked to their fields, and what was typed stays', async () => {
  const token = await freshToken();
  const answer = await send({ lang: 'en', name: '"><script>alert(1)</script>', email: 'ana', role: 'king', token });
  expect(answer.statusCode).toBe(422);
  expect(answer.body).toContain('role="alert"');
  for (const field of ['email', 'role', 'consent']) {
    expect(answer.body).toContain(`<a href="#${field}">`);
    expect(answer.body).toContain(`aria-describedby="${field}-error"`);
    expect(answer.body).toContain(`id="${field}-error"`);
  }
  expect(answer.body).toContain('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"');
  expect(answer.body).not.toContain('<script>');
  expect(tokenIn(answer.body)).not.toBe('');
  const portuguese = await send({ lang: 'pt-BR', email: '', token });
  expect(portuguese.body).toContain('Corrija, por favor');
});

test('a text that the database cannot hold is an error of its field', async () => {
  const answer = await send({ ...typed, name: 'A\0', token: await freshToken() });
  expect(answer.statusCode).toBe(422);
  expect(answer.body).toContain('cannot be stored');
});

test('a forged, foreign or stale token shows the form again and records nothing', async () => {
  const token = await freshToken();
  for (const wrong of ['', 'x', token.slice(0, -1), `0${token}`]) {
    const answer = await send({ ...typed, email: 'forged@example.test', token: wrong });
    expect(answer.statusCode).toBe(422);
  }
  now += 25 * 3_600_000;
  const late = await send({ ...typed, email: 'forged@example.test', token });
  expect(late.statusCode).toBe(422);
  expect(late.body).toContain('open for too long');
  now += 60_000;
  const again = await send({ ...typed, email: 'late@example.test', token: tokenIn(late.body) });
  expect(again.statusCode).toBe(303);
  expect(await api.db.contact.count({ where: { email: 'forged@example.test' } })).toBe(0);
});

test('whoever fills the trap is thanked, and counts for nothing', async () => {
  const answer = await send({ ...typed, email: 'bot@example.test', website: 'http://spam', token: await freshToken() });
  expect(answer.statusCode).toBe(303);
  expect(await api.db.contact.count({ where: { email: 'bot@example.test' } })).toBe(0);
});

test('the campaign of the address comes along, and nonsense in its place is left out', async () => {
  const shown = await api.app.inject('/f/course?lang=en&utm_campaign=spring');
  expect(shown.body).toContain('name="campaign" value="spring"');
  now += 60_000;
  await send({ ...typed, email: 'camp@example.test', campaign: 'spring', token: tokenIn(shown.body) });
  await send({ ...typed, email: 'nul@example.test', campaign: 'a\0', token: await freshToken() });
  const leads = await api.db.lead.findMany({
    orderBy: { createdAt: 'asc' },
    select: { campaign: true, contactId: true },
  });
  expect(leads.filter(({ campaign }) => campaign !== null)).toHaveLength(1);
  expect(await api.db.contact.count({ where: { email: 'nul@example.test' } })).toBe(1);
});

test('an unknown form does not exist', async () => {
  expect((await api.app.inject('/f/nothing')).json()).toMatchObject({ status: 404, code: 'VIV_FORM_UNKNOWN' });
});

test('a form of more than 64 KB is refused, with that limit', async () => {
  const answer = await send({ ...typed, token: await freshToken(), name: 'x'.repeat(70_000) });
  expect(answer.json()).toMatchObject({
    status: 413,
    code: 'VIV_BODY_TOO_LARGE',
    detail: expect.stringContaining('65536 bytes'),
  });
});

describe('a form of every kind of field', () => {
  test('ties label, hint and error to each, and shows what was typed again', async () => {
    const token = await freshToken('every');
    const answer = await api.app.inject({
      method: 'POST',
      url: '/f/every',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams([
        ...Object.entries({
          token,
          lang: 'en',
          email: 'e@example.test',
          phone: '12',
          size: 'many',
          since: 'yesterday',
        }),
        ['grows', 'y'],
        ['text', '</textarea><script>'],
      ]).toString(),
    });
    expect(answer.statusCode).toBe(422);
    const { body } = answer;
    expect(fieldsIn(body)).toEqual([
      'email',
      'name',
      'firm',
      'phone',
      'size',
      'since',
      'kind',
      'grows',
      'text',
      'from',
    ]);
    expect(body).toContain('<a href="#size">L: count them</a>'); // its own words
    expect(body).toContain('id="size" name="size" type="text" inputmode="numeric" value="many"');
    expect(body).toContain('id="since" name="since" type="text" value="yesterday"'); // a field for dates would lose it
    expect(body).toMatch(
      /<fieldset role="radiogroup" aria-required="true" aria-invalid="true" aria-describedby="kind-error"><legend>/,
    );
    expect(body).toContain('id="grows-1" name="grows" value="y" checked');
    expect(body).toContain('aria-describedby="name-hint"');
    expect(body).toContain('autocomplete="organization"');
    expect(body).toContain('&lt;/textarea&gt;&lt;script&gt;</textarea>');
    expect(body).toMatch(/role="alert" tabindex="-1" autofocus/);
    expect(body).toContain('<title>Error: Every kind</title>');
  });

  test('speaks Polish, and falls back where a text is missing', async () => {
    const { body } = await api.app.inject('/f/every?lang=pl&utm_source=news');
    expect(body).toContain('<label for="name">Imię</label>');
    expect(body).toContain('As you sign');
    expect(body).toContain('<button type="submit">Wyślij</button>');
    expect(body).toContain('name="from" value="news"');
  });

  test('keeps answers as attributes, and what is typed at length with the event alone', async () => {
    const token = await freshToken('every');
    const answers = {
      email: 'k@example.test',
      phone: '+48 512 345 678',
      size: '7',
      since: '2020-05-01',
      kind: 'a',
      text: 'a\r\nb',
      from: 'ad',
    };
    await api.app.inject({
      method: 'POST',
      url: '/f/every',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ token, lang: 'en', ...answers }).toString(),
    });
    const contact = await api.db.contact.findUniqueOrThrow({ where: { email: 'k@example.test' } });
    expect(contact.attributes).toEqual({ phone: '+48512345678', size: 7, since: '2020-05-01', kind: 'a', from: 'ad' });
    const sent = await api.db.interaction.findFirstOrThrow({
      where: { contactId: contact.id, type: 'form.submitted' },
    });
    expect(sent.properties).toMatchObject({ form: 'every', text: 'a\nb' });
  });
});

describe('as JSON', () => {
  const SITE = { origin: 'https://www.site.example' };
  const post = (body: object, headers: { readonly [name: string]: string } = SITE) =>
    api.app.inject({
      method: 'POST',
      url: '/f/every.json',
      headers: { 'content-type': 'application/json', ...headers },
      payload: JSON.stringify(body),
    });
  async function described() {
    const answer = await api.app.inject({ url: '/f/every.json?lang=en', headers: SITE });
    now += 60_000;
    return answer;
  }

  test('a front end is told what to ask, and by which token', async () => {
    const answer = await described();
    expect(answer.headers['access-control-allow-origin']).toBe('https://www.site.example');
    expect(answer.json()).toMatchObject({
      form: 'every',
      locale: 'en',
      locales: ['en', 'pl'],
      action: 'http://localhost/f/every',
      submit: 'Send',
      hidden: [{ name: 'from', from: 'utm_source' }],
    });
    const size = answer.json().fields.find(({ name }: { readonly name: string }) => name === 'size');
    expect(size).toEqual({
      name: 'size',
      type: 'number',
      label: 'L',
      hint: null,
      required: false,
      autocomplete: null,
      integer: true,
    });
  });

  test('what is wrong comes back as problem details by field, with a new token', async () => {
    const { token } = (await described()).json();
    const answer = await post({ token, lang: 'en', answers: { email: 'ana', size: 1.5, grows: ['z'] } });
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json()).toMatchObject({
      status: 422,
      code: 'VIV_FORM_ANSWERS',
      token: expect.stringMatching(/^[^.]+\./),
    });
    const fields = answer.json().errors.map(({ field }: { readonly field: string }) => field);
    expect(fields).toEqual(['email', 'size', 'kind', 'grows']);
    now += 60_000;
    const good = await post({
      token: answer.json().token,
      answers: { email: 'j@example.test', kind: 'a', grows: ['x'], size: 3 },
    });
    expect(good.json()).toEqual({
      status: 'taken',
      message: 'Thank you! We have got your answers.',
      mustConfirm: false,
    });
    const contact = await api.db.contact.findUniqueOrThrow({ where: { email: 'j@example.test' } });
    expect(contact.attributes).toEqual({ kind: 'a', grows: ['x'], size: 3 });
  });

  test('other sites may neither read nor send it', async () => {
    const elsewhere = { origin: 'https://elsewhere.example' };
    const read = await api.app.inject({ url: '/f/every.json', headers: elsewhere });
    expect(read.headers['access-control-allow-origin']).toBeUndefined();
    const { token } = read.json();
    expect((await post({ token, answers: {} }, elsewhere)).json()).toMatchObject({
      status: 403,
      code: 'VIV_FORM_FOREIGN',
    });
    const before = await api.app.inject({ method: 'OPTIONS', url: '/f/every.json', headers: SITE });
    expect(before.headers).toMatchObject({ 'access-control-allow-headers': 'content-type', vary: 'origin' });
  });

  test('the script for other sites is small, and sets no text as HTML', async () => {
    const { body, headers } = await api.app.inject('/f/every.js');
    expect(headers['content-type']).toContain('text/javascript');
    expect(Buffer.byteLength(body)).toBeLessThan(8_192);
    expect(body).not.toMatch(/innerHTML|document\.write|eval|cookie|localStorage/);
    expect(() => new Function(body)).not.toThrow();
  });
});

test('a snippet without a script leads to our own page with what was typed, and never with a tick beside consent', async () => {
  const answer = await api.app.inject({
    method: 'POST',
    url: '/f/every',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      origin: 'https://www.site.example',
      'sec-fetch-site': 'cross-site',
    },
    payload: new URLSearchParams({ lang: 'en', email: 's@example.test', kind: 'a', consent: 'yes' }).toString(),
  });
  expect(answer.statusCode).toBe(200);
  expect(answer.body).toContain('Check your answers');
  expect(answer.body).toContain('value="s@example.test"');
  expect(await api.db.contact.count({ where: { email: 's@example.test' } })).toBe(0);
});
