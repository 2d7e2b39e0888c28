import { newId } from '../../src/domain/ids';
import { NOON, testApi } from '../support/api';

const api = testApi();

const post = (body: unknown, headers: { readonly [name: string]: string } = {}) =>
  api.app.inject({
    method: 'POST',
    url: '/v1/events',
    headers: { ...api.headers, 'content-type': 'application/json', ...headers },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  });

const made = (email: string, more: object = {}) => ({
  type: 'page.seen',
  contact: { email },
  createContact: true,
  properties: { page: '/prices' },
  ...more,
});

test('an event is recorded once per key, whoever repeats it', async () => {
  const first = await post(made('ana@example.test', { idempotencyKey: 'k-1' }));
  expect(first.statusCode).toBe(202);
  const again = await post(made('ana@example.test'), { 'idempotency-key': 'k-1' });
  expect(again.statusCode).toBe(200);
  expect(again.json()).toEqual({ interactionId: first.json().interactionId, duplicate: true });
  const rows = await api.db.interaction.findMany({ where: { idempotencyKey: 'k-1' } });
  expect(rows).toEqual([
    expect.objectContaining({ type: 'page.seen', at: new Date(NOON), properties: { page: '/prices' } }),
  ]);
});

test('a key that comes again with another body is refused', async () => {
  await post(made('bia@example.test', { idempotencyKey: 'k-2' }));
  const other = await post(made('bia@example.test', { idempotencyKey: 'k-2', properties: { page: '/other' } }));
  expect(other.statusCode).toBe(409);
  expect(other.json()).toMatchObject({ status: 409, code: 'VIV_IDEMPOTENCY_CONFLICT' });
});

test('the key of the header and of the body must not differ', async () => {
  const answer = await post(made('bia@example.test', { idempotencyKey: 'one' }), { 'idempotency-key': 'two' });
  expect(answer.json()).toMatchObject({ status: 400, code: 'VIV_BODY_INVALID' });
});

test('twenty callers with the same key at once make one interaction', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => post(made('carla@example.test', { idempotencyKey: 'k-20' }))),
  );
  expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([...Array(19).fill(200), 202]);
  expect(new Set(answers.map((answer) => answer.json().interactionId)).size).toBe(1);
  expect(await api.db.interaction.count({ where: { idempotencyKey: 'k-20' } })).toBe(1);
  expect(await api.db.contact.count({ where: { email: 'carla@example.test' } })).toBe(1);
});

test('without a key each request counts', async () => {
  const answers = [await post(made('dora@example.test')), await post(made('dora@example.test'))];
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([202, 202]);
});

test('an unknown contact is refused, unless it shall be created', async () => {
  const unknown = [{ email: 'nobody@example.test' }, { id: newId() }];
  for (const contact of unknown) {
    const answer = await post({ type: 'page.seen', contact });
    expect(answer.json()).toMatchObject({ status: 404, code: 'VIV_CONTACT_UNKNOWN' });
  }
  expect(await api.db.contact.count({ where: { email: 'nobody@example.test' } })).toBe(0);
});

test('a contact is found by its address in any case, and by its id', async () => {
  await post(made('eva@example.test'));
  const { id } = await api.db.contact.findUniqueOrThrow({ where: { email: 'eva@example.test' } });
  expect((await post({ type: 'page.seen', contact: { email: ' EVA@Example.TEST ' } })).statusCode).toBe(202);
  expect((await post({ type: 'page.seen', contact: { id } })).statusCode).toBe(202);
  expect(await api.db.interaction.count({ where: { contactId: id } })).toBe(3);
});

test('a batch answers for each event, in order, and one that is refused stops no other', async () => {
  const answer = await post({
    events: [
      made('fia@example.test', { idempotencyKey: 'b-1' }),
      { type: 'page.seen', contact: { email: 'missing@example.test' } },
      made('fia@example.test', { idempotencyKey: 'b-1' }),
      made('fia@example.test', { idempotencyKey: 'b-1', type: 'page.left' }),
      { type: 'purchase', contact: { email: 'fia@example.test' }, properties: { amount: 'much' } },
      made('fia@example.test', { idempotencyKey: 'b-2' }),
    ],
  });
  expect(answer.statusCode).toBe(200);
  const results: { status: string; code?: string; index: number }[] = answer.json().results;
  expect(results.map(({ index, status, code }) => [index, code ?? status])).toEqual([
    [0, 'recorded'],
    [1, 'VIV_CONTACT_UNKNOWN'],
    [2, 'duplicate'],
    [3, 'VIV_IDEMPOTENCY_CONFLICT'],
    [4, 'VIV_BODY_INVALID'],
    [5, 'recorded'],
  ]);
  const { id: contactId } = await api.db.contact.findUniqueOrThrow({ where: { email: 'fia@example.test' } });
  expect(await api.db.interaction.count({ where: { contactId } })).toBe(2);
});

test('properties that an event of Viveiro needs are told by their place', async () => {
  await post(made('ivo@example.test'));
  const answer = await post({
    type: 'purchase',
    contact: { email: 'ivo@example.test' },
    properties: { amount: 'much' },
  });
  expect(answer.json()).toMatchObject({
    code: 'VIV_BODY_INVALID',
    detail: expect.stringMatching(/properties\.reference: [^\n]*; properties\.amount: [^\n]*$/),
  });
});

const deep = (levels: number): unknown => (levels === 0 ? 1 : { in: deep(levels - 1) });
const contact = { email: 'gil@example.test' };
const bad: readonly [string, unknown, RegExp][] = [
  ['no type', { contact }, /type:/],
  ['a type with spaces', { type: 'Page Seen', contact }, /type: not an event type/],
  ['no contact', { type: 'page.seen' }, /contact:/],
  ['two names for the contact', { type: 'page.seen', contact: { ...contact, id: newId() } }, /contact: give either/],
  ['no address', { type: 'page.seen', contact: { email: 'gil' } }, /contact\.email: not an e-mail address/],
  ['an unknown key', { type: 'page.seen', contact, propertys: {} }, /propertys/],
  ['a time without offset', { type: 'page.seen', contact, at: '2026-03-01T10:00:00' }, /at: not a time/],
  ['the year 0000', { type: 'page.seen', contact, at: '0000-01-01T00:00:00Z' }, /at: lies before/],
  ['the future', { type: 'page.seen', contact, at: '2026-03-02T12:05:01Z' }, /at: .* lies in the future/],
  ['a NUL character', { type: 'page.seen', contact, properties: { a: { b: ['x\0'] } } }, /properties: contains NUL/],
  ['a NUL in a name', { type: 'page.seen', contact, properties: { 'a\0': 1 } }, /properties: contains NUL/],
  ['half a surrogate pair', { type: 'page.seen', contact, properties: { a: '\ud800' } }, /half a surrogate pair/],
  ['a NUL in the key', { type: 'page.seen', contact, idempotencyKey: 'a\0' }, /idempotencyKey: contains NUL/],
  ['nine levels', { type: 'page.seen', contact, properties: deep(9) }, /properties: nested more than 8 deep/],
  ['65 KB', { type: 'page.seen', contact, properties: { a: 'é'.repeat(33_000) } }, /properties: larger than 65536/],
  ['a list as properties', { type: 'page.seen', contact, properties: [1] }, /properties: not an object/],
  ['no events', { events: [] }, /events:/],
  ['501 events', { events: Array(501).fill({ type: 'page.seen', contact }) }, /events:/],
  ['one bad event in a batch', { events: [made('gil@example.test'), { type: 'x y', contact }] }, /events\.1\.type/],
  ['no object', [1], /body:/],
];

test.each(bad)('%s is refused with its place, and nothing is recorded', async (_name, body, problem) => {
  const answer = await post(body);
  expect(answer.statusCode).toBe(400);
  expect(answer.headers['content-type']).toContain('application/problem+json');
  expect(answer.json()).toMatchObject({
    status: 400,
    code: 'VIV_BODY_INVALID',
    detail: expect.stringMatching(problem),
  });
  expect(await api.db.contact.count({ where: { email: 'gil@example.test' } })).toBe(0);
});

test('five minutes ahead and eight levels deep are fine', async () => {
  const answer = await post(made('hugo@example.test', { at: '2026-03-02T12:05:00Z', properties: deep(8) }));
  expect(answer.statusCode).toBe(202);
});
