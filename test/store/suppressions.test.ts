import { concerns, purposeScope } from '../../src/domain/consent/scope';
import { parseMap } from '../../src/importing/map';
import { checkFile, importFile } from '../../src/importing/run';
import { plainSuppressions } from '../../src/importing/suppressions';
import { addressHashSql } from '../../src/store/address-sql';
import { Prisma, single, transaction } from '../../src/store/db';
import { readGated } from '../../src/store/gate-facts';
import { listRuns } from '../../src/store/imports/runs';
import { undoImport } from '../../src/store/imports/undo';
import { ingest } from '../../src/store/ingest';
import { addressHash } from '../../src/store/keys';
import { addressOf, addSuppression, listSuppressions, removeSuppression } from '../../src/store/suppression-list';
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
  const imported = async (text: string, isDryRun = false) => {
    const file = files.write('list.csv', text);
    const map = await plainSuppressions(file, { scope: 'marketing' });
    const asked = { file, map, rejectsFile: files.path('rejects.csv'), now: MONDAY };
    return isDryRun ? checkFile({ ...asked, db: database.db }) : importFile({ ...asked, db: database.db, turn: SALES });
  };
  const undo = (id: string | null, isDryRun = false) =>
    undoImport(database.db, { id: id ?? '', now: MONDAY, isDryRun });

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
    const counts = { read: 7, imported: 3, repeated: 2, rejected: 2 };
    expect(await imported(text, true)).toMatchObject({ importId: null, ...counts });
    expect(await database.db.suppression.count({ where: { email: 'one@example.test' } })).toBe(0);
    const result = await imported(text);
    expect(result).toMatchObject({
      ...counts,
      kind: 'suppressions',
      firstRejects: [
        { line: 5, reason: expect.stringContaining('"no address" is neither') },
        { line: 7, reason: expect.stringContaining('not a scope') },
      ],
    });
    const tx = single(database.db);
    expect(await suppressionOf(tx, 'one@example.test', 'marketing')).toBe('old list');
    expect(await suppressionOf(tx, 'one@example.test')).toBeUndefined(); // what is transactional goes
    expect(await suppressionOf(tx, 'hashed@example.test')).toBe('imported');
    expect(await listRuns(database.db, 1)).toMatchObject([{ id: result.importId, kind: 'suppressions', rowsDone: 7 }]);
    // a complaint since: it stays, whatever becomes of the import
    await ingest(database.db, SALES, anIncoming(contactId, 'mail.complained'));
    const foretold = await undo(result.importId, true);
    expect(foretold).toMatchObject({ suppressionsRemoved: 3, kept: [] });
    expect(await undo(result.importId)).toEqual(foretold);
    expect(await suppressionOf(tx, 'one@example.test', 'marketing')).toBeUndefined();
    expect(await suppressionOf(tx, 'hashed@example.test')).toBeUndefined();
    expect(await suppressionOf(tx, 'there@example.test', 'marketing')).toBe('manual');
    expect(await suppressionOf(tx, 'bounced@example.test')).toBe('complaint');
    await expect(undo(result.importId)).rejects.toMatchObject({ code: 'VIV_IMPORT_UNDONE' });
  });

  it('that meets what was suppressed for the same again since keeps that', async () => {
    const { importId } = await imported('address\nkept@example.test\n');
    const one = { address: addressOf('kept@example.test'), scope: 'marketing', at: MONDAY } as const;
    await addSuppression(database.db, one);
    expect(await undo(importId)).toMatchObject({ suppressionsRemoved: 0 });
    expect(await suppressionOf(single(database.db), 'kept@example.test', 'marketing')).toBe('manual');
  });

  it('by a mapping takes other columns, and scopes of each row', async () => {
    const file = files.write('optouts.csv', 'E-mail;List\nnews@example.test;weekly\nall@example.test;\n');
    const list = { column: 'List', values: { weekly: 'purpose:newsletter' } };
    const suppression = { address: '{E-mail}', scope: list, defaultScope: 'marketing', reason: 'old tool' };
    const map = parseMap(JSON.stringify({ import: 'suppressions', name: 'old', suppression }), 'map.yaml');
    await importFile({ file, map, now: MONDAY, db: database.db, turn: SALES });
    const rows = await listSuppressions(database.db, { reason: 'old tool', most: 10 });
    expect(rows.map(({ email, scope }) => [email, scope]).sort()).toEqual([
      ['all@example.test', 'marketing'],
      ['news@example.test', 'purpose:newsletter'],
    ]);
  });

  it('of a file without the column is refused, and nothing is written', async () => {
    await expect(imported('mail\na@example.test\n')).rejects.toMatchObject({ code: 'VIV_CSV_INVALID' });
  });
});
