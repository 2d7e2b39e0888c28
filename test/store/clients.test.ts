import fc from 'fast-check';
import { EVENTS } from '../../src/domain/event';
import { newId } from '../../src/domain/ids';
import { applyPurchase, type NewPurchase } from '../../src/store/clients';
import { transaction } from '../../src/store/db';
import { ingest } from '../../src/store/ingest';
import { DAY, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { aPerson, type Person, writePeople } from '../support/people';
import { SALES } from '../support/sales';

const context = testDatabase(20);

async function someone(parts: Partial<Person> = {}): Promise<string> {
  const [written] = await writePeople(context.db, [aPerson(parts)]);
  if (!written) throw new Error('nobody was written');
  return written.contactId;
}

type Told = Partial<NewPurchase> & { readonly contactId: string };
const buy = (purchase: Told) =>
  transaction(context.db, (tx) =>
    applyPurchase(tx, SALES.rules.lifecycle, {
      reference: newId(),
      amount: 100,
      isReturn: false,
      at: MONDAY,
      ...purchase,
    }),
  );
const client = async (contactId: string) => {
  const row = await context.db.client.findUnique({ where: { contactId } });
  return row && { ...row, revenue: Number(row.revenue) };
};
const decisionsOf = async (contactId: string) => {
  const rows = await context.db.decision.findMany({ where: { contactId }, orderBy: { seq: 'asc' } });
  return rows.map(({ kind, outcome, reason, at }) => [kind, outcome, reason, at.getTime()]);
};

describe('a purchase', () => {
  it('makes a contact an active client', async () => {
    const contactId = await someone();
    await buy({ contactId, amount: 12.5 });
    expect(await client(contactId)).toEqual({
      contactId,
      status: 'active',
      statusAt: new Date(MONDAY),
      firstPurchaseAt: new Date(MONDAY),
      lastPurchaseAt: new Date(MONDAY),
      purchases: 1,
      revenue: 12.5,
    });
    expect(await decisionsOf(contactId)).toEqual([['client', 'active', 'the first purchase', MONDAY]]);
  });

  it('counts once by its reference, also twenty times at once', async () => {
    const contactId = await someone();
    const reference = newId();
    await Promise.all(
      Array.from({ length: 20 }, () =>
        ingest(context.db, SALES, {
          type: EVENTS.purchase,
          contactId,
          at: MONDAY,
          idempotencyKey: newId(),
          properties: { reference, amount: 10.005 },
        }),
      ),
    );
    expect(await client(contactId)).toMatchObject({ purchases: 1, revenue: 10.01 });
    expect(await context.db.purchase.count({ where: { reference } })).toBe(1);
    expect(await decisionsOf(contactId)).toHaveLength(1);
  });

  it.each([{ amount: 99 }, { isReturn: true }, { contactId: '' }])(
    'under a reference that stands for another (%j) is refused, and changes nothing',
    async (other) => {
      const contactId = await someone();
      const reference = newId();
      await buy({ contactId, reference });
      const stranger = 'contactId' in other ? { contactId: await someone() } : {};
      const conflict = buy({ contactId, reference, ...other, ...stranger });
      await expect(conflict).rejects.toMatchObject({ code: 'VIV_IDEMPOTENCY_CONFLICT' });
      expect(await client(contactId)).toMatchObject({ purchases: 1, revenue: 100 });
    },
  );

  it('brings a quiet client back, with the days that it was quiet', async () => {
    const quiet = {
      status: 'inactive',
      firstPurchaseAt: MONDAY - 200 * DAY,
      lastPurchaseAt: MONDAY - 130 * DAY,
    } as const;
    const contactId = await someone({ client: { ...quiet, purchases: 2, revenue: 50 } });
    await buy({ contactId });
    expect(await client(contactId)).toEqual({
      contactId,
      status: 'active',
      statusAt: new Date(MONDAY),
      firstPurchaseAt: new Date(MONDAY - 200 * DAY),
      lastPurchaseAt: new Date(MONDAY),
      purchases: 3,
      revenue: 150,
    });
    const reason = 'a purchase, 130 days after the one before';
    expect(await decisionsOf(contactId)).toEqual([['client', 'active', reason, MONDAY]]);
  });

  it('older than the last one is counted, and moves neither recency nor status', async () => {
    const quiet = {
      status: 'inactive',
      firstPurchaseAt: MONDAY - 130 * DAY,
      lastPurchaseAt: MONDAY - 130 * DAY,
    } as const;
    const contactId = await someone({ client: { ...quiet, purchases: 1, revenue: 50 } });
    await buy({ contactId, at: MONDAY - 300 * DAY });
    expect(await client(contactId)).toMatchObject({
      status: 'inactive',
      firstPurchaseAt: new Date(MONDAY - 300 * DAY),
      lastPurchaseAt: new Date(MONDAY - 130 * DAY),
      purchases: 2,
      revenue: 150,
    });
    expect(await decisionsOf(contactId)).toEqual([]);
  });
});

describe('a return', () => {
  it.each([
    ['told as one', { amount: 30, isReturn: true }],
    ['told as one with a minus', { amount: -30, isReturn: true }],
    ['told by a negative amount', { amount: -30 }],
  ])('%s lowers the revenue and is no purchase', async (_name, told) => {
    const contactId = await someone();
    await buy({ contactId });
    await buy({ contactId, at: MONDAY + 50 * DAY, ...told });
    expect(await client(contactId)).toMatchObject({
      purchases: 1,
      revenue: 70,
      lastPurchaseAt: new Date(MONDAY),
      statusAt: new Date(MONDAY),
    });
    expect(await context.db.purchase.count({ where: { contactId, isReturn: true, amount: -30 } })).toBe(1);
    expect(await decisionsOf(contactId)).toHaveLength(1);
  });

  it('of an unknown client makes no client, and is counted once there is one', async () => {
    const contactId = await someone();
    await buy({ contactId, amount: 30, isReturn: true });
    expect(await client(contactId)).toBeNull();
    expect(await decisionsOf(contactId)).toEqual([]);
    await buy({ contactId, at: MONDAY - DAY });
    expect(await client(contactId)).toMatchObject({
      status: 'active',
      purchases: 1,
      revenue: 70,
      firstPurchaseAt: new Date(MONDAY - DAY),
    });
  });

  it('does not bring a quiet client back', async () => {
    const quiet = { status: 'inactive', firstPurchaseAt: 0, lastPurchaseAt: 0, purchases: 1, revenue: 10 } as const;
    const contactId = await someone({ client: quiet });
    await buy({ contactId, amount: 10, isReturn: true });
    expect(await client(contactId)).toMatchObject({ status: 'inactive', lastPurchaseAt: new Date(0), revenue: 0 });
  });
});

test('invoices give the same client in whatever order they are told', async () => {
  const invoice = fc.record({
    amount: fc.integer({ min: 1, max: 100_000 }).map((cents) => cents / 100),
    isReturn: fc.boolean(),
    at: fc.integer({ min: 0, max: 300 }).map((days) => MONDAY - days * DAY),
  });
  const orders = fc
    .array(invoice, { minLength: 1, maxLength: 6 })
    .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
  await fc.assert(
    fc.asyncProperty(orders, async ([one, other]) => {
      const ids = [await someone(), await someone()];
      for (const [index, invoices] of [one, other].entries())
        for (const each of invoices) await buy({ contactId: ids[index] ?? '', ...each });
      const [a, b] = await Promise.all(ids.map(client));
      const purchases = one.filter(({ isReturn }) => !isReturn);
      expect(a && { ...a, contactId: '', statusAt: 0 }).toEqual(b && { ...b, contactId: '', statusAt: 0 });
      expect(a?.purchases ?? 0).toBe(purchases.length);
      expect(a?.lastPurchaseAt?.getTime()).toBe(
        purchases.length > 0 ? Math.max(...purchases.map(({ at }) => at)) : undefined,
      );
    }),
    { numRuns: 60 },
  );
});
