import { ViveiroError } from '../../domain/errors';
import { EVENTS, type IncomingEvent } from '../../domain/event';
import type { IdentityRules } from '../../domain/identity/rules';
import { keyOf } from '../../domain/ids';
import type { MergeRules } from '../../domain/importing/merge';
import { spellingOf } from '../addresses';
import { refitAll } from '../bulk-fit';
import { applyPurchases } from '../clients';
import type { Db, Tx } from '../db';
import { conflict, followUp, hashOf, isSaidBefore } from '../ingest';
import type { PurchaseRecord } from '../purchase-record';
import type { TurnDeps } from '../turn';
import { type ClientBefore, noteClients, readClients } from './client-notes';
import { knownContacts, type PutContact, putContacts } from './contacts';
import { insertEvents } from './events';
import type { RecordedRow } from './rows';
import { wavesOf } from './waves';

/** The first row of a purchase, with all of it. */
export interface PurchaseRow {
  readonly number: number;
  readonly purchase: PurchaseRecord;
}

/** What became of a purchase; an error: it was refused, and the others stand. */
export type PurchaseOutcome = RecordedRow | { readonly number: number; readonly outcome: 'repeated' } | ViveiroError;

/** What stands on record under the reference of a purchase. */
export type Verdict = 'new' | 'recorded' | ViveiroError;

interface Recording {
  readonly importId: string;
  readonly rows: readonly PurchaseRow[];
  readonly merge: MergeRules;
}

/**
 * What `recordPurchase` does, for many purchases at once, in about a dozen statements; who enters a sequence enters it one by one. Each
 * reference counts once. Throws VIV_IDEMPOTENCY_CONFLICT where a reference stands for another purchase without its event.
 */
export async function recordPurchases(
  tx: Tx,
  deps: TurnDeps,
  { importId, rows, merge }: Recording,
): Promise<readonly PurchaseOutcome[]> {
  const { identity } = deps.rules;
  const outcomes = new Map<number, PurchaseOutcome>();
  for (const wave of wavesOf(rows, ({ purchase }) => purchase.contact.email, identity)) {
    const fresh = await withoutJudged(tx, identity, { wave, outcomes });
    for (const row of await recordWave(tx, deps, { importId, rows: fresh, merge })) outcomes.set(row.number, row);
  }
  return rows.map(({ number }) => outcomes.get(number) as PurchaseOutcome); // each row is repeated, refused or fresh
}

interface Wave {
  readonly wave: readonly PurchaseRow[];
  readonly outcomes: Map<number, PurchaseOutcome>;
}

async function withoutJudged(tx: Tx, identity: IdentityRules | undefined, { wave, outcomes }: Wave) {
  const verdicts = await judgePurchases(
    tx,
    identity,
    wave.map(({ purchase }) => purchase),
  );
  return wave.filter(({ number }, index) => {
    const verdict = verdicts[index];
    if (verdict === 'recorded') outcomes.set(number, { number, outcome: 'repeated' });
    else if (verdict instanceof ViveiroError) outcomes.set(number, verdict);
    return verdict === 'new';
  });
}

async function recordWave(
  tx: Tx,
  deps: TurnDeps,
  { importId, rows, merge }: Recording,
): Promise<readonly RecordedRow[]> {
  if (rows.length === 0) return [];
  const told = rows.map(({ purchase: { contact, at } }) => ({ contact, at }));
  const put = await putContacts(tx, told, { merge, identity: deps.rules.identity });
  const standing = put.filter(({ outcome }) => outcome !== 'created').map(({ contactId }) => contactId);
  const now = Math.max(...rows.map(({ purchase }) => purchase.now));
  await refitAll(tx, deps.rules.scoring, new Map(standing.map((contactId) => [contactId, now])));
  const events = rows.map(({ purchase }, index) => eventOf(purchase, put[index]?.contactId ?? ''));
  const recorded = await insertEvents(tx, events);
  await withClientNotes(tx, importId, put, () =>
    applyPurchases(
      tx,
      deps.rules.lifecycle,
      rows.map(({ purchase: { reference, amount, isReturn, at } }, index) => ({
        ...{ contactId: put[index]?.contactId ?? '', reference, amount, isReturn, at },
      })),
    ),
  );
  await followUp(
    tx,
    deps,
    events.map((event, index) => ({
      event,
      interactionId: recorded[index]?.id ?? '',
      seq: recorded[index]?.seq ?? 0,
    })),
  );
  return rows.flatMap(({ number }, index): RecordedRow[] => {
    const one = put[index];
    return one ? [{ number, ...one, interactionId: recorded[index]?.id }] : [];
  });
}

/** Notes what `work` makes of the clients, for whoever takes the import back. */
async function withClientNotes(
  tx: Tx,
  importId: string,
  put: readonly PutContact[],
  work: () => Promise<void>,
): Promise<void> {
  const contactIds = put.map(({ contactId }) => contactId);
  const before: ReadonlyMap<string, ClientBefore> = await readClients(tx, contactIds);
  await work();
  await noteClients(tx, importId, { contactIds, before });
}

const eventOf = ({ reference, amount, isReturn, at }: PurchaseRecord, contactId: string): IncomingEvent => ({
  type: isReturn ? EVENTS.purchaseReturned : EVENTS.purchase,
  contactId,
  at,
  idempotencyKey: keyOf('purchase', reference),
  properties: { reference, amount },
});

interface UsedKey {
  readonly key: string;
  readonly hash: string | null;
}

/** What stands on record under the references of purchases, in their order: the same, something else (VIV_IDEMPOTENCY_CONFLICT), nothing. */
export async function judgePurchases(
  db: Db | Tx,
  identity: IdentityRules | undefined,
  purchases: readonly PurchaseRecord[],
): Promise<readonly Verdict[]> {
  if (purchases.length === 0) return [];
  const keys = purchases.map(({ reference }) => keyOf('purchase', reference));
  const used = await db.$queryRaw<UsedKey[]>`
    SELECT idempotency_key AS key, body_hash AS hash FROM interaction WHERE idempotency_key = ANY(${keys}::text[])`;
  if (used.length === 0) return purchases.map(() => 'new');
  const hashes = new Map(used.map(({ key, hash }) => [key, hash]));
  const spelled = purchases.map(({ contact }) => spellingOf(contact.email, identity));
  const known = await knownContacts(db, spelled);
  const verdicts: Verdict[] = [];
  for (const [index, purchase] of purchases.entries()) {
    const hash = hashes.get(keys[index] ?? '');
    const { exact, home } = spelled[index] ?? { exact: '', home: '' };
    const event = eventOf(purchase, (known.get(exact) ?? known.get(home))?.id ?? '');
    verdicts.push(hash === undefined ? 'new' : await verdictOn(db, event, hash));
  }
  return verdicts;
}

async function verdictOn(db: Db | Tx, event: IncomingEvent, hash: string | null): Promise<Verdict> {
  if (hash === hashOf(event)) return 'recorded';
  const isSame = event.contactId !== '' && (await isSaidBefore(db, event, hash)); // of a contact that was merged
  return isSame ? 'recorded' : conflict(event);
}
