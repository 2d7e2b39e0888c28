import { concerns, purposeScope } from '../../src/domain/consent/scope';
import { importSuppressions } from '../../src/importing/suppressions';
import { addressHashSql } from '../../src/store/address-sql';
import { Prisma, single, transaction } from '../../src/store/db';
import { readGated } from '../../src/store/gate-facts';
import { ingest } from '../../src/store/ingest';
import { addressHash } from '../../src/store/keys';
import {
  addressOf,
  addSuppression,
  listImports,
  removeSuppression,
  undoImport,
} from '../../src/store/suppression-list';
import { forgetAddress, suppressContact, suppressionOf } from '../../src/store/suppressions';
import { DAY, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { testFiles } from '../support/files';
import { anIncoming, someone } from '../support/journeys';
import { SALES } from '../support/sales';

const database = testDatabase();
const files = testFiles();

const emailOf = async (contactId: string) =>
  (await database.db.contact.findUniqueOrThrow({ where: { id: contactId } })).email;
const seen = (contactId: string, purpose: string) =>
  transaction(database.db, async (tx) => {
    const question = { sendId: contactId, contactId, purpose, priority: 0, now: MONDAY, rules: SALES.rules.gate };
    return (await readGated(tx, question)).facts.suppression;
  });

test('the hash of an address is the same in the database and outside of it', async () => {
  const tx = single(database.db);
  for (const email of ['ana@example.test', 'é@ünïcode.example', 'a'.repeat(200)]) {
    const [row] = await tx.$queryRaw<
      { hash: string }[]
    >`SELECT ${addressHashSql(tx, Prisma.sql`${email}::text`)} AS hash`;
    expect(row?.hash).toBe(addressHash(tx, email));
  }
});

test('who was erased stays suppressed when they come again, and their address is nowhere', async () => {
  const { contactId } = await someone(database.db);
  const email = await emailOf(contactId);
  await transaction(database.db, async (tx) => {
    await suppressContact(tx, { contactId, reason: 'complaint', at: MONDAY });
    await forgetAddress(tx, email);
    await tx.$executeRaw`DELETE FROM contact WHERE id = ${contactId}::uuid`;
  });
  expect(await database.db.suppression.findFirst({ where: { email } })).toBeNull();
  const { contactId: again } = await someone(database.db, { email });
  expect(await seen(again, 'transactional')).toMatchObject({ reason: 'complaint', scope: 'everything' });
  expect(await suppressionOf(single(database.db), email)).toBe('complaint');
});

test('a scope forbids what it is over, and nothing else', async () => {
  const { contactId } = await someone(database.db);
  const address = addressOf(await emailOf(contactId));
  const at = MONDAY - DAY;
  await addSuppression(database.db, { address, scope: purposeScope('newsletter'), at });
  expect(await seen(contactId, 'newsletter')).toMatchObject({ reason: 'manual', scope: 'purpose:newsletter' });
  expect(await seen(contactId, 'marketing')).toBeNull();
  await addSuppression(database.db, { address, scope: 'marketing', at });
  expect(await seen(contactId, 'marketing')).toMatchObject({ scope: 'marketing' });
  expect(await seen(contactId, 'transactional')).toBeNull();
  await addSuppression(database.db, { address, scope: 'everything', at });
  expect(await seen(contactId, 'newsletter')).toMatchObject({ scope: 'everything' });
  expect(await seen(contactId, 'transactional')).toMatchObject({ scope: 'everything' });
  expect([concerns(undefined, 'transactional'), concerns('purpose:a', 'b'), concerns('nonsense', 'a')]).toEqual([
    true,
    false,
    false,
  ]);
});

test('by hand it is added once and taken back, each with a decision', async () => {
  const { contactId } = await someone(database.db);
  const address = addressOf(await emailOf(contactId));
  const one = { address, scope: 'everything', at: MONDAY } as const;
  expect(await addSuppression(database.db, one)).toBe(true);
  expect(await addSuppression(database.db, one)).toBe(false);
  expect(await removeSuppression(database.db, one)).toEqual({ reason: 'manual' });
  await expect(removeSuppression(database.db, one)).rejects.toMatchObject({ code: 'VIV_SUPPRESSION_UNKNOWN' });
  const decisions = await database.db.decision.findMany({
    where: { contactId, kind: 'suppress' },
    orderBy: { seq: 'asc' },
  });
  expect(decisions.map(({ outcome, reason }) => [outcome, reason])).toEqual([
    ['suppressed', 'suppressed by hand for everything'],
    ['released', 'the suppression for everything (manual) was taken back by hand'],
  ]);
});

describe('an import', () => {
  const imported = (text: string, dryRun = false) => {
    const file = files.write('list.csv', text);
    const asked = {
      file,
      delimiter: ',',
      scope: 'marketing',
      rejectsFile: files.path('rejects.csv'),
      now: MONDAY,
    } as const;
    return importSuppressions(dryRun ? undefined : database.db, asked);
  };

  it('takes addresses and hashes, tells bad rows with their lines, and can be taken back', async () => {
    const hash = addressHash(database.db, 'hashed@example.test');
    const { contactId } = await someone(database.db, { email: 'bounced@example.test' });
    await someone(database.db, { email: 'hashed@example.test' });
    await addSuppression(database.db, { address: addressOf('there@example.test'), scope: 'marketing', at: MONDAY });
    const text = `address,scope,reason
One@Example.test,,old list
${hash},everything,
there@example.test,,
no address,,
bounced@example.test,,
two@example.test,nowhere,
one@example.test,,
`;
    const dry = await imported(text, true);
    expect(dry).toMatchObject({ importId: null, added: 5, rejected: 2 });
    const result = await imported(text);
    expect(result).toMatchObject({
      added: 3,
      repeated: 2,
      rejected: 2,
      problems: [
        { line: 5, reason: expect.stringContaining('"no address" is neither') },
        { line: 7, reason: expect.stringContaining('not a scope') },
      ],
    });
    const tx = single(database.db);
    expect(await suppressionOf(tx, 'one@example.test', 'marketing')).toBe('old list');
    expect(await suppressionOf(tx, 'one@example.test')).toBeUndefined(); // what is transactional goes
    expect(await suppressionOf(tx, 'hashed@example.test')).toBe('imported');
    expect(await listImports(database.db)).toMatchObject([{ id: result.importId, added: 3, undoneAt: null }]);
    // a complaint since: it stays, whatever becomes of the import
    await ingest(database.db, SALES, anIncoming(contactId, 'mail.complained'));
    const id = result.importId ?? '';
    await undoImport(database.db, { id, at: MONDAY });
    expect(await suppressionOf(tx, 'one@example.test', 'marketing')).toBeUndefined();
    expect(await suppressionOf(tx, 'hashed@example.test')).toBeUndefined();
    expect(await suppressionOf(tx, 'there@example.test', 'marketing')).toBe('manual');
    expect(await suppressionOf(tx, 'bounced@example.test')).toBe('complaint');
    await expect(undoImport(database.db, { id, at: MONDAY })).rejects.toMatchObject({
      code: 'VIV_SUPPRESSION_IMPORT_UNDONE',
    });
    await expect(undoImport(database.db, { id: 'x', at: MONDAY })).rejects.toMatchObject({
      code: 'VIV_SUPPRESSION_IMPORT_UNKNOWN',
    });
  });

  it('that meets what was suppressed for the same again since keeps that', async () => {
    const { importId } = await imported('address\nkept@example.test\n');
    const one = { address: addressOf('kept@example.test'), scope: 'marketing', at: MONDAY } as const;
    await addSuppression(database.db, one);
    await undoImport(database.db, { id: importId ?? '', at: MONDAY });
    expect(await suppressionOf(single(database.db), 'kept@example.test', 'marketing')).toBe('manual');
  });

  it('of a file without the column is refused, and nothing is written', async () => {
    await expect(imported('mail\na@example.test\n')).rejects.toMatchObject({ code: 'VIV_CSV_INVALID' });
  });
});
