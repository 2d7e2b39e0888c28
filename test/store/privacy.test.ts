import { createErasureActivities } from '../../src/activities/erasure';
import { newId } from '../../src/domain/ids';
import type { ErasureRecord } from '../../src/domain/privacy/erasure';
import { COLUMN_CLASSES, entryOf, FOREIGN, INVENTORY, inventoryProblems } from '../../src/domain/privacy/inventory';
import { verifyConsents } from '../../src/store/consent-verify';
import { transaction } from '../../src/store/db';
import { previewErasure } from '../../src/store/erase-rows';
import { cancelErasure, findErasure, listErasures, requestErasure } from '../../src/store/erasures';
import { addSuppression } from '../../src/store/suppression-list';
import { suppressionOf } from '../../src/store/suppressions';
import { DAY, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { everythingIn } from '../support/everything';
import { aJourney, aTwoDayWait, jobsIn, someone } from '../support/journeys';
import { writeEvents } from '../support/people';
import { SALES } from '../support/sales';
import { ANA, aWholePerson } from '../support/whole-person';

const database = testDatabase();

interface Column {
  readonly table: string;
  readonly column: string;
}

/** Every column of every table of the database. */
const columns = () => database.db.$queryRaw<Column[]>`
  SELECT CASE WHEN c.table_schema = 'public' THEN '' ELSE c.table_schema || '.' END || c.table_name AS table, c.column_name AS column
  FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
  WHERE t.table_type = 'BASE TABLE' AND c.table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2`;

describe('the inventory of what is personal', () => {
  // INV-INVENTORY
  test('names every column of every table, and none that is not there', async () => {
    const there = (await columns()).filter(({ table }) => !FOREIGN.includes(table));
    const named = INVENTORY.flatMap(({ table, columns: all }) => Object.keys(all).map((column) => ({ table, column })));
    const text = ({ table, column }: Column) => `${table}.${column}`;
    expect(named.map(text).toSorted()).toEqual(there.map(text).toSorted());
    expect([...new Set((await columns()).map(({ table }) => table))]).toEqual(expect.arrayContaining([...FOREIGN]));
  });

  test('gives each column a class, and knows what it says', () => {
    expect(inventoryProblems()).toEqual([]);
    expect(new Set(INVENTORY.map(({ table }) => table)).size).toBe(INVENTORY.length);
    for (const { columns: all } of INVENTORY)
      for (const kind of Object.values(all)) expect(COLUMN_CLASSES).toContain(kind);
    const task = entryOf('task');
    if (!task) throw new Error('there is no task');
    expect(inventoryProblems([{ ...task, withheld: ['nothing'] }])).toEqual(['task has no column nothing']);
  });
});

const ask = (contactId: string, parts: Partial<Parameters<typeof requestErasure>[2]> = {}) =>
  requestErasure(database.db, SALES.rules, {
    contactId,
    origin: 'request',
    by: 'a test',
    scope: 'marketing',
    after: 0,
    now: MONDAY,
    ...parts,
  });

/** What the workflow does, without it. */
async function carriedOut(erasureId: string, onBatch?: (table: string) => void): Promise<ErasureRecord> {
  const steps = createErasureActivities({ db: database.db, turn: SALES, onBatch });
  const turn = { erasureId, now: MONDAY + DAY };
  expect(await steps.readErasure(turn)).toEqual({ type: 'work' });
  await steps.stopErased(turn);
  expect(await steps.settleErased(turn)).toBe(0);
  const replaced = await steps.eraseRows(turn);
  await steps.proveErasure({ ...turn, replaced, deleted: await steps.eraseHistories(turn) });
  return findErasure(database.db, erasureId);
}
const erased = async (contactId: string) => carriedOut((await ask(contactId)).erasure.id);
const whole = async () => JSON.stringify(await everythingIn(database.url));

describe('an erasure', () => {
  // INV-ERASED
  test('leaves nothing of the person in any table, and the counts, the proofs and the hash', async () => {
    const before = await whole();
    const ana = await aWholePerson(database.db);
    const other = await someone(database.db, { name: 'Rui', attributes: { note: `asked by ${ANA.email}.` } });
    const joana = await someone(database.db, { email: `jo${ANA.email}` }); // another address, which holds this one
    await writeEvents(database.db, [
      {
        contactId: other.contactId,
        type: 'call.noted',
        at: MONDAY,
        properties: { said: `see <${ANA.email.toUpperCase()}>` },
      },
    ]);
    const person = { contactId: ana.contactId, formerIds: [], addresses: [ANA.email] };
    const { tables } = await previewErasure(database.db, person);
    const theirs = INVENTORY.filter(({ belongs, table }) => belongs.length > 0 && table !== 'erasure');
    expect(tables.map(({ table }) => table).toSorted()).toEqual(theirs.map(({ table }) => table).toSorted());
    expect(await whole()).toContain(ANA.ip);

    const record = await erased(ana.contactId);
    const after = await whole();
    for (const gone of [ANA.name, ANA.phone, ANA.ip, ana.visitorId, 'Browser/1']) expect(after).not.toContain(gone);
    expect(after.replaceAll(`jo${ANA.email}`, '')).not.toMatch(new RegExp(ANA.email, 'i'));
    expect(record).toMatchObject({
      status: 'done',
      counts: { send: 3, contact: 1, inbound: 2, interaction: expect.any(Number), consent: 3, organisation: 1 },
      proof: { left: [], toJudge: [], kept: [], recipients: ['crm'], replaced: 2, tables: expect.any(Number) },
    });
    expect(await database.db.send.findUnique({ where: { id: ana.sendId } })).toMatchObject({
      status: 'accepted',
      template: 'hello',
      recipient: '',
      contactId: null,
    });
    const { contactId: standIn } = await database.db.journey.findUniqueOrThrow({ where: { id: ana.journeyId } });
    expect(await database.db.lead.findUnique({ where: { id: ana.leadId } })).toMatchObject({
      contactId: standIn,
      stage: 'lost',
    });
    expect(standIn).not.toBe(ana.contactId);
    expect(await database.db.purchase.findMany({ where: { contactId: standIn } })).toMatchObject([{ isReturn: false }]);
    expect((await verifyConsents(database.db)).broken).toBeNull();
    expect(await database.db.consent.count({ where: { contactId: ana.contactId } })).toBe(2); // the yes, and its end
    expect(await transaction(database.db, (tx) => suppressionOf(tx, ANA.email, 'marketing'))).toBe('erased');
    expect(await database.db.contact.findUniqueOrThrow({ where: { id: other.contactId } })).toMatchObject({
      attributes: { note: 'asked by [erased].' },
    });
    expect(await database.db.contact.count({ where: { id: joana.contactId } })).toBe(1);
    expect((await listErasures(database.db, { email: ANA.email, most: 5 })).map(({ id }) => id)).toEqual([record.id]);
    expect(before).not.toContain(ana.contactId);
  });

  test('ends journeys, handoffs and tasks with their reason, and what the outbox would do', async () => {
    const version = await aTwoDayWait(database.db);
    const { contactId, journeyId } = await aJourney(database.db, version);
    const { erasure } = await ask(contactId);
    const steps = createErasureActivities({ db: database.db, turn: SALES });
    await steps.readErasure({ erasureId: erasure.id, now: MONDAY });
    await steps.stopErased({ erasureId: erasure.id, now: MONDAY });
    expect(await database.db.journey.findUniqueOrThrow({ where: { id: journeyId } })).toMatchObject({
      status: 'ended',
      outcome: 'erased',
      reason: 'the contact is erased',
    });
    const jobs = await jobsIn(database.db);
    expect(jobs.filter(({ payload }) => payload.journeyId === journeyId)).toEqual([]);
    expect(jobs.filter(({ payload }) => payload.workflow === `journey:${journeyId}`)).toHaveLength(1);
    expect((await carriedOut(erasure.id)).status).toBe('done');
  });

  test('waits for a mail that is on its way, and settles one whose worker is gone', async () => {
    const { contactId, journeyId } = await aJourney(database.db, await aTwoDayWait(database.db));
    const id = newId();
    const mail = {
      contactId,
      journeyId,
      stepId: 'hello',
      recipient: 'x@viva.test',
      purpose: 'marketing',
      template: 'hello',
    };
    const lease = { leaseToken: newId(), leaseUntil: new Date(Date.now() + 60_000) };
    await database.db.send.create({
      data: { ...mail, ...lease, id, status: 'dispatching', messageId: '<x>', plannedAt: new Date(MONDAY) },
    });
    const { erasure } = await ask(contactId);
    const steps = createErasureActivities({ db: database.db, turn: SALES });
    const turn = { erasureId: erasure.id, now: MONDAY };
    await steps.readErasure(turn);
    await steps.stopErased(turn);
    expect(await steps.settleErased(turn)).toBeGreaterThan(1_000);
    await database.db.send.update({ where: { id }, data: { leaseUntil: new Date(MONDAY) } });
    expect(await steps.settleErased(turn)).toBe(0);
    expect((await carriedOut(erasure.id)).status).toBe('done');
    expect(await database.db.send.findUnique({ where: { id } })).toMatchObject({ status: 'unknown', recipient: '' });
  });

  test('goes through ten thousand interactions in bounded transactions, and may be broken off in any of them', async () => {
    const { contactId } = await someone(database.db, { email: 'much@viva.test' });
    await database.db.$executeRaw`
      INSERT INTO interaction (id, contact_id, type, at, properties, idempotency_key)
      SELECT gen_random_uuid(), ${contactId}::uuid, 'page.viewed', to_timestamp(n), '{"page": "much@viva.test"}', 'much ' || n
      FROM generate_series(1, 10000) AS n`;
    const { id } = (await ask(contactId)).erasure;
    const batches: string[] = [];
    const dies = (table: string) => {
      batches.push(table);
      if (batches.length === 4) throw new Error('killed');
    };
    await expect(carriedOut(id, dies)).rejects.toThrow('killed');
    expect(await database.db.interaction.count({ where: { contactId } })).toBe(7_000);
    const { status, counts } = await carriedOut(id, (table) => void batches.push(table));
    expect({ status, counts }).toMatchObject({ status: 'done', counts: { interaction: 10_000, contact: 1 } });
    expect(batches.filter((table) => table === 'interaction').length).toBeGreaterThanOrEqual(11);
  });

  test('can be cancelled while it waits: mails are stopped until then, and go on afterwards', async () => {
    const { contactId } = await someone(database.db, { email: 'back@viva.test' });
    await addSuppression(database.db, { address: { email: 'back@viva.test' }, scope: 'purpose:x', at: MONDAY });
    const { erasure, isNew } = await ask(contactId, { after: DAY });
    expect({ status: erasure.status, isNew }).toEqual({ status: 'waiting', isNew: true });
    expect(await ask(contactId)).toMatchObject({ erasure: { id: erasure.id }, isNew: false });
    const suppressed = () => transaction(database.db, (tx) => suppressionOf(tx, 'back@viva.test', 'marketing'));
    expect(await suppressed()).toBe('erased');
    expect(await database.db.pause.count({ where: { contactId, endedAt: null } })).toBe(1);
    const cancelled = await cancelErasure(database.db, { id: erasure.id, by: 'a test', now: MONDAY });
    expect(cancelled).toMatchObject({ status: 'cancelled', proof: null });
    expect(await suppressed()).toBeUndefined();
    expect(await database.db.suppression.count({ where: { email: 'back@viva.test' } })).toBe(1);
    expect(await database.db.pause.count({ where: { contactId, endedAt: null } })).toBe(0);
    await expect(cancelErasure(database.db, { id: erasure.id, by: 'x', now: MONDAY })).rejects.toMatchObject({
      code: 'VIV_ERASURE_BEGUN',
    });
    const steps = createErasureActivities({ db: database.db, turn: SALES });
    expect(await steps.readErasure({ erasureId: erasure.id, now: MONDAY })).toEqual({
      type: 'over',
      status: 'cancelled',
    });
  });

  test('says where something of the person is left that may not be changed, and does not call itself done', async () => {
    const { contactId } = await someone(database.db, { email: 'key@viva.test', name: 'Kay Elisabeth Young' });
    const namesake = await someone(database.db, { name: 'Kay Elisabeth Young' });
    await database.db.interaction.create({
      data: {
        id: namesake.leadId,
        contactId: namesake.contactId,
        type: 'x',
        at: new Date(MONDAY),
        idempotencyKey: 'for key@viva.test',
      },
    });
    const { status, proof } = await erased(contactId);
    expect(status).toBe('incomplete');
    expect(proof).toMatchObject({
      left: [{ where: 'interaction.idempotency_key', kind: 'address', rows: 1 }],
      toJudge: [{ where: 'contact.name', kind: 'name', rows: 1 }],
    });
  });
});
