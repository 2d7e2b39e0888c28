import fc from 'fast-check';
import { Gathering, purchaseOf } from '../../src/importing/gathering';
import { MONDAY } from '../support/builders';

interface Item {
  readonly invoice: number;
  readonly quantity: number;
  /** Price of one. */
  readonly cents: number;
}

const item = fc.record({
  invoice: fc.integer({ min: 1, max: 6 }),
  quantity: fc.integer({ min: 1, max: 99 }),
  cents: fc.integer({ min: 0, max: 100_000 }),
});

const lineOf = ({ invoice, quantity, cents }: Item, place: number) => ({
  reference: String(invoice),
  contact: { email: `client-${invoice}@example.test` },
  amount: quantity * (cents / 100),
  isReturn: false,
  at: MONDAY + place,
});

test('whatever the order of its lines, a purchase sums up to the cent, at the time of its earliest line', () => {
  fc.assert(
    fc.property(fc.array(item, { minLength: 1, maxLength: 30 }), (items) => {
      const gathering = new Gathering();
      items.map(lineOf).forEach((line, index) => {
        gathering.add(line, index + 1);
      });
      const gathered = [...gathering.purchases()].map(purchaseOf);
      const expected = [...new Set(items.map(({ invoice }) => invoice))].map((invoice) => {
        const own = items.filter((one) => one.invoice === invoice);
        const cents = own.reduce((sum, one) => sum + one.quantity * one.cents, 0);
        return {
          reference: String(invoice),
          amount: cents / 100,
          at: MONDAY + items.findIndex((one) => one.invoice === invoice),
        };
      });
      expect(gathered.map(({ reference, amount, at }) => ({ reference, amount, at }))).toEqual(expected);
    }),
  );
});

test('a purchase is spoilt by a bad line that comes before, between or after its own', () => {
  for (const place of [0, 1, 2]) {
    const gathering = new Gathering();
    const lines = [0, 1].map((n) => lineOf({ invoice: 1, quantity: 1, cents: 1 }, n));
    const steps = lines.map((line, index) => () => gathering.add(line, index + 1));
    for (const step of steps.toSpliced(place, 0, () => gathering.spoil('1', 'its row at line 9 is bad'))) step();
    const [purchase] = gathering.purchases();
    expect(() => purchase && purchaseOf(purchase)).toThrow('the purchase 1 is not imported: its row at line 9 is bad');
  }
});
