import fc from 'fast-check';
import { DEFAULT_IDENTITY, identitySchema } from '../../src/domain/identity/rules';
import { findByAddress, keepAddressKeys } from '../../src/store/addresses';
import { upsertContact } from '../../src/store/contacts';
import { transaction } from '../../src/store/db';
import { MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';

const context = testDatabase(20);
const GMAIL = identitySchema.parse({
  domains: { 'gmail.com': { plusTags: 'drop', dots: 'drop' }, 'googlemail.com': { sameAs: 'gmail.com' } },
});
const upsert = (email: string, identity = GMAIL) =>
  transaction(context.db, (tx) => upsertContact(tx, { email, at: MONDAY }, { identity }));
const count = () => context.db.contact.count();
const RUNS = Number(process.env.VIVEIRO_TEST_RUNS ?? 5);

// INV-ONE-CONTACT
test('however an address is spelled, and however many come at once, there is one contact', async () => {
  const spelling = fc.record({
    dots: fc.boolean(),
    tag: fc.constantFrom('', '+news', '+x'),
    upper: fc.boolean(),
    domain: fc.constantFrom('gmail.com', 'googlemail.com'),
  });
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(spelling, { minLength: 2, maxLength: 12 }), async (spellings) => {
      run += 1;
      const before = await count();
      const addresses = spellings.map(({ dots, tag, upper, domain }) => {
        const address = `${dots ? 'a.n.a' : 'ana'}${run}${tag}@${domain}`;
        return upper ? address.toUpperCase() : address;
      });
      const answers = await Promise.all(addresses.map((address) => upsert(address)));
      expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
      expect(answers.filter(({ created }) => created)).toHaveLength(1);
      expect(await count()).toBe(before + 1);
      for (const address of addresses) expect(await findByAddress(context.db, address, GMAIL)).toBe(answers[0]?.id);
    }),
    { numRuns: RUNS },
  );
});

test('a contact is written to as it came first, and an address that is none makes nobody', async () => {
  const { id } = await upsert('B.ia+shop@Gmail.com');
  await upsert('bia@gmail.com');
  expect((await context.db.contact.findUniqueOrThrow({ where: { id } })).email).toBe('b.ia+shop@gmail.com');
  const before = await count();
  await expect(upsert('bia@gmail')).rejects.toMatchObject({ code: 'VIV_ADDRESS_INVALID' });
  expect(await count()).toBe(before);
});

test('an address in letters of its country is the one in ASCII, and one whose case is kept is found by any', async () => {
  const { id } = await upsert('jose@café.example');
  expect(await upsert('JOSE@xn--caf-dma.example')).toEqual({ id, created: false });
  const keep = identitySchema.parse({ localCase: 'keep' });
  const carla = await upsert('Carla@viva.example', keep);
  expect(await upsert('carla@VIVA.example', keep)).toEqual({ id: carla.id, created: false });
  expect((await context.db.contact.findUniqueOrThrow({ where: { id: carla.id } })).email).toBe('Carla@viva.example');
});

test('new rules leave two contacts that would be one as they are, each with its address', async () => {
  await keepAddressKeys(context.db, DEFAULT_IDENTITY);
  const [first, second] = [
    await upsert('dora@gmail.com', DEFAULT_IDENTITY),
    await upsert('d.ora@gmail.com', DEFAULT_IDENTITY),
  ];
  const third = await upsert('e.va@gmail.com', DEFAULT_IDENTITY);
  expect(await keepAddressKeys(context.db, GMAIL)).toBe(true);
  expect(await keepAddressKeys(context.db, GMAIL)).toBe(false);
  expect(await upsert('dora@gmail.com')).toEqual({ id: first.id, created: false });
  expect(await upsert('d.ora@gmail.com')).toEqual({ id: second.id, created: false });
  expect(await upsert('do.ra@gmail.com')).toEqual({ id: first.id, created: false });
  expect(await upsert('eva@gmail.com')).toEqual({ id: third.id, created: false });
});
