import { newId } from '../../src/domain/ids';
import { NOON, testApi } from '../support/api';
import { aJourney, published } from '../support/journeys';

const api = testApi();
const send = (method: 'GET' | 'POST', url: string, body?: object) =>
  api.app.inject({
    method,
    url,
    headers: { ...api.headers, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { payload: JSON.stringify(body) } : {}),
  });
const aWait = () =>
  published(api.db, {
    steps: [
      { id: 'rest', type: 'wait', for: '2d' },
      { id: 'done', type: 'end' },
    ],
  });

test('a sequence is paused once, listed with what it holds, and resumed', async () => {
  const { sequence, id } = await aWait();
  const body = { sequence, mode: 'elapse', reason: 'prices are wrong', by: 'Ana' };
  const begun = await send('POST', '/v1/pauses', body);
  expect(begun.statusCode).toBe(201);
  const { pause } = begun.json();
  expect(pause).toMatchObject({ mode: 'elapse', sequence, begunBy: 'Ana', since: NOON, endedAt: null, held: 0 });
  const again = await send('POST', '/v1/pauses', body);
  expect([again.statusCode, again.json()]).toEqual([200, { pause, isNew: false }]);

  const version = { id, sequence, version: 1, definition: (await aWait()).definition };
  await aJourney(api.db, version, { now: NOON }); // held before its first step
  expect((await send('GET', '/v1/pauses')).json()).toEqual({ pauses: [{ ...pause, held: 1 }] });
  const resumed = await send('POST', `/v1/pauses/${pause.id}/resume`, { perMinute: 120, by: 'Rui' });
  expect(resumed.json()).toMatchObject({ waking: 1, pause: { endedAt: NOON, endedBy: 'Rui' } });
  expect((await send('GET', '/v1/pauses?all=true')).json().pauses).toHaveLength(1);
});

test('a contact and everything are paused by their own words', async () => {
  const { contactId } = await aJourney(api.db, await aWait());
  const { email } = await api.db.contact.findUniqueOrThrow({ where: { id: contactId } });
  const common = { mode: 'freeze', reason: 'a test' };
  const one = await send('POST', '/v1/pauses', { ...common, contact: { email } });
  expect(one.json().pause).toMatchObject({ scope: 'contact', contact: email, begunBy: 'API' });
  const all = await send('POST', '/v1/pauses', { ...common, everything: true });
  expect(all.json().pause).toMatchObject({ scope: 'everything', contact: null, sequence: null });
  for (const { id } of [one.json().pause, all.json().pause])
    expect((await send('POST', `/v1/pauses/${id}/resume`)).statusCode).toBe(200);
});

test.each([
  ['no target', { mode: 'freeze', reason: 'x' }, 400, 'VIV_BODY_INVALID'],
  ['two targets', { mode: 'freeze', reason: 'x', sequence: 'a', everything: true }, 400, 'VIV_BODY_INVALID'],
  ['no reason', { mode: 'freeze', everything: true }, 400, 'VIV_BODY_INVALID'],
  ['an unknown mode', { mode: 'stop', reason: 'x', everything: true }, 400, 'VIV_BODY_INVALID'],
  ['an unknown sequence', { mode: 'skip', reason: 'x', sequence: 'nobody-knows' }, 404, 'VIV_SEQUENCE_UNKNOWN'],
  [
    'an unknown contact',
    { mode: 'skip', reason: 'x', contact: { email: 'no@example.test' } },
    404,
    'VIV_CONTACT_UNKNOWN',
  ],
])('a body with %s pauses nothing', async (_name, body, status, code) => {
  const before = await api.db.pause.count();
  const answer = await send('POST', '/v1/pauses', body);
  expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
  expect(await api.db.pause.count()).toBe(before);
});

test('a pause that is not on record cannot be resumed, and nobody can without a key', async () => {
  const unknown = await send('POST', `/v1/pauses/${newId()}/resume`);
  expect([unknown.statusCode, unknown.json().code]).toEqual([404, 'VIV_PAUSE_UNKNOWN']);
  expect((await send('POST', '/v1/pauses/7/resume')).json().code).toBe('VIV_BODY_INVALID');
  expect((await api.app.inject('/v1/pauses')).statusCode).toBe(401);
});
