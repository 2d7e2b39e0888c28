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
