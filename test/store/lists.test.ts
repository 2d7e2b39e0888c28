import { EVENTS, type IncomingEvent } from '../../src/domain/event';
import { gate } from '../../src/domain/gate/gate';
import { gateSchema } from '../../src/domain/gate/rules';
import { newId } from '../../src/domain/ids';
import { type ListRules, listsSchema } from '../../src/domain/lists/rules';
import type { Rules } from '../../src/domain/rules';
import { importFile } from '../../src/importing/run';
import { verifyConsents } from '../../src/store/consent-verify';
import { transaction } from '../../src/store/db';
import { readGated } from '../../src/store/gate-facts';
import { undoImport } from '../../src/store/imports/undo';
import { ingest } from '../../src/store/ingest';
import { listStats, type NewList, openList } from '../../src/store/lists';
import { createRecorder } from '../../src/store/recorder';
import { register } from '../../src/store/registration';
import { addSuppression } from '../../src/store/suppression-list';
import { forgetAddress } from '../../src/store/suppressions';
import { aRules, NOON } from '../support/api';
import { testDatabase } from '../support/database';
import { testFiles } from '../support/files';
import { aContactsMap } from '../support/importing';
import { published } from '../support/journeys';

const context = testDatabase(10);
const files = testFiles();
const deps = { rules: aRules };

const aList = (parts: Partial<NewList> = {}): NewList => ({
  id: newId(),
  name: `l${newId()}`,
  origin: 'bought',
  collectedOn: '2026-02-10',
  basis: 'none',
  purpose: null,
  text: null,
  evidenceName: 'contract.pdf',
  evidenceHash: '00',
  evidence: Buffer.from('a contract'),
  offer: 'course',
  campaign: null,
  cost: 120,
  currency: 'EUR',
  createdAt: NOON,
  ...parts,
});

interface Imported {
  readonly rules?: Rules;
  readonly emails?: readonly string[];
}

/** Contacts of a list, with addresses of their own unless told. */
async function imported(
  parts: Partial<NewList> = {},
  { rules = aRules, emails = [`${newId()}@x.example`] }: Imported = {},
) {
  const list = await openList(context.db, aList(parts));
  const file = files.apart('list.csv', `name,email\n${emails.map((email) => `Ana,${email}\n`).join('')}`);
  const result = await importFile({ db: context.db, turn: { rules }, file, map: aContactsMap(), list, now: NOON });
  const found = await context.db.contact.findMany({ where: { email: { in: [...emails] } }, orderBy: { email: 'asc' } });
  return { list, result, contactIds: found.map(({ id }) => id) };
}

const anInterest = (
  contactId: string,
  type: string = EVENTS.mailClicked,
  parts: Partial<IncomingEvent> = {},
): IncomingEvent => ({
  type,
  contactId,
  at: NOON + 1000,
  idempotencyKey: newId(),
  ...parts,
});
const leadsOf = (contactId = '') => context.db.lead.findMany({ where: { contactId } });
const statsOf = async (name: string) => (await listStats(context.db, name))[0];

const GATE = gateSchema.parse({ consentFor: ['marketing'] });

const gated = (contactId = '', purpose = 'marketing') =>
  transaction(context.db, async (tx) => {
    const question = { sendId: newId(), contactId, purpose, priority: 0, now: NOON, rules: GATE };
    return gate(GATE, (await readGated(tx, question)).facts, NOON);
  });

test('entries of a list are no leads, and the list tells where it is from', async () => {
  const { list, result, contactIds } = await imported({ origin: 'event' });
  expect(result).toMatchObject({ imported: 1, entries: 1, created: 1, suppressed: 0, consented: 0 });
  expect(await leadsOf(contactIds[0])).toEqual([]);
  expect(await statsOf(list.name)).toMatchObject({
    entries: 1,
    leads: 0,
    list: { origin: 'event', basis: 'none', cost: 120 },
  });
});

// INV-LIST-ENTRY-NO-MAIL
test.each(['marketing', 'newsletter', 'anything'])(
  'an entry whose basis is none gets no %s mail, with the reason',
  async (purpose) => {
    const { list, contactIds } = await imported();
    expect(await gated(contactIds[0], purpose)).toEqual({
      type: 'skip',
      reason: `is only an entry of the list ${list.name} (bought), which has no legal basis for it; their own interest would make a lead`,
    });
    expect(await gated(contactIds[0], 'transactional')).toMatchObject({ type: 'send' });
  },
);

const WORDS = { basis: 'consent', purpose: 'marketing', text: 'I want offers of partners.' } as const;

test('a consent that the list brings allows its purpose alone, and is proved with the evidence', async () => {
  const { list, result, contactIds } = await imported(WORDS);
  expect(result).toMatchObject({ entries: 1, consented: 1 });
  expect(await gated(contactIds[0])).toEqual({
    type: 'send',
    reason: `consent to marketing mail since 2026-02-10 (list:${list.name})`,
  });
  expect(await gated(contactIds[0], 'newsletter')).toMatchObject({ type: 'skip' });
  const [proof] = await context.db.consent.findMany({ where: { contactId: contactIds[0] ?? '' } });
  expect(proof).toMatchObject({
    basis: 'consent',
    text: WORDS.text,
    personal: { evidence: { list: list.name, sha256: '00' } },
  });
  expect(await verifyConsents(context.db)).toMatchObject({ broken: null });
});

const lists = (rules: ListRules): Rules => ({ ...aRules, lists: rules });

test('a legitimate interest allows mail only where the rules say so, for that origin', async () => {
  const basis = { basis: 'legitimate_interest', purpose: 'marketing' } as const;
  const rules = lists(
    listsSchema.parse({ allows: [{ basis: 'legitimate_interest', origins: ['event'], purposes: ['marketing'] }] }),
  );
  const [bought, met, plain] = [
    await imported(basis, { rules }),
    await imported({ ...basis, origin: 'event' }, { rules }),
    await imported({ ...basis, origin: 'event' }),
  ];
  const verdicts = await Promise.all([bought, met, plain].map(({ contactIds }) => gated(contactIds[0])));
  expect(verdicts.map(({ type }) => type)).toEqual(['skip', 'send', 'skip']);
  expect(verdicts[0]?.reason).toMatch(/basis legitimate_interest allows no marketing mail/);
});

test('suppressed addresses are marked and get no consent, also those of whom only the hash is left', async () => {
  const [gone, said, fresh] = [`${newId()}@x.example`, `${newId()}@x.example`, `${newId()}@x.example`];
  await addSuppression(context.db, { address: { email: gone }, scope: 'everything', at: NOON });
  await transaction(context.db, (tx) => forgetAddress(tx, gone));
  await addSuppression(context.db, { address: { email: said }, scope: 'marketing', at: NOON });
  const { list, result } = await imported(WORDS, { emails: [gone, said, fresh] });
  expect(result).toMatchObject({ entries: 3, suppressed: 2, consented: 1 });
  expect(await statsOf(list.name)).toMatchObject({ entries: 3, suppressed: 2 });
});

test('what a list claims never overturns what somebody has said', async () => {
  const email = `${newId()}@x.example`;
  const consent = { purpose: 'marketing', granted: false, basis: 'consent', text: 'No.' } as const;
  await register(context.db, deps, {
    idempotencyKey: newId(),
    at: NOON,
    contact: { email },
    lead: { offer: 'book', source: 'site' },
    consent,
  });
  const { result, contactIds } = await imported(WORDS, { emails: [email] });
  expect(result).toMatchObject({ entries: 1, consented: 0, created: 0 });
  expect(await gated(contactIds[0])).toMatchObject({ type: 'exit' });
});

test.each([
  [EVENTS.mailReplied, {}],
  [EVENTS.mailClicked, {}],
  [EVENTS.callRequested, {}],
  [EVENTS.taskClosed, { outcome: 'interested' }],
])('%s makes a lead of an entry, with the list as its source', async (type, properties) => {
  const { list, contactIds } = await imported({ campaign: 'spring' });
  await ingest(context.db, deps, anInterest(contactIds[0] ?? '', type, { properties }));
  expect(await leadsOf(contactIds[0])).toMatchObject([
    { offer: 'course', source: `list:${list.name}`, campaign: 'spring' },
  ]);
  expect(await statsOf(list.name)).toMatchObject({ leads: 1, interest: { [type]: 1 } });
});

test.each([
  [EVENTS.mailOpened, {}],
  [EVENTS.mailScanned, {}],
  [EVENTS.mailAutoReplied, {}],
  [EVENTS.mailBounced, { kind: 'hard' }],
  [EVENTS.taskClosed, { outcome: 'no-answer' }],
])('%s makes none', async (type, properties) => {
  const { contactIds } = await imported();
  await ingest(context.db, deps, anInterest(contactIds[0] ?? '', type, { properties }));
  expect(await leadsOf(contactIds[0])).toEqual([]);
});

test('twenty signs of interest at once make one lead, which enters its sequence once and is scored', async () => {
  const { sequence } = await published(context.db, {
    enter: { on: 'lead.created', where: { fact: 'event.list', exists: true } },
    steps: [{ id: 'done', type: 'end', outcome: 'x' }],
  });
  const { contactIds } = await imported();
  const [contactId = ''] = contactIds;
  const recorder = createRecorder(context.db, deps);
  const told = Array.from({ length: 20 }, () => {
    const { contactId: id, ...event } = anInterest(contactId);
    return recorder.record({ ...event, contact: { id } });
  });
  await Promise.all(told);
  const leads = await leadsOf(contactId);
  expect(leads).toMatchObject([{ interest: 30 }]);
  expect(await context.db.interaction.count({ where: { contactId, type: EVENTS.leadCreated } })).toBe(1);
  expect(await context.db.journey.count({ where: { sequence, contactId } })).toBe(1);
});

test('a form that an entry sends makes the lead, with the list as its source', async () => {
  const email = `${newId()}@x.example`;
  const { list, contactIds } = await imported({}, { emails: [email] });
  const lead = { offer: 'book', source: 'site' };
  await register(context.db, deps, { idempotencyKey: newId(), at: NOON, contact: { email }, lead, form: 'book' });
  expect(await leadsOf(contactIds[0])).toMatchObject([{ offer: 'book', source: `list:${list.name}` }]);
  expect(await statsOf(list.name)).toMatchObject({ leads: 1, interest: { [EVENTS.formSubmitted]: 1 } });
});

test('whoever was a lead before is none of the list', async () => {
  const email = `${newId()}@x.example`;
  const lead = { offer: 'book', source: 'site' };
  const { contactId } = await register(context.db, deps, {
    idempotencyKey: newId(),
    at: NOON,
    contact: { email },
    lead,
  });
  const { list } = await imported({}, { emails: [email] });
  await ingest(context.db, deps, anInterest(contactId));
  expect(await leadsOf(contactId)).toMatchObject([{ source: 'site' }]);
  expect(await statsOf(list.name)).toMatchObject({ entries: 1, leads: 0 });
  expect(await gated(contactId, 'anything')).toMatchObject({ type: 'send' });
});

test('the same file again brings no entry twice, and another declaration of the list is refused', async () => {
  const email = `${newId()}@x.example`;
  const { list } = await imported({}, { emails: [email] });
  const again = await imported({ name: list.name }, { emails: [email] });
  expect(again.result).toMatchObject({ imported: 0, repeated: 1, entries: 0 });
  await expect(imported({ name: list.name, origin: 'partner' })).rejects.toMatchObject({
    code: 'VIV_LIST_DIFFERS',
    message: expect.stringMatching(/its origin is "bought" on record, and "partner" here/),
  });
});

test('an import of a list is taken back: entries go with their contacts, and those that became leads stay', async () => {
  const emails = [`a${newId()}@x.example`, `b${newId()}@x.example`];
  const { list, result, contactIds } = await imported(WORDS, { emails });
  await ingest(context.db, deps, anInterest(contactIds[1] ?? ''));
  const undone = await undoImport(context.db, { id: result.importId ?? '', now: NOON, isDryRun: false });
  expect(undone).toMatchObject({ contactsRemoved: 1, entriesRemoved: 1, consentsWithdrawn: 1 });
  expect(undone.kept.map(({ reason }) => reason).toSorted()).toEqual([
    expect.stringMatching(/^contacts stay: (they have entered a sequence|something has happened with them since)$/),
    'list entries stay: they have become leads',
  ]);
  expect(await context.db.contact.count({ where: { email: { in: emails } } })).toBe(1);
  expect(await gated(contactIds[1])).toMatchObject({ type: 'exit' });
  expect(await statsOf(list.name)).toMatchObject({ entries: 1, leads: 1 });
  expect(await verifyConsents(context.db)).toMatchObject({ broken: null });
});
