import { readFileSync } from 'node:fs';
import { recordConsent } from '../../src/store/consents';
import { transaction } from '../../src/store/db';
import { MONDAY } from '../support/builders';
import { viveiro } from '../support/command';
import { testDatabase } from '../support/database';
import { testFiles } from '../support/files';
import { someone } from '../support/journeys';
import { ADDRESS_KEY } from '../support/keys';

const database = testDatabase();
const files = testFiles();
const say = (...words: readonly string[]) =>
  viveiro(words, {
    VIVEIRO_DATABASE_URL: database.url,
    VIVEIRO_DATA_DIR: files.path('data'),
    VIVEIRO_ADDRESS_KEY: ADDRESS_KEY,
  });

let contactId: string;
beforeAll(async () => {
  ({ contactId } = await someone(database.db, { email: 'ana@example.test' }));
  const said = {
    contactId,
    purpose: 'marketing',
    granted: true,
    basis: 'consent',
    source: 'form',
    at: MONDAY,
  } as const;
  const proof = { ip: '203.0.113.7', userAgent: 'Browser\u001b[2J' };
  await transaction(database.db, (tx) => recordConsent(tx, { ...said, text: 'Send me news', textVersion: '3', proof }));
});

test('the proofs of a contact are shown with words, version and proof, and nothing in them moves the cursor', async () => {
  const { out, exitCode, err } = await say('consent', 'show', 'ana@example.test');
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
  for (const part of [
    'ana@example.test: 1 records, the chain is whole',
    '1. 2026-01-05 12:00  allows marketing',
    'version 3',
    '203.0.113.7',
  ])
    expect(out).toContain(part);
  expect(out).not.toContain('\u001b');
  const { out: json } = await say('consent', 'show', contactId, '--json');
  expect(JSON.parse(json)).toMatchObject({
    broken: null,
    records: [{ position: 1, purpose: 'marketing', state: 'given' }],
  });
  expect(await say('consent', 'show', 'nobody@example.test')).toMatchObject({
    exitCode: 2,
    err: expect.stringContaining('VIV_CONTACT_UNKNOWN'),
  });
});

test('all chains are checked and anchored, and the first broken record is named with exit code 1', async () => {
  const { out: anchored } = await say('consent', 'anchor', '--json');
  expect(JSON.parse(anchored)).toMatchObject({
    isNew: true,
    anchor: { records: 1, hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
  });
  expect((await say('consent', 'anchor')).out).toContain('Nothing new since the last anchor');
  expect(await say('consent', 'verify')).toMatchObject({
    exitCode: 0,
    out: expect.stringContaining('1 records of 1 contacts, every chain is whole\nanchored up to record 1'),
  });
  await database.db.$executeRaw`ALTER TABLE consent DISABLE TRIGGER USER`;
  await database.db.$executeRaw`UPDATE consent SET text = 'Send me nothing'`;
  const { exitCode, err } = await say('consent', 'verify');
  expect(exitCode).toBe(1);
  expect(err).toContain(
    `VIV_CONSENT_BROKEN: The proof of consent is broken at record 1 of contact ${contactId} (number 1)`,
  );
  await database.db.$executeRaw`UPDATE consent SET text = 'Send me news'`;
  await database.db.$executeRaw`CREATE TABLE kept AS SELECT * FROM consent`;
  await database.db.$executeRaw`CREATE TABLE kept_head AS SELECT * FROM consent_head`;
  await database.db.$executeRaw`DELETE FROM consent`;
  await database.db.$executeRaw`DELETE FROM consent_head`;
  expect((await say('consent', 'verify', '--json')).err).toContain('VIV_CONSENT_ANCHOR_BROKEN');
  await database.db.$executeRaw`INSERT INTO consent SELECT * FROM kept`;
  await database.db.$executeRaw`INSERT INTO consent_head SELECT * FROM kept_head`;
  await database.db.$executeRaw`DROP TABLE kept, kept_head`;
  await database.db.$executeRaw`ALTER TABLE consent ENABLE TRIGGER USER`;
  expect((await say('consent', 'verify', '--json')).exitCode).toBe(0);
});

test('a command with another key is refused, and changes nothing', async () => {
  const { exitCode, err } = await viveiro(['suppression', 'add', 'x@example.test'], {
    VIVEIRO_DATABASE_URL: database.url,
    VIVEIRO_DATA_DIR: files.path('data'),
    VIVEIRO_ADDRESS_KEY: 'quite another key of addresses for tests',
  });
  expect({ exitCode, code: /VIV_\w+/.exec(err)?.[0] }).toEqual({ exitCode: 3, code: 'VIV_KEYS_DIFFER' });
  expect(await database.db.suppression.count()).toBe(0);
});

test('suppressions are added, listed, exported without addresses, imported again and taken back', async () => {
  expect((await say('suppression', 'add', 'ana@example.test', '--scope', 'marketing')).out).toBe(
    'ana@example.test is suppressed for marketing.\n',
  );
  expect((await say('suppression', 'add', 'ana@example.test', '--scope', 'marketing')).out).toContain('already');
  expect((await say('suppression', 'list')).out).toMatch(/ana@example\.test\s+marketing\s+manual/);
  const file = files.path('out.csv');
  expect(await say('suppression', 'export', '--hashes', '--out', file)).toMatchObject({ exitCode: 0, err: '' });
  const exported = readFileSync(file, 'utf8');
  expect(exported).toMatch(/^address,scope,reason,at\n[0-9a-f]{64},marketing,manual,/);
  expect((await say('suppression', 'export')).out).toContain('ana@example.test,marketing,manual');
  await say('suppression', 'remove', 'ana@example.test', '--scope', 'marketing');
  const { out } = await say('suppression', 'import', file, '--json');
  const { importId, imported } = JSON.parse(out);
  expect(imported).toBe(1);
  expect((await say('import', 'list')).out).toContain(importId);
  expect((await say('import', 'undo', importId)).out).toContain('1  suppressions removed');
  expect(JSON.parse((await say('suppression', 'list', '--json')).out)).toEqual({ suppressions: [] });
});

test.each([
  [['suppression', 'add', 'nobody'], 'write an e-mail address'],
  [['suppression', 'add', 'a@example.test', '--scope', 'all'], 'write everything, marketing or purpose:<purpose>'],
  [['suppression', 'remove', 'a@example.test'], 'VIV_SUPPRESSION_UNKNOWN'],
  [['suppression', 'import', 'none.csv'], 'VIV_FILE_UNREADABLE'],
  [['suppression', 'import', 'none.csv', '--delimiter', ';;'], 'VIV_USAGE'],
])('%j is refused', async (words, said) => {
  const { exitCode, err } = await say(...words);
  expect(exitCode).toBe(2);
  expect(err).toContain(said);
});
