import { createHash } from 'node:crypto';
import { isProof, PROVE_SCRIPT } from '../../src/api/forms/proof-of-work';
import type { ErrorCode } from '../../src/domain/errors';
import { waitUntil } from '../../src/runtime/processes';
import { dropHeld, forgetSubmissions, listHeld, releaseHeld } from '../../src/store/form-held';
import { aRules, NOON, testApi } from '../support/api';
import { aForm, formsOf, tokenIn } from '../support/forms';

const PATIENCE_MS = 20_000;
let now = NOON;
const label = { en: 'L' };
const SITE = 'https://www.site.example';
const FIELDS = [
  { name: 'name', type: 'text', label },
  { name: 'text', type: 'textarea', label },
  { name: 'kind', type: 'select', label, options: [{ value: 'a', label }] },
];
const consent = { purpose: 'marketing', text: { en: 'Yes, write to me' }, doubleOptIn: true };
const api = testApi({
  clock: () => now,
  trustedProxies: '127.0.0.1',
  forms: formsOf(
    aForm({
      form: 'demo',
      fields: FIELDS,
      origins: [SITE],
      consent,
      brings: { type: 'comment' },
      spam: { perBlock: 1000 },
    }),
    aForm({ form: 'other', fields: FIELDS }),
    aForm({ form: 'few', fields: FIELDS, spam: { perBlock: 3, perAddress: 2 } }),
    aForm({ form: 'work', fields: FIELDS, spam: { proofOfWork: 8 } }),
  ),
});

interface Sending {
  readonly form?: string;
  readonly headers?: { readonly [name: string]: string };
}
/** Each test sends from a network of its own. */
let network = 0;
beforeEach(() => {
  network += 1;
});
const from = () => ({ 'x-forwarded-for': `198.51.${network}.7` });

async function shown(form = 'demo', readFor = 60_000): Promise<string> {
  const { body } = await api.app.inject(`/f/${form}?lang=en`);
  now += readFor;
  return tokenIn(body);
}
const post = (payload: string | Buffer, { form = 'demo', headers = {} }: Sending = {}) =>
  api.app.inject({
    method: 'POST',
    url: `/f/${form}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...from(), ...headers },
    payload,
  });
const send = (fields: { readonly [name: string]: string }, sending: Sending = {}) =>
  post(new URLSearchParams({ lang: 'en', email: `${network}@example.test`, ...fields }).toString(), sending);
const counts = async () => {
  const [contacts, consents, interactions] = await Promise.all([
    api.db.contact.count(),
    api.db.consent.count(),
    api.db.interaction.count(),
  ]);
  return { contacts, consents, interactions };
};
const refusals = async (code: ErrorCode): Promise<number> =>
  (await api.refusals())
    .filter((one) => one.kind === 'form' && one.name === 'demo' && one.code === code)
    .reduce((sum, { count }) => sum + count, 0);
const held = (form = 'demo') => listHeld(api.db, { form, most: 100 });

/** Of hostile input: what is sent, given a good token; the status, and the code that counts it. */
const JSON_TYPE = { 'content-type': 'application/json' };
const encoded = (fields: { readonly [name: string]: string }) =>
  new URLSearchParams({ lang: 'en', email: 'h@example.test', ...fields }).toString();
const json = (body: object) => JSON.stringify(body);
const many = (count: number) => Array.from({ length: count }, (_, at) => `f${at}=1`).join('&');
const HOSTILE: readonly (readonly [
  name: string,
  body: (token: string) => string | Buffer,
  status: number,
  code: ErrorCode,
  headers?: Sending['headers'],
])[] = [
  [
    'a header behind a line end',
    (token) => encoded({ token, name: 'Ana\r\nBcc: all@example.test' }),
    422,
    'VIV_FORM_ANSWERS',
  ],
  [
    'a header in the address',
    (token) => encoded({ token, email: 'a@example.test\nBcc: b@example.test' }),
    422,
    'VIV_FORM_ANSWERS',
  ],
  ['two addresses', (token) => encoded({ token, email: 'a@example.test,b@example.test' }), 422, 'VIV_FORM_ANSWERS'],
  ['a NUL', (token) => encoded({ token, name: 'A\0' }), 422, 'VIV_FORM_ANSWERS'],
  [
    'half a letter',
    (token) => json({ token, answers: { email: 'h@example.test', name: '\ud800' } }),
    422,
    'VIV_FORM_ANSWERS',
    JSON_TYPE,
  ],
  ['a control sign of terminals', (token) => encoded({ token, name: '\u001b[2J' }), 422, 'VIV_FORM_ANSWERS'],
  ['an option that there is not', (token) => encoded({ token, kind: 'king' }), 422, 'VIV_FORM_ANSWERS'],
  ['a name of a thousand letters', (token) => encoded({ token, name: 'x'.repeat(1000) }), 422, 'VIV_FORM_ANSWERS'],
  ['a field of ten megabytes', (token) => encoded({ token, text: 'x'.repeat(10_485_760) }), 413, 'VIV_BODY_TOO_LARGE'],
  [
    'a field of ten megabytes, as JSON',
    (token) => json({ token, answers: { text: 'x'.repeat(10_485_760) } }),
    413,
    'VIV_BODY_TOO_LARGE',
    JSON_TYPE,
  ],
  ['five thousand fields', (token) => `token=${token}&${many(5000)}`, 400, 'VIV_BODY_INVALID'],
  [
    'five thousand answers',
    (token) => json({ token, answers: Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`f${at}`, 1])) }),
    400,
    'VIV_BODY_INVALID',
    JSON_TYPE,
  ],
  [
    'a prototype, as JSON',
    (token) => `{"token":"${token}","answers":{"__proto__":{"email":"h@example.test"}}}`,
    400,
    'VIV_BODY_INVALID',
    JSON_TYPE,
  ],
  [
    'a constructor, as JSON',
    (token) => `{"token":"${token}","answers":{"constructor":{"prototype":{"x":1}}}}`,
    400,
    'VIV_BODY_INVALID',
    JSON_TYPE,
  ],
  ['nested answers', (token) => json({ token, answers: { email: { $gt: '' } } }), 400, 'VIV_BODY_INVALID', JSON_TYPE],
  ['a list instead of a form', () => '[]', 400, 'VIV_BODY_INVALID', JSON_TYPE],
  ['JSON that is none', () => '{"token":', 400, 'VIV_BODY_INVALID', JSON_TYPE],
  ['unknown keys', (token) => json({ token, answers: {}, contactId: '1' }), 400, 'VIV_BODY_INVALID', JSON_TYPE],
  ['another content type', (token) => encoded({ token }), 415, 'VIV_MEDIA_TYPE', { 'content-type': 'text/plain' }],
  [
    'XML',
    () => '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
    415,
    'VIV_MEDIA_TYPE',
    { 'content-type': 'application/xml' },
  ],
  [
    'files',
    () => '--x\r\nContent-Disposition: form-data; name="email"\r\n\r\na\r\n--x--',
    415,
    'VIV_MEDIA_TYPE',
    { 'content-type': 'multipart/form-data; boundary=x' },
  ],
  ['no token', () => encoded({}), 422, 'VIV_FORM_TOKEN'],
  [
    'no token, as JSON',
    () => json({ token: '', answers: { email: 'h@example.test' } }),
    422,
    'VIV_FORM_TOKEN',
    JSON_TYPE,
  ],
  ['a token of another key', (token) => encoded({ token: `${token.slice(0, -4)}AAAA` }), 422, 'VIV_FORM_TOKEN'],
  [
    'a token that was shown earlier, by its own word',
    (token) => encoded({ token: `0${token}` }),
    422,
    'VIV_FORM_TOKEN',
  ],
  [
    'a token that asks for less',
    (token) => encoded({ token: token.replace(/\.[0-9a-f]+\.(?=[^.]+$)/, '.1.') }),
    422,
    'VIV_FORM_TOKEN',
  ],
  ['a token of very many letters', () => encoded({ token: 'x.'.repeat(20_000) }), 422, 'VIV_FORM_TOKEN'],
  [
    'a page of another site',
    (token) => encoded({ token }),
    403,
    'VIV_FORM_FOREIGN',
    { origin: 'https://evil.example' },
  ],
  [
    'a page whose name only looks like ours',
    (token) => encoded({ token }),
    403,
    'VIV_FORM_FOREIGN',
    { origin: `${SITE}.evil.example` },
  ],
  [
    'a page that hides where it is',
    (token) => encoded({ token }),
    403,
    'VIV_FORM_FOREIGN',
    { origin: 'null', 'sec-fetch-site': 'cross-site' },
  ],
  [
    'a page elsewhere that says no more',
    (token) => encoded({ token }),
    403,
    'VIV_FORM_FOREIGN',
    { 'sec-fetch-site': 'cross-site' },
  ],
];

describe('hostile input', () => {
  test.each(HOSTILE.map(([name, body, status, code, headers = {}]) => ({ name, body, status, code, headers })))(
    '$name is refused with its code, is counted, and changes nothing',
    async ({ body, status, code, headers }) => {
      const token = await shown();
      const [before, counted] = [await counts(), await refusals(code)];
      const answer = await post(body(token), { headers });
      expect(answer.statusCode).toBe(status);
      if (String(answer.headers['content-type']).includes('json')) expect(answer.json()).toMatchObject({ code });
      expect(answer.body).not.toMatch(/<script>|at .*\.ts:\d/);
      expect(await counts()).toEqual(before);
      expect(await refusals(code)).toBe(counted + 1);
      expect(await held()).toEqual([]);
    },
  );

  test.each([
    ['a script', { text: '<script>alert(1)</script>' }],
    ['a formula', { name: '=HYPERLINK("http://evil.example")'.replace('http://', '') }],
    ['a template', { name: '{{contact.email}} <%= 7 %>' }],
    ['SQL', { name: "'; DROP TABLE contact; --" }],
    ['names of prototypes', { __proto__: 'x', constructor: 'y', toString: 'z' }],
    ['a second address', { email2: 'b@example.test', 'email[]': 'c@example.test' }],
  ])('%s is text like any other, and unknown names are forgotten', async (_name, fields) => {
    const token = await shown();
    const email = `neutral-${network}@example.test`;
    expect((await send({ token, ...fields, email })).statusCode).toBe(303);
    const contact = await api.db.contact.findUniqueOrThrow({ where: { email } });
    expect(Object.keys(Object(contact.attributes))).toEqual([]);
    expect(contact.name).toBe('name' in fields ? fields.name : null);
  });

  // INV-FORM-TOKEN-SIGNED
  test('two hundred mangled tokens: each is refused and counted, and nothing is on record', async () => {
    const [token, other] = [await shown(), await shown('other')];
    const mangled = Array.from({ length: 199 }, (_, at) => {
      const place = at % token.length;
      const letter = token[place] === 'x' ? 'y' : 'x';
      return at % 3 === 0 ? token.slice(0, place) : token.slice(0, place) + letter + token.slice(place + 1);
    });
    const [before, counted] = [await counts(), await refusals('VIV_FORM_TOKEN')];
    for (const forged of [...mangled, other]) {
      now += 1_000; // below what one network may send in a minute
      const answer = await send({ token: forged });
      expect(answer.statusCode).toBe(422);
    }
    expect(await counts()).toEqual(before);
    expect(await waitUntil(async () => (await refusals('VIV_FORM_TOKEN')) === counted + 200, PATIENCE_MS)).toBe(true);
  });
});

// INV-FORM-ONCE
test('a page counts once, however often and from wherever it is sent at once', async () => {
  const token = await shown();
  const sent = { token, name: 'Ana', email: 'once@example.test' };
  const elsewhere = { headers: { 'x-forwarded-for': '203.0.113.9' } };
  const answers = await Promise.all([send(sent), send(sent), send({ ...sent, name: 'Eva' }), send(sent, elsewhere)]);
  expect(answers.filter(({ statusCode }) => statusCode === 303).length).toBeGreaterThan(0);
  const { id: contactId } = await api.db.contact.findUniqueOrThrow({ where: { email: 'once@example.test' } });
  expect(await api.db.interaction.count({ where: { type: 'comment.sent', contactId } })).toBe(1);
  const replayed = await post(json({ token, answers: { email: 'replayed@example.test' } }), { headers: JSON_TYPE });
  expect(replayed.json()).toMatchObject({ status: 422, code: 'VIV_FORM_USED', token: expect.any(String) });
  expect(await api.db.contact.count({ where: { email: 'replayed@example.test' } })).toBe(0);
});

describe('what looks like misuse', () => {
  const CASES: readonly (readonly [string, { readonly [name: string]: string }, number])[] = [
    ['trap', { website: 'http://spam.example' }, 60_000],
    ['fast', {}, 500],
    ['links', { name: 'You have won: www.spam.example' }, 60_000],
  ];
  test.each(CASES)(
    'is held as "%s", answered like all else, and counts for nothing',
    async (reason, fields, readFor) => {
      const good = await send({ token: await shown(), email: `good-${network}@example.test` });
      const before = await counts();
      const answer = await send({ token: await shown('demo', readFor), ...fields });
      expect([answer.statusCode, answer.body, answer.headers.location]).toEqual([
        good.statusCode,
        good.body,
        good.headers.location,
      ]);
      expect(await counts()).toEqual(before);
      const [one] = await held();
      expect(one).toMatchObject({
        form: 'demo',
        reasons: [reason],
        registration: { contact: { email: `${network}@example.test` } },
      });
      await dropHeld(api.db, { id: one?.id ?? '', now });
      expect(await held()).toEqual([]);
      await expect(dropHeld(api.db, { id: one?.id ?? '', now })).rejects.toThrow('Nothing is held');
    },
  );

  test('counts after all when a person lets it, with the time and the words of then, once', async () => {
    const sentAt = now + 500;
    await send({ token: await shown('demo', 500), email: 'slow@example.test', text: 'Hello', consent: 'yes' });
    const [one] = await held();
    now += 86_400_000;
    const id = one?.id ?? '';
    const released = await releaseHeld(api.db, { rules: aRules }, { id, now });
    const contact = await api.db.contact.findUniqueOrThrow({ where: { email: 'slow@example.test' } });
    expect(released).toEqual({ contactId: contact.id, form: 'demo' });
    const events = await api.db.interaction.findMany({ where: { contactId: contact.id }, orderBy: { seq: 'asc' } });
    expect(events.map(({ type, at }) => [type, at.getTime()])).toEqual(
      ['lead.created', 'form.submitted', 'comment.sent', 'consent.requested'].map((type) => [type, sentAt]),
    );
    expect(events[2]?.properties).toMatchObject({ text: 'Hello' });
    expect(await api.db.consent.findMany({ where: { contactId: contact.id } })).toMatchObject([
      {
        text: 'Yes, write to me',
        state: 'requested',
        personal: { ip: `198.51.${network}.7`, evidence: { form: 'demo' } },
      },
    ]);
    await expect(releaseHeld(api.db, { rules: aRules }, { id, now })).rejects.toThrow('Nothing is held');
    await expect(releaseHeld(api.db, { rules: aRules }, { id: 'nonsense', now })).rejects.toThrow('Nothing is held');
  });

  test('more than so many for one address are held, wherever they come from', async () => {
    for (const part of [1, 2, 3]) {
      const token = await shown('few');
      const headers = { 'x-forwarded-for': `203.0.${network}${part}.1` };
      expect((await send({ token, email: 'Target@example.test' }, { form: 'few', headers })).statusCode).toBe(303);
    }
    expect(await held('few')).toMatchObject([{ reasons: ['rate'] }]);
    expect(
      await api.db.interaction.count({
        where: { type: 'form.submitted', properties: { path: ['form'], equals: 'few' } },
      }),
    ).toBe(2);
  });

  test('more than so many from one network are refused, with what was typed, until the hour is over', async () => {
    const tell = async (last: number) => {
      const token = await shown('few', 10_000);
      return send(
        { token, email: `n${last}-${network}@example.test` },
        { form: 'few', headers: { 'x-forwarded-for': `198.51.100.${last}` } },
      );
    };
    for (const last of [1, 2, 3]) expect((await tell(last)).statusCode).toBe(303);
    const answer = await tell(4);
    expect(answer.statusCode).toBe(429);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(3_000);
    expect(answer.body).toContain(`value="n4-${network}@example.test"`);
    now += 3_600_000;
    expect((await tell(5)).statusCode).toBe(303);
  });

  test('a flood does not reach the database', async () => {
    const answers = await Promise.all(Array.from({ length: 130 }, () => send({ token: 'x' })));
    expect(answers.filter(({ statusCode }) => statusCode === 429).length).toBe(10);
  });

  test('is forgotten after thirty days', async () => {
    await send({ token: await shown('demo', 0), email: 'old@example.test' });
    await api.db.$transaction((tx) => forgetSubmissions(tx, now + 29 * 86_400_000));
    expect(await held()).toHaveLength(1);
    await api.db.$transaction((tx) => forgetSubmissions(tx, now + 31 * 86_400_000));
    expect(await held()).toEqual([]);
  });
});

describe('proof of work', () => {
  const prove = (token: string, bits: number): Promise<string> =>
    new Promise((resolve) => {
      const run = new Function('setTimeout', `${PROVE_SCRIPT}; return viveiroProve`)((go: () => void) => go());
      run(token, bits, resolve);
    });

  test('is what the script of the page does, and what the server checks', async () => {
    for (const token of ['a', 'x'.repeat(55), 'y'.repeat(64), await shown('work')]) {
      const proof = await prove(token, 12);
      expect(isProof(token, proof, 12)).toBe(true);
      expect(createHash('sha256').update(`${token}:${proof}`).digest().readUInt16BE() >> 4).toBe(0);
      expect(
        isProof(`${token}x`, proof, 12) && isProof(`${token}y`, proof, 12) && isProof(`${token}z`, proof, 12),
      ).toBe(false);
    }
    for (const bad of ['', '-1', '1e3', '1 ', 'x', '9'.repeat(16)]) expect(isProof('a', bad, 0)).toBe(false);
  });

  test('is asked for by a script that the policy of the page allows alone, and lets people in at once', async () => {
    const page = await api.app.inject('/f/work?lang=en');
    const [, script = ''] = /<script>(.*?)<\/script>/s.exec(page.body) ?? [];
    const hash = createHash('sha256').update(script).digest('base64');
    expect(page.headers['content-security-policy']).toContain(`script-src 'sha256-${hash}'`);
    now += 3_000;
    const token = tokenIn(page.body);
    await send({ token, proof: await prove(token, 8), email: 'worked@example.test' }, { form: 'work' });
    expect(await api.db.contact.count({ where: { email: 'worked@example.test' } })).toBe(1);
  });

  test('who has no script is let in too, after twenty seconds', async () => {
    await send({ token: await shown('work', 19_000), email: 'quick@example.test' }, { form: 'work' });
    await send({ token: await shown('work', 21_000), email: 'patient@example.test' }, { form: 'work' });
    expect(await held('work')).toMatchObject([
      { reasons: ['proof'], registration: { contact: { email: 'quick@example.test' } } },
    ]);
    expect(await api.db.contact.count({ where: { email: 'patient@example.test' } })).toBe(1);
  });
});

test('our own page, whoever is no browser, and the sites that the form names may send it', async () => {
  const headers: readonly Sending['headers'][] = [
    {},
    { origin: 'http://localhost', 'sec-fetch-site': 'same-origin' },
    { origin: 'null', 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
    { origin: SITE, 'sec-fetch-site': 'cross-site' },
  ];
  for (const [at, one] of headers.entries()) {
    const answer = await send({ token: await shown(), email: `own-${at}@example.test` }, { headers: one });
    expect(answer.statusCode).toBe(303);
  }
});
