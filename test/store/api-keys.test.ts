import { createApiKey, listApiKeys, revokeApiKey, verifyApiKey } from '../../src/store/api-keys';
import { testDatabase } from '../support/database';

const context = testDatabase();
const AT = Date.UTC(2026, 2, 2);

test('a key opens until it is revoked, and the database never holds it', async () => {
  const { db } = context;
  const { id, key } = await createApiKey(db, { name: 'website', at: AT });
  expect(key).toMatch(/^viv_[\w-]{43}$/);
  expect(await verifyApiKey(db, key)).toEqual({ id, name: 'website' });
  expect(await verifyApiKey(db, `${key}x`)).toBeNull();
  const rows = await db.apiKey.findMany();
  expect(JSON.stringify(rows)).not.toContain(key);

  await revokeApiKey(db, { name: 'website', at: AT + 1 });
  expect(await verifyApiKey(db, key)).toBeNull();
  expect(await listApiKeys(db)).toEqual([{ id, name: 'website', createdAt: AT, revokedAt: AT + 1 }]);
});

test('a name is used once, and only a key in use can be revoked', async () => {
  const { db } = context;
  await createApiKey(db, { name: 'shop', at: AT });
  await expect(createApiKey(db, { name: 'shop', at: AT })).rejects.toMatchObject({ code: 'VIV_API_KEY_EXISTS' });
  await expect(revokeApiKey(db, { name: 'nobody', at: AT })).rejects.toMatchObject({ code: 'VIV_API_KEY_UNKNOWN' });
  await revokeApiKey(db, { name: 'shop', at: AT });
  await expect(revokeApiKey(db, { name: 'shop', at: AT })).rejects.toMatchObject({ code: 'VIV_API_KEY_UNKNOWN' });
});
