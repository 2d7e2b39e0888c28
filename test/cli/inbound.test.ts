import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { addRefusals, dayOf } from '../../src/store/refusals';
import { viveiro } from '../support/command';
import { testDatabase } from '../support/database';
import { aReport, aSent, aWritten, took } from '../support/returning';

const database = testDatabase();
const SAMPLES = path.resolve(__dirname, '../mail/inbound/samples');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'viveiro-inbound-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
const say = (...words: readonly string[]) =>
  viveiro(['inbound', ...words], { VIVEIRO_DATABASE_URL: database.url, VIVEIRO_DATA_DIR: folder });

test('the list tells what came and what it was taken for, and can be narrowed', async () => {
  const mail = await aSent(database.db);
  await took(database.db, aReport(mail));
  await took(database.db, aWritten({ from: 'stranger@nowhere.example', subject: 'Oi\u001b[2J' }));
  const { out, err, exitCode } = await say();
  expect({ err, exitCode }).toEqual({ err: '', exitCode: 0 });
  expect(out).toMatch(/hard\s+applied\s+\S+@example\.test\s+mailer-daemon@mx\.example/);
  expect(out).not.toContain('\u001b');
  const { out: kept } = await say('--standing', 'kept', '--json');
  expect(JSON.parse(kept)).toMatchObject({
    inbound: [{ kind: 'reply', standing: 'kept', sender: 'stranger@nowhere.example' }],
  });
});

test('one is shown as it came, and nothing in it moves the cursor', async () => {
  const { id } = await took(database.db, aWritten({ from: 'other@nowhere.example', text: 'Olá\u001b[2J' }));
  const { out } = await say('show', id);
  expect(out).toContain('other@nowhere.example');
  expect(out).toContain('Olá?[2J');
  expect(await say('show', 'nothing')).toMatchObject({
    exitCode: 2,
    err: expect.stringContaining('VIV_INBOUND_UNKNOWN'),
  });
});

test('a reply that waits shows why, and is accepted with a reason; what does not wait, or asks nothing, is refused', async () => {
  const mail = await aSent(database.db);
  const { id } = await took(database.db, aWritten({ from: mail.email }));
  const { out } = await say('show', id);
  expect(out).toMatch(/who wrote\s+no server is trusted to have looked\n {2}verdict\s+unproven\n/);
  expect(await say('accept', id)).toMatchObject({ exitCode: 2, err: expect.stringContaining('--reason') });
  expect(await say('accept', id, '--reason', 'she told me')).toMatchObject({ exitCode: 0, out: `${id}: applied\n` });
  expect(await database.db.interaction.count({ where: { contactId: mail.contactId, type: 'mail.replied' } })).toBe(1);
  expect(await say('accept', id, '--reason', 'again')).toMatchObject({
    exitCode: 2,
    err: expect.stringContaining('VIV_INBOUND_NOT_WAITING'),
  });
  expect(await say('confirm', id)).toMatchObject({
    exitCode: 2,
    err: expect.stringContaining('VIV_INBOUND_NO_QUESTION'),
  });
});

test('a file is read, and nothing is recorded', async () => {
  const before = await database.db.inbound.count();
  const { out, exitCode } = await say('read', path.join(SAMPLES, 'qmail-hard.eml'));
  expect(exitCode).toBe(0);
  expect(out).toMatch(/^kind {8}hard\n/);
  expect(out).toContain('  server    Sorry, no mailbox here by that name. (#5.1.1)');
  const { out: json } = await say('read', path.join(SAMPLES, 'gmail-block.eml'), '--json');
  expect(JSON.parse(json)).toMatchObject({ kind: 'block', recipients: [{ status: '5.7.1' }] });
  expect(await database.db.inbound.count()).toBe(before);
});

test('a file that is not there, or cannot be taken apart, is told', async () => {
  expect(await say('read', path.join(folder, 'none.eml'))).toMatchObject({
    exitCode: 2,
    err: expect.stringContaining('VIV_FILE_UNREADABLE'),
  });
  const file = path.join(folder, 'long.eml');
  writeFileSync(file, `X: ${'a'.repeat(500_000)}\r\n\r\nhi`);
  expect(await say('read', file)).toMatchObject({
    exitCode: 2,
    err: expect.stringContaining('VIV_INBOUND_UNREADABLE'),
  });
});

test('what was refused of strangers is counted by kind and code, over all days or each apart', async () => {
  const refusals = (...words: readonly string[]) =>
    viveiro(['refusals', ...words], { VIVEIRO_DATABASE_URL: database.url, VIVEIRO_DATA_DIR: folder });
  expect((await refusals()).out).toBe('Nothing was refused in 7 days.\n');
  const [today, yesterday] = [dayOf(Date.now()), dayOf(Date.now() - 86_400_000)];
  const forged = { kind: 'link', name: 'click', code: 'VIV_LINK_FORGED' } as const;
  const sent = { day: today, kind: 'form', name: 'course', code: 'VIV_TOO_MANY', count: 4 } as const;
  await addRefusals(database.db, [{ ...forged, day: yesterday, count: 3 }, sent, { ...forged, day: today, count: 2 }]);
  await addRefusals(database.db, [{ ...forged, day: '2026-01-01', count: 100 }]);
  const { out, err, exitCode } = await refusals();
  expect({ err, exitCode }).toEqual({ err: '', exitCode: 0 });
  expect(out).toMatch(new RegExp(`${today} +link +click +VIV_LINK_FORGED +5\n${today} +form +course +VIV_TOO_MANY +4`));
  expect(JSON.parse((await refusals('--by-day', '--json')).out)).toEqual({
    days: 7,
    refusals: [sent, { ...forged, day: today, count: 2 }, { ...forged, day: yesterday, count: 3 }],
  });
  expect(JSON.parse((await refusals('--kind', 'form', '--json')).out).refusals).toEqual([sent]);
  expect((await refusals('--kind', 'letter')).exitCode).toBe(2);
});

test('blocks are counted by the domain that refuses us', async () => {
  const mail = await aSent(database.db);
  await took(database.db, aReport(mail, { status: '5.7.1', diagnostic: '550 5.7.1 blocked' }), { now: Date.now() });
  const { out } = await say('count', '--days', '1', '--json');
  expect(JSON.parse(out)).toMatchObject({
    days: 1,
    counts: [{ kind: 'block', standing: 'applied', count: 1 }],
    blocks: [{ domain: 'example.test', blocks: 1 }],
  });
});
