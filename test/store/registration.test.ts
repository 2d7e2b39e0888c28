import { transaction } from '../../src/store/db';
import { type Registration, register, registerIn } from '../../src/store/registration';
import { aRules, NOON } from '../support/api';
import { testDatabase } from '../support/database';

const context = testDatabase(20);
const deps = { rules: aRules };

const aRegistration = (email: string, more: Partial<Registration> = {}): Registration => ({
  idempotencyKey: `key of ${email}`,
  at: NOON,
  contact: { email, name: 'Ana', locale: 'en' },
  lead: { offer: 'course', source: 'site' },
  consent: { purpose: 'marketing', granted: true, basis: 'consent', text: 'Yes.' },
  form: 'course',
  ...more,
});

const typesOf = async (contactId: string) => {
  const rows = await context.db.interaction.findMany({ where: { contactId }, orderBy: { seq: 'asc' } });
  return rows.map(({ type }) => type);
};

test('twenty registrations with one key at once are one', async () => {
  const input = aRegistration('ana@example.test');
  const answers = await Promise.all(Array.from({ length: 20 }, () => register(context.db, deps, input)));
  expect(answers.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
  expect(new Set(answers.map(({ leadId }) => leadId)).size).toBe(1);
  const [{ contactId } = { contactId: '' }] = answers;
  expect(await typesOf(contactId)).toEqual(['lead.created', 'form.submitted']);
  expect(await context.db.consent.count({ where: { contactId } })).toBe(1);
});

test('one key for two people at once registers one of them, and of the other nothing', async () => {
  const rivals = ['bia@example.test', 'carla@example.test'];
  const answers = await Promise.allSettled(
    rivals.map((email) => register(context.db, deps, aRegistration(email, { idempotencyKey: 'shared' }))),
  );
  const refused = answers.filter(({ status }) => status === 'rejected');
  expect(refused).toEqual([
    { status: 'rejected', reason: expect.objectContaining({ code: 'VIV_IDEMPOTENCY_CONFLICT' }) },
  ]);
  expect(await context.db.contact.count({ where: { email: { in: rivals } } })).toBe(1);
});

test('the same registration later, at another time, does nothing again', async () => {
  const input = aRegistration('dora@example.test');
  const first = await register(context.db, deps, input);
  await context.db.contact.update({ where: { id: first.contactId }, data: { name: 'Dora' } });
  const again = await register(context.db, deps, { ...input, at: NOON + 1_000 });
  expect(again).toEqual({ ...first, duplicate: true, pokes: [] });
  expect(await context.db.contact.findUnique({ where: { id: first.contactId } })).toMatchObject({ name: 'Dora' });
});

test('a registration stands or falls with the transaction of its caller', async () => {
  const input = aRegistration('eva@example.test');
  const work = transaction(context.db, async (tx) => {
    await registerIn(tx, deps, input);
    throw new Error('the caller changes its mind');
  });
  await expect(work).rejects.toThrow('the caller changes its mind');
  expect(await context.db.contact.count({ where: { email: 'eva@example.test' } })).toBe(0);
  expect(await register(context.db, deps, input)).toMatchObject({ duplicate: false });
});
