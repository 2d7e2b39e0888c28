import { NOON, testApi } from '../support/api';

let now = NOON;
const api = testApi({ clock: () => now });

const tokenIn = (body: string): string => /name="token" value="([^"]+)"/.exec(body)?.[1] ?? '';

async function freshToken(): Promise<string> {
  return tokenIn((await api.app.inject('/f/course?lang=en')).body);
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
  expect(ids).toEqual(['website', 'name', 'email', 'role', 'consent']);
  for (const id of ids.filter((id) => id !== 'consent')) expect(body).toContain(`<label for="${id}">`);
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

test('a second try with a corrected address counts, and is no second lead of the first', async () => {
  const token = await freshToken();
  await send({ ...typed, email: 'typo@example.test', token });
  await send({ ...typed, email: 'right@example.test', token });
  expect(await api.db.lead.count({ where: { offer: 'course' } })).toBe(3);
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
  now = NOON + 25 * 3_600_000;
  const late = await send({ ...typed, email: 'forged@example.test', token });
  expect(late.statusCode).toBe(422);
  expect(late.body).toContain('open for too long');
  const again = await send({ ...typed, email: 'late@example.test', token: tokenIn(late.body) });
  expect(again.statusCode).toBe(303);
  now = NOON;
  expect(await api.db.contact.count({ where: { email: 'forged@example.test' } })).toBe(0);
});

test('whoever fills the trap is thanked and forgotten', async () => {
  const answer = await send({ ...typed, email: 'bot@example.test', website: 'http://spam', token: await freshToken() });
  expect(answer.statusCode).toBe(303);
  expect(await api.db.contact.count({ where: { email: 'bot@example.test' } })).toBe(0);
});

test('the campaign of the address comes along, and nonsense in its place is left out', async () => {
  const shown = await api.app.inject('/f/course?lang=en&utm_campaign=spring');
  expect(shown.body).toContain('name="campaign" value="spring"');
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
