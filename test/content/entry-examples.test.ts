import path from 'node:path';
import type { Json } from '../../src/domain/ids';
import { compileTemplates, type Templates } from '../../src/mail/templates';
import { readSequenceFile } from '../../src/runtime/sequence-files';
import { transaction } from '../../src/store/db';
import { ingest } from '../../src/store/ingest';
import { publish } from '../../src/store/sequences';
import { runSweep } from '../../src/store/sweep';
import { takeTurn } from '../../src/store/turn';
import { DAY, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { anIncoming } from '../support/journeys';
import { aLead, aPerson, type Person, writePeople } from '../support/people';
import { SALES } from '../support/sales';
import { TEMPLATES } from './shipped';

const FOLDER = path.resolve(__dirname, '../../docs/sequences');
const database = testDatabase();
let templates: Templates;
beforeAll(async () => {
  templates = await compileTemplates(TEMPLATES);
}, 60_000);

/** The example, valid with the shipped templates and without a warning, as it is published. */
async function example(name: string): Promise<{ readonly [key: string]: Json }> {
  const checkTemplate = (template: string, mail: { readonly purpose: string }) => templates.check(template, mail);
  const read = await readSequenceFile(path.join(FOLDER, `${name}.yaml`), { checkTemplate });
  if (read.type === 'invalid') throw new Error(JSON.stringify(read.problems));
  expect(read.warnings).toEqual([]);
  return read.input as { readonly [key: string]: Json }; // a sequence is an object
}
const publishing = (definition: Json) => publish(database.db, { definition, source: '', now: MONDAY - DAY });
const write = async (parts: Partial<Person>): Promise<string> => {
  const client = {
    status: 'active',
    firstPurchaseAt: 0,
    lastPurchaseAt: MONDAY - DAY,
    purchases: 1,
    revenue: 1,
  } as const;
  const [written] = await writePeople(database.db, [aPerson({ client, leads: [aLead()], ...parts })]);
  return written?.contactId ?? '';
};
const sweep = (now: number) => runSweep(database.db, SALES, { now });
const journeysOf = async (contactId: string) => {
  const rows = await database.db.journey.findMany({
    where: { contactId },
    orderBy: [{ enteredAt: 'asc' }, { entryKey: 'asc' }],
  });
  return rows.map(({ sequence, status, outcome, entryKey }) => ({ sequence, status, outcome, entryKey }));
};
const JOURNEY = { status: 'running', outcome: null, entryKey: null };

test('birthday.yaml greets on each birthday', async () => {
  await publishing(await example('birthday'));
  const contactId = await write({ attributes: { birthday: '1990-01-05' } });
  await sweep(MONDAY);
  await sweep(MONDAY);
  await sweep(MONDAY + DAY);
  expect(await journeysOf(contactId)).toEqual([{ ...JOURNEY, sequence: 'birthday' }]);
});

test('contract-end.yaml begins two months before, and again for a contract that was prolonged', async () => {
  await publishing(await example('contract-end'));
  const contactId = await write({ attributes: { contractEnd: '2026-03-06' } });
  await sweep(MONDAY);
  await ingest(database.db, SALES, anIncoming(contactId, 'contract.renewed'));
  const [{ id: journeyId, turn } = { id: '', turn: 0 }] = await database.db.journey.findMany({ where: { contactId } });
  await transaction(database.db, (tx) => takeTurn(tx, SALES, { journeyId, turn, now: MONDAY }));
  await database.db.contact.update({ where: { id: contactId }, data: { attributes: { contractEnd: '2026-03-09' } } });
  await sweep(MONDAY + 3 * DAY);
  expect(await journeysOf(contactId)).toEqual([
    { ...JOURNEY, sequence: 'contract-end', status: 'ended', outcome: 'goal' },
    { ...JOURNEY, sequence: 'contract-end' },
  ]);
});

test('exclusive-group.yaml ends what is of lower priority, and waits for what is of higher', async () => {
  const spring = await example('exclusive-group');
  const another = (sequence: string, priority: number) =>
    publishing({ ...spring, sequence, enter: { on: `${sequence}.asked` }, exclusive: { group: 'offers', priority } });
  await publishing(spring);
  await another('low', 10);
  await another('high', 90);
  const tell = async (contactId: string, ...types: readonly string[]) => {
    for (const [index, type] of types.entries())
      await ingest(database.db, SALES, anIncoming(contactId, type, { at: MONDAY + index }));
  };
  const [one, two] = [await write({}), await write({})];
  await tell(one, 'low.asked', 'price.asked');
  await tell(two, 'high.asked', 'offer.asked');
  expect(await journeysOf(one)).toEqual([
    { ...JOURNEY, sequence: 'low', status: 'ended', outcome: 'taken-over' },
    { ...JOURNEY, sequence: 'exclusive-group' },
  ]);
  expect(await journeysOf(two)).toEqual([{ ...JOURNEY, sequence: 'high' }]);
  const waiting = await database.db.waiting.findMany({ where: { contactId: two } });
  expect(waiting).toMatchObject([
    { sequence: 'exclusive-group', priority: 50, until: new Date(MONDAY + 1 + 30 * DAY) },
  ]);
});

test('per-order.yaml has one journey for each order, at once', async () => {
  await publishing(await example('per-order'));
  const contactId = await write({});
  for (const orderId of ['B-2', 'A-1', 'A-1', undefined])
    await ingest(
      database.db,
      SALES,
      anIncoming(contactId, 'order.shipped', { properties: orderId ? { orderId } : {} }),
    );
  expect(await journeysOf(contactId)).toEqual(
    ['A-1', 'B-2'].map((entryKey) => ({ ...JOURNEY, sequence: 'per-order', entryKey })),
  );
});
