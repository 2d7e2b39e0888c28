import { newId } from '../../src/domain/ids';
import { NOON, testApi } from '../support/api';

const api = testApi({ localPages: true });

beforeAll(async () => {
  for (const [email, name] of [
    ['ana@example.test', 'Ana'],
    ['bo@example.test', '<b>Bo</b>'],
  ] as const) {
    const id = newId();
    await api.db.contact.create({ data: { id, email, name, createdAt: new Date(NOON) } });
    const lead = { offer: 'course', source: 'web', stage: name === 'Ana' ? 'mql' : 'new' };
    await api.db.lead.create({
      data: { ...lead, id: newId(), contactId: id, interestAt: new Date(NOON), createdAt: new Date(NOON) },
    });
  }
});

test('contacts are listed with their stage and a link to their story', async () => {
  const { body, statusCode } = await api.app.inject('/contacts');
  expect(statusCode).toBe(200);
  expect(body).toContain('2 contacts');
  expect(body).toContain('<a href="/contacts/ana%40example.test/story">Ana</a></td><td>mql, D, cold</td>');
});

test('names are text, whatever they hold', async () => {
  expect((await api.app.inject('/contacts')).body).toContain('&lt;b&gt;Bo&lt;/b&gt;');
});

test('a search looks at addresses and stages, also with characters that no address has', async () => {
  expect((await api.app.inject('/contacts?search=MQL')).body).toContain('1 contact with');
  expect((await api.app.inject('/contacts?search=%00%25&page=x')).body).toContain('0 contacts');
});

test('strangers are refused', async () => {
  const { statusCode } = await api.app.inject({ url: '/contacts', remoteAddress: '192.0.2.7' });
  expect(statusCode).toBe(401);
});

test('two contacts are merged and separated by the API, and what makes no sense is refused', async () => {
  const lead = (email: string) => ({ contact: { email, name: 'Rui' }, lead: { offer: 'demo', source: 'api' } });
  const post = (url: string, payload: object) => api.app.inject({ method: 'POST', url, headers: api.headers, payload });
  const ids = [];
  for (const email of ['rui@viva.example', 'rui@café.example'])
    ids.push((await post('/v1/leads', lead(email))).json().contactId);
  const [survivor, merged] = [{ email: 'rui@viva.example' }, { email: 'RUI@xn--caf-dma.example' }];
  const dry = await post('/v1/merges', { survivor, merged, reason: 'the same', dryRun: true });
  expect([dry.statusCode, dry.json()]).toEqual([
    200,
    expect.objectContaining({ contactId: ids[0], mergedId: ids[1], leadsJoined: 1 }),
  ]);
  const done = await post('/v1/merges', { survivor, merged, reason: 'the same', by: 'crm' });
  expect(done.statusCode).toBe(201);
  const listed = await api.app.inject({ url: '/v1/merges', headers: api.headers });
  expect(listed.json().merges).toMatchObject([{ id: done.json().mergeId, by: 'crm', undoneAt: null }]);
  const again = await post('/v1/merges', { survivor, merged, reason: 'the same' });
  expect([again.statusCode, again.json().code]).toEqual([409, 'VIV_MERGE_SELF']);
  const undone = await post(`/v1/merges/${done.json().mergeId}/undo`, {});
  expect(undone.json()).toMatchObject({ mergedId: ids[1] });
  expect((await post(`/v1/merges/${done.json().mergeId}/undo`, {})).json().code).toBe('VIV_MERGE_UNDONE');
  expect((await post('/v1/merges', { survivor })).json().code).toBe('VIV_BODY_INVALID');
  expect((await api.app.inject({ url: '/v1/duplicates', headers: api.headers })).json()).toHaveProperty('duplicates');
});
