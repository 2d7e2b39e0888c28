import { recordConsent } from '../../src/store/consents';
import { upsertContact } from '../../src/store/contacts';
import { transaction } from '../../src/store/db';
import { DAY, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';

const context = testDatabase(20);
const upsert = (contact: Omit<Parameters<typeof upsertContact>[1], 'at'>, at = MONDAY) =>
  transaction(context.db, (tx) => upsertContact(tx, { ...contact, at }));
const stored = (id: string) => context.db.contact.findUniqueOrThrow({ where: { id } });

describe('a contact that is put on record', () => {
  it('has its address in one form, and defaults for what nobody said', async () => {
    const { id, created } = await upsert({ email: '  Ana@Example.TEST ' });
    expect(created).toBe(true);
    expect(await stored(id)).toEqual({
      id,
      email: 'ana@example.test',
      changedAt: null,
      profiling: true,
      name: null,
      timeZone: 'America/Sao_Paulo',
      locale: 'pt-BR',
      attributes: {},
      tags: [],
      organisationId: null,
      createdAt: new Date(MONDAY),
    });
  });

  it('again keeps what is not said, overwrites what is, and merges attributes', async () => {
    const first = await upsert({
      email: 'bia@example.test',
      name: 'Bia',
      timeZone: 'America/Bahia',
      attributes: { role: 'manager', size: 10, vip: true },
    });
    const again = await upsert(
      { email: 'BIA@example.test', locale: 'en', attributes: { size: 20, vip: null } },
      MONDAY + DAY,
    );
    expect(again).toEqual({ id: first.id, created: false });
    expect(await stored(first.id)).toMatchObject({
      name: 'Bia',
      timeZone: 'America/Bahia',
      locale: 'en',
      attributes: { role: 'manager', size: 20, vip: null },
      createdAt: new Date(MONDAY),
    });
    await upsert({ email: 'bia@example.test' });
    expect(await stored(first.id)).toMatchObject({ name: 'Bia', locale: 'en', attributes: { role: 'manager' } });
  });

  it('twenty times at once is one contact, made once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => upsert({ email: 'carla@example.test', attributes: { [`n${n}`]: n } })),
    );
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(answers.filter(({ created }) => created)).toHaveLength(1);
    expect(Object.keys((await stored(answers[0]?.id ?? '')).attributes ?? {})).toHaveLength(20);
  });

  it('takes text as text, whatever it looks like', async () => {
    const name = `x'); DROP TABLE contact; --`;
    const { id } = await upsert({ email: `o'hara@example.test`, name, attributes: { note: name } });
    expect(await stored(id)).toMatchObject({ name, attributes: { note: name } });
  });

  it.each([{}, { name: 'Dora' }])('is locked until the transaction ends, with %j given', async (given) => {
    const { id } = await upsert({ email: 'dora@example.test' });
    const isFree = () =>
      context.db.$queryRaw<unknown[]>`SELECT 1 FROM contact WHERE id = ${id}::uuid FOR UPDATE SKIP LOCKED`;
    expect(await isFree()).toHaveLength(1);
    await transaction(context.db, async (tx) => {
      await upsertContact(tx, { email: 'dora@example.test', ...given, at: MONDAY });
      expect(await isFree()).toHaveLength(0);
    });
    expect(await isFree()).toHaveLength(1);
  });
});

test('consent is appended, never overwritten', async () => {
  const { id: contactId } = await upsert({ email: 'eva@example.test' });
  const consent = { contactId, purpose: 'marketing', basis: 'consent', text: 'Yes.', source: 'form' } as const;
  await transaction(context.db, async (tx) => {
    await recordConsent(tx, { ...consent, granted: true, at: MONDAY });
    await recordConsent(tx, { ...consent, granted: false, text: 'No.', at: MONDAY + DAY });
  });
  const rows = await context.db.consent.findMany({
    where: { contactId },
    orderBy: { seq: 'asc' },
    omit: { seq: true },
  });
  expect(rows).toMatchObject([
    { ...consent, granted: true, at: new Date(MONDAY) },
    { ...consent, granted: false, text: 'No.', at: new Date(MONDAY + DAY) },
  ]);
});
