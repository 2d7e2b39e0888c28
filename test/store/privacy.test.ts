import { createErasureActivities } from '../../src/activities/erasure';
import { erasuresText } from '../../src/cli/erasure-text';
import { newId } from '../../src/domain/ids';
import type { ErasureRecord } from '../../src/domain/privacy/erasure';
import { COLUMN_CLASSES, entryOf, FOREIGN, INVENTORY, inventoryProblems } from '../../src/domain/privacy/inventory';
import { verifyConsents } from '../../src/store/consent-verify';
import { recordConsent } from '../../src/store/consents';
import { transaction } from '../../src/store/db';
import { type JudgeRequest, judgeLeftover } from '../../src/store/erase-judge';
import { previewErasure } from '../../src/store/erase-rows';
import { cancelErasure, findErasure, listErasures, requestErasure } from '../../src/store/erasures';
import { mergeContacts } from '../../src/store/merge/merge';
import { unmerge } from '../../src/store/merge/unmerge';
import { exportPerson } from '../../src/store/person-export';
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
      toJudge: [{ where: 'contact.name', kind: 'name', rows: 1, ids: [namesake.contactId] }],
    });
  });

  test('leaves names and numbers of others to a person, whose judgement is on record', async () => {
    const [name, phone] = ['Nora Ximena Quispe', '+55 11 91234-5678'];
    const { contactId } = await someone(database.db, { email: 'nora@viva.test', name, attributes: { phone } });
    const namesake = await someone(database.db, { name });
    const about = await someone(database.db, { attributes: { note: `asked with ${name}, ${phone}` } });
    const { id, proof } = await erased(contactId);
    expect(proof?.toJudge.map(({ where, kind }) => `${where} ${kind}`).toSorted()).toEqual([
      'contact.attributes name',
      'contact.attributes phone',
      'contact.name name',
    ]);
    const judge = (parts: Partial<JudgeRequest>) =>
      judgeLeftover(database.db, {
        erasureId: id,
        where: 'contact.attributes',
        as: 'mention',
        reason: 'a note',
        by: 'rita',
        now: MONDAY,
        ...parts,
      });
    const refused = (work: Promise<unknown>, code: string) => expect(work).rejects.toMatchObject({ code });
    await refused(judge({ where: 'task.note' }), 'VIV_JUDGEMENT_UNKNOWN');
    await refused(judge({ text: 'Nora' }), 'VIV_MENTION_NOT_REPLACED');
    await refused(judge({ text: 'Somebody Else Altogether' }), 'VIV_MENTION_NOT_REPLACED');
    await judge({ text: name });
    await judge({ text: phone });
    const judged = await judge({ where: 'contact.name', as: 'another', reason: 'a namesake' });
    expect(judged.proof?.judged).toEqual([
      { where: 'contact.attributes', as: 'mention', replaced: 1, reason: 'a note', by: 'rita', at: MONDAY },
      { where: 'contact.attributes', as: 'mention', replaced: 1, reason: 'a note', by: 'rita', at: MONDAY },
      { where: 'contact.name', as: 'another', replaced: 0, reason: 'a namesake', by: 'rita', at: MONDAY },
    ]);
    const contacts = await database.db.contact.findMany({
      where: { id: { in: [namesake.contactId, about.contactId] } },
    });
    expect(contacts.find((one) => one.id === about.contactId)?.attributes).toEqual({
      note: 'asked with [erased], [erased]',
    });
    expect(contacts.find((one) => one.id === namesake.contactId)?.name).toBe(name);
    expect(erasuresText([judged])).not.toContain('look at');
  });
});

describe('of two contacts that were merged', () => {
  /** With something of theirs in the tables that a merge moves or copies. */
  async function lived(email: string, name: string) {
    const { contactId, leadId } = await someone(database.db, {
      email,
      name,
      attributes: { about: `${name} <${email}>` },
    });
    await transaction(database.db, (tx) =>
      recordConsent(tx, {
        contactId,
        purpose: email.includes('own') ? 'tips' : 'news',
        granted: true,
        basis: 'consent',
        text: 'Yes',
        source: 'form',
        at: MONDAY,
        proof: { evidence: { name } },
      }),
    );
    await writeEvents(database.db, [{ contactId, type: 'form.submitted', at: MONDAY, properties: { said: name } }]);
    await addSuppression(database.db, { address: { email }, scope: 'purpose:tips', at: MONDAY });
    const id = newId();
    await database.db.send.create({
      data: {
        id,
        contactId,
        stepId: 'hello',
        recipient: email,
        purpose: 'marketing',
        template: 't',
        status: 'accepted',
        messageId: id,
        subject: `For ${name}`,
        plannedAt: new Date(MONDAY),
        settledAt: new Date(MONDAY),
      },
    });
    return { contactId, leadId };
  }
  async function merged(one: string) {
    const names = { own: `${one} Amalia Prado`, other: `${one} Beatriz Gomes` };
    const emails = { own: `${one}@own.test`.toLowerCase(), other: `${one}@other.test`.toLowerCase() };
    const [own, other] = [await lived(emails.own, names.own), await lived(emails.other, names.other)];
    const request = { survivor: { id: own.contactId }, merged: { id: other.contactId }, reason: 'the same', by: 'rui' };
    const { mergeId } = await mergeContacts(database.db, SALES, { ...request, now: MONDAY });
    return { own, other, names, emails, mergeId };
  }
  const exported = async (contactId: string) =>
    JSON.stringify(await exportPerson(database.db, SALES.rules, { contactId, by: 'a test', now: MONDAY }));

  test('an export holds all that is of both, and after the merge was taken back what is of the one alone', async () => {
    const { own, other, names, emails, mergeId } = await merged('Eva');
    const both = await exported(own.contactId);
    for (const text of [names.own, names.other, emails.own, emails.other, `For ${names.other}`])
      expect(both).toContain(text);
    await unmerge(database.db, SALES, { mergeId, by: 'rui', now: MONDAY });
    const [ofOwn, ofOther] = [await exported(own.contactId), await exported(other.contactId)];
    for (const text of [names.other, emails.other]) expect(ofOwn).not.toContain(text);
    for (const text of [names.own, emails.own]) expect(ofOther).not.toContain(text);
    expect([ofOwn.includes(`For ${names.own}`), ofOther.includes(`For ${names.other}`)]).toEqual([true, true]);
  });

  test('an erasure leaves nothing of either, and both addresses suppressed', async () => {
    const { own, other, names, emails } = await merged('Ivo');
    const { status, proof } = await erased(own.contactId);
    expect({ status, left: proof?.left, toJudge: proof?.toJudge }).toEqual({ status: 'done', left: [], toJudge: [] });
    const after = await whole();
    for (const text of [names.own, names.other, emails.own, emails.other]) expect(after).not.toContain(text);
    for (const email of [emails.own, emails.other])
      expect(await transaction(database.db, (tx) => suppressionOf(tx, email, 'marketing'))).toBe('erased');
    expect(await database.db.contactMerge.count({ where: { mergedId: other.contactId } })).toBe(0);
  });

  test.each(['own', 'other'] as const)(
    'an erasure of the %s one, after the merge was taken back, leaves nothing of it and all of the other',
    async (side) => {
      const { own, other, names, emails, mergeId } = await merged(`Uma${side}`);
      await unmerge(database.db, SALES, { mergeId, by: 'rui', now: MONDAY });
      const [gone, stays] = side === 'own' ? ([own, other] as const) : ([other, own] as const);
      const kept = side === 'own' ? 'other' : 'own';
      const { status, proof } = await erased(gone.contactId);
      expect({ status, left: proof?.left }).toEqual({ status: 'done', left: [] });
      const after = await whole();
      for (const text of [names[side], emails[side]]) expect(after).not.toContain(text);
      const left = await exported(stays.contactId);
      for (const text of [names[kept], emails[kept], `For ${names[kept]}`]) expect(left).toContain(text);
    },
  );
});
