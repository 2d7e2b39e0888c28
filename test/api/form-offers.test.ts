import { readFileSync } from 'node:fs';
import path from 'node:path';
import { loadForms } from '../../src/api/forms/load';
import { keyOf, newId } from '../../src/domain/ids';
import { readFormLink, signFormLink, urlsOfEntry } from '../../src/mail/form-links';
import { journeyData } from '../../src/mail/journey-data';
import { signLink } from '../../src/mail/links';
import { LINK_SECRET, NOON, testApi } from '../support/api';
import { someFacts } from '../support/builders';
import { aForm, fieldsIn, formsOf, tokenIn } from '../support/forms';
import { aPerson, writePeople } from '../support/people';

const FORMS = path.resolve(__dirname, '../../forms');
const DAY = 86_400_000;
let now = NOON;
const label = { en: 'L' };
const LATER = aForm({
  form: 'later',
  fields: [{ name: 'name', type: 'text', label }],
  progressive: { perVisit: 1, remember: true, fields: ['a', 'b', 'c'].map((name) => ({ name, type: 'text', label })) },
});
const DATES = aForm({
  form: 'dates',
  title: { en: 'Dates', pl: 'Terminy' },
  origins: ['https://site.example'],
  brings: {
    type: 'webinar',
    zone: 'America/Sao_Paulo',
    place: 'Room 1',
    sessions: [
      { session: 'late', startsAt: '2026-05-06T19:00', duration: '2h', place: 'Room 2' },
      { session: 'off', startsAt: '2026-05-05T19:00', cancelled: true },
      { session: 'early', startsAt: '2026-04-01T19:00' },
      { session: 'gone', startsAt: '2026-02-01T19:00' },
    ],
  },
});
const api = testApi({ clock: () => now, forms: new Map([...loadForms(FORMS), ...formsOf(LATER, DATES)]) });
const PERSON = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0' };

/** Sends a form as a person does, and answers where it led to. */
async function send(
  form: string,
  fields: { readonly [name: string]: string },
  {
    url = `/f/${form}?lang=en`,
    headers = {},
  }: { readonly url?: string; readonly headers?: { readonly [name: string]: string } } = {},
) {
  const shown = await api.app.inject({ url, headers });
  now += 30_000;
  const visit = /name="visit" value="([^"]+)"/.exec(shown.body)?.[1];
  const answer = await api.app.inject({
    method: 'POST',
    url: `/f/${form}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: new URLSearchParams({
      token: tokenIn(shown.body),
      lang: 'en',
      ...(visit ? { visit } : {}),
      ...fields,
    }).toString(),
  });
  return { shown, answer, thanks: String(answer.headers.location) };
}
const eventsOf = async (email: string) => {
  const rows = await api.db.interaction.findMany({
    where: { contact: undefined, contactId: await idOf(email) },
    orderBy: { seq: 'asc' },
  });
  return rows.map(({ type, properties }) => ({ type, properties }));
};
const idOf = async (email: string) => (await api.db.contact.findUniqueOrThrow({ where: { email } })).id;

describe('an e-book', () => {
  const hrefIn = (body: string) => /href="(\/f\/watering-guide\/file\/[^"?]+)[^"]*"/.exec(body)?.[1] ?? '';

  test('is behind a link of the page of thanks, in its language, until it ends; loading it is told once, of people alone', async () => {
    const { thanks } = await send('watering-guide', { email: 'book@example.test', company: 'Horta' });
    const page = await api.app.inject(thanks);
    expect(page.body).toContain('The link works until March 9, 2026.');
    const file = await api.app.inject({ url: `${hrefIn(page.body)}?lang=pl`, headers: PERSON });
    expect(file.headers).toMatchObject({
      'content-type': 'application/pdf',
      'content-disposition': 'attachment; filename="watering-guide.pl.pdf"',
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
    });
    expect(file.rawPayload).toEqual(readFileSync(path.join(FORMS, 'files/watering-guide.pl.pdf')));
    await api.app.inject({ url: hrefIn(page.body), headers: PERSON });
    await api.app.inject({ url: hrefIn(page.body), headers: { 'user-agent': 'curl-like scanner bot' } });
    expect((await eventsOf('book@example.test')).map(({ type }) => type)).toEqual([
      'lead.created',
      'form.submitted',
      'ebook.requested',
      'ebook.downloaded',
    ]);
    now += 7 * DAY;
    const late = await api.app.inject({ url: hrefIn(page.body), headers: { ...PERSON, accept: 'text/html' } });
    expect(late.statusCode).toBe(410);
    expect(late.body).toContain('href="/f/watering-guide?lang=');
    expect((await api.app.inject(hrefIn(page.body))).json()).toMatchObject({ code: 'VIV_FORM_LINK_ENDED' });
  });

  test('a mail of the journey has a link of its own, which ends so long after the mail', async () => {
    const [submission, sentAt] = [newId(), now - 6 * DAY];
    const entry = {
      seq: 1,
      type: 'ebook.requested',
      at: sentAt,
      journeyId: null,
      properties: { form: 'watering-guide', submission, ebook: 'watering-guide' },
    };
    const { ebook = '', calendar } = urlsOfEntry(entry, { publicUrl: '', secret: LINK_SECRET, now: sentAt });
    expect(calendar).toBeUndefined();
    expect((await api.app.inject(ebook)).statusCode).toBe(200);
    now += 2 * DAY;
    expect((await api.app.inject(ebook)).statusCode).toBe(410);
    expect(
      urlsOfEntry(
        { ...entry, properties: { form: 'x', submission: 'no uuid', ebook: 'x' } },
        { publicUrl: '', secret: LINK_SECRET, now },
      ),
    ).toEqual({});
  });

  test('a link of another form, of another kind, or of no form leads nowhere', async () => {
    const token = signFormLink(LINK_SECRET, { form: 'open-day', submission: newId(), at: now });
    for (const url of [`/f/watering-guide/file/${token}`, `/f/open-day/file/${token}`, '/f/watering-guide/file/x'])
      expect((await api.app.inject(url)).json()).toMatchObject({ status: 403, code: 'VIV_LINK_FORGED' });
    expect((await api.app.inject(`/f/nothing/file/${token}`)).json()).toMatchObject({ code: 'VIV_FORM_UNKNOWN' });
  });
});

// INV-FORM-LINKS-SIGNED
test('no changed link to a file passes', () => {
  const token = signFormLink(LINK_SECRET, { form: 'a', submission: newId(), at: NOON });
  for (let at = 0; at < token.length; at += 1) {
    const other = token[at] === 'A' ? 'B' : 'A';
    expect(() => readFormLink(LINK_SECRET, 'a', token.slice(0, at) + other + token.slice(at + 1))).toThrow(
      'not one of ours',
    );
  }
  expect(() => readFormLink(LINK_SECRET, 'b', token)).toThrow('not one of ours');
  expect(() => readFormLink('another secret, as long as it must be', 'a', token)).toThrow('not one of ours');
});

describe('a webinar', () => {
  test('has its date in every event, and as a file for calendars', async () => {
    const { shown, thanks } = await send('open-day', {
      name: 'Zoë',
      email: 'live@example.test',
      question: 'Which soil?',
    });
    expect(shown.body).toContain('Wednesday, March 10, 2027 at 7:00 PM (America/Sao_Paulo)');
    const dates = { webinar: 'open-day', startsAt: '2027-03-10T22:00:00.000Z', endsAt: '2027-03-10T23:00:00.000Z' };
    const events = await eventsOf('live@example.test');
    expect(events.map(({ type }) => type)).toEqual(['lead.created', 'form.submitted', 'webinar.registered']);
    for (const { properties } of events) expect(properties).toMatchObject({ ...dates, form: 'open-day' });
    expect(events[2]?.properties).toMatchObject({ question: 'Which soil?' });
    const page = await api.app.inject(thanks);
    const [, href = ''] = /href="(\/f\/open-day\/calendar\/[^"]+)"/.exec(page.body) ?? [];
    const file = await api.app.inject(href.replace('lang=en', 'lang=pl'));
    expect(file.headers['content-type']).toContain('text/calendar');
    const lines = file.body.split('\r\n');
    expect(lines.every((line) => Buffer.byteLength(line) <= 75)).toBe(true);
    expect(file.body.endsWith('END:VCALENDAR\r\n')).toBe(true);
    expect(lines).toEqual(
      expect.arrayContaining([
        'METHOD:PUBLISH',
        `UID:${keyOf('webinar', 'open-day', '')}@localhost`,
        'DTSTART:20270310T220000Z',
        'DTEND:20270310T230000Z',
        'SUMMARY:Wizyta w szkółce na żywo',
        'LOCATION:https://course.example/open-day',
      ]),
    );
  });

  test('is in the data of the mails of a journey that it began', () => {
    const dates = { startsAt: '2027-03-10T22:00:00.000Z', endsAt: '2027-03-10T23:00:00.000Z' };
    const entry = {
      seq: 1,
      type: 'webinar.registered',
      at: now,
      journeyId: null,
      properties: { webinar: 'open-day', ...dates },
    };
    const links = { call: '', unsubscribe: '', preferences: '', confirm: '' };
    const mail = { title: 'T', links, sender: { name: '', postalAddress: '' }, now };
    expect(journeyData({ ...mail, facts: { ...someFacts(), entry } }).webinar).toEqual({ name: 'open-day', ...dates });
    expect(journeyData({ ...mail, facts: someFacts() }).webinar).toBeNull();
  });

  test('is closed after its end', async () => {
    const before = now;
    now = Date.parse('2027-03-10T23:00:00Z');
    const page = await api.app.inject('/f/open-day?lang=pt-BR');
    expect(page.statusCode).toBe(410);
    expect(page.body).toContain('Este formulário está encerrado');
    expect((await api.app.inject('/f/open-day.json')).json()).toMatchObject({ status: 410, code: 'VIV_FORM_CLOSED' });
    const answer = await api.app.inject({
      method: 'POST',
      url: '/f/open-day.json',
      headers: { 'content-type': 'application/json' },
      payload: { token: '', answers: {} },
    });
    expect(answer.json()).toMatchObject({ code: 'VIV_FORM_CLOSED' });
    now = before;
  });
});

describe('a webinar of several dates', () => {
  const shownAt = async (at: string, url = '/f/dates?lang=en') => {
    const before = now;
    now = Date.parse(at);
    const answer = await api.app.inject(url);
    now = before;
    return answer;
  };
  const valuesIn = (body: string) => [...body.matchAll(/name="session" value="([^"]*)"/g)].map(([, value]) => value);

  test('offers those that have not begun and were not cancelled, the earliest first; the last one without a choice', async () => {
    const { body } = await shownAt('2026-03-02T12:00:00Z');
    expect(valuesIn(body)).toEqual(['early', 'late']);
    expect(body).toContain('Wednesday, April 1, 2026 at 7:00 PM (America/Sao_Paulo)');
    const last = (await shownAt('2026-04-01T22:00:00Z', '/f/dates?lang=pl')).body;
    expect(valuesIn(last)).toEqual(['late']);
    expect(last).toContain('type="hidden" name="session"');
    expect(last).toContain('6 maja 2026');
    const json = (await shownAt('2026-03-02T12:00:00Z', '/f/dates.json?lang=en')).json();
    expect(json.fields[0]).toMatchObject({ name: 'session', type: 'select', as: 'radio', required: true });
    expect(json.webinar.sessions.map(({ session }: { session: string }) => session)).toEqual(['early', 'late']);
    const over = await shownAt('2026-05-06T22:00:00Z');
    expect(over.statusCode).toBe(410);
    expect(over.body).toContain('All its dates are past');
  });

  test('tells everything of the date that was chosen: the events, the page of thanks, the mails and the calendar', async () => {
    const none = await send('dates', { email: 'none@example.test' });
    expect(none.answer.statusCode).toBe(422);
    expect((await send('dates', { email: 'off@example.test', session: 'off' })).answer.statusCode).toBe(422);
    const { thanks } = await send('dates', { email: 'dates@example.test', session: 'late' });
    const said = {
      webinar: 'dates',
      title: 'Dates',
      session: 'late',
      startsAt: '2026-05-06T22:00:00.000Z',
      endsAt: '2026-05-07T00:00:00.000Z',
      place: 'Room 2',
    };
    const events = await eventsOf('dates@example.test');
    expect(events).toHaveLength(3);
    for (const { properties } of events) expect(properties).toMatchObject(said);
    const page = await api.app.inject(thanks);
    expect(page.body).toContain('Wednesday, May 6, 2026 at 7:00 PM');
    const [, href = ''] = /href="(\/f\/dates\/calendar\/[^"]+)"/.exec(page.body) ?? [];
    const file = await api.app.inject(href.replaceAll('&amp;', '&'));
    expect(file.body).toContain('DTSTART:20260506T220000Z');
    expect(file.body).toContain('LOCATION:Room 2');
    expect(file.body).toContain(`UID:${keyOf('webinar', 'dates', '', 'late')}@localhost`);
    const entry = {
      seq: 1,
      type: 'webinar.registered',
      at: now,
      journeyId: null,
      properties: events[2]?.properties ?? {},
    };
    const { calendar = '' } = urlsOfEntry(entry as never, { publicUrl: '', secret: LINK_SECRET, now });
    expect((await api.app.inject(calendar)).body).toContain('DTSTART:20260506T220000Z');
    const off = await api.app.inject(calendar.replace('session=late', 'session=off'));
    expect(off.body).toContain('STATUS:CANCELLED');
    expect((await api.app.inject(calendar.replace('session=late', 'session=x'))).statusCode).toBe(410);
  });

  test('is taken from the page of another site as from our own, with what that one may read', async () => {
    const headers = { origin: 'https://site.example', 'sec-fetch-site': 'cross-site' };
    const shown = await api.app.inject({ url: '/f/dates.json?lang=en', headers });
    expect(shown.headers['access-control-allow-origin']).toBe('https://site.example');
    now += 30_000;
    const { token } = shown.json();
    const answer = await api.app.inject({
      method: 'POST',
      url: '/f/dates.json',
      headers: { ...headers, 'content-type': 'application/json' },
      payload: { token, lang: 'en', answers: { email: 'cors@example.test', session: 'early' } },
    });
    expect(answer.headers['access-control-allow-origin']).toBe('https://site.example');
    expect(answer.json()).toMatchObject({
      status: 'taken',
      calendar: { url: expect.stringContaining('&session=early') },
    });
    expect((await eventsOf('cors@example.test'))[2]?.properties).toMatchObject({ session: 'early', place: 'Room 1' });
  });
});

test('"call me back" makes a lead and asks for a call, with what was said', async () => {
  await send('call-me', {
    name: 'Ana',
    email: 'call@example.test',
    phone: '+55 11 98765-4321',
    bestTime: 'morning',
    message: 'Prices',
  });
  const [, sent, asked] = await eventsOf('call@example.test');
  expect(sent).toMatchObject({ type: 'form.submitted' });
  expect(sent?.properties).not.toHaveProperty('message');
  expect(asked).toMatchObject({
    type: 'call.requested',
    properties: { form: 'call-me', offer: 'course', bestTime: 'morning', message: 'Prices' },
  });
  expect((await api.db.contact.findUniqueOrThrow({ where: { email: 'call@example.test' } })).attributes).toEqual({
    phone: '+5511987654321',
  });
});

describe('questions of later visits', () => {
  const ask = async (headers: { readonly [name: string]: string } = {}, query = '') =>
    fieldsIn((await api.app.inject({ url: `/f/later?lang=en${query}`, headers })).body);

  test('a browser remembers what it was allowed to: which were answered, and no answer', async () => {
    const fields = { name: 'Ana', email: 'later@example.test', a: 'secret answer' };
    expect((await send('later', fields)).answer.headers['set-cookie']).toBeUndefined();
    const { answer } = await send('later', { ...fields, email: 'later2@example.test', remember: 'yes' });
    const [cookie = '', ...attributes] = String(answer.headers['set-cookie']).split('; ');
    expect(attributes).toEqual(['Path=/f', 'Max-Age=15552000', 'HttpOnly', 'SameSite=Lax']);
    expect(Buffer.from(cookie.split(/[=.]/)[1] ?? '', 'base64url').toString()).not.toMatch(/secret|example/);
    expect(await ask()).toEqual(['email', 'name', 'a']);
    expect(await ask({ cookie })).toEqual(['email', 'b']);
    expect(await ask({ cookie: `${cookie.slice(0, -1)}x` })).toEqual(['email', 'name', 'a']);
    expect(
      (await send('later', { email: 'later@example.test', b: 'B' }, { headers: { cookie } })).answer.statusCode,
    ).toBe(303);
    const { attributes: kept } = await api.db.contact.findUniqueOrThrow({ where: { email: 'later@example.test' } });
    expect(kept).toEqual({ a: 'secret answer', b: 'B' });
  });

  test('who comes by a mail is asked what is not on record, and the page tells nothing of what is', async () => {
    const [person] = await writePeople(api.db, [
      aPerson({ email: 'known@example.test', name: 'Maria Secret', attributes: { a: 'hush', c: 'hush' } }),
    ]);
    const contactId = person?.contactId ?? '';
    const hit = { id: newId(), sendId: newId(), linkId: newId(), contactId, at: new Date(now) };
    await api.db.linkHit.create({ data: hit });
    const visit = (id: string) => `&viveiro=${signLink(LINK_SECRET, { kind: 'visit', id })}`;
    const { body } = await api.app.inject(`/f/later?lang=en${visit(hit.id)}`);
    expect(fieldsIn(body)).toEqual(['email', 'b']);
    expect(body).not.toMatch(/Maria|Secret|hush|known@/);
    const { answer } = await send(
      'later',
      { email: 'known@example.test', b: 'B' },
      { url: `/f/later?lang=en${visit(hit.id)}` },
    );
    expect(answer.statusCode).toBe(303);
    await api.db.linkHit.update({ where: { id: hit.id }, data: { judged: 'machine' } });
    expect(await ask({}, visit(hit.id))).toEqual(['email', 'name', 'a']);
    expect(await ask({}, visit(newId()))).toEqual(['email', 'name', 'a']);
    expect(await ask({}, '&viveiro=forged')).toEqual(['email', 'name', 'a']);
  });
});
