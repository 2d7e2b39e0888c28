import type { IdentityRules } from '../domain/identity/rules';
import type { Instant } from '../domain/ids';
import { type MergeRules, madeOf, merged, type ToldContact } from '../domain/importing/merge';
import { type Spelling, spellingOf } from '../store/addresses';
import type { Db } from '../store/db';
import { CONTACT_DEFAULTS, type KnownRow, knownContacts } from '../store/imports/contacts';
import { usedKeys } from '../store/imports/leads';
import { judgePurchases } from '../store/imports/purchases';
import type { RowOutcome } from '../store/imports/record';
import { shownAddress, standingSuppressions } from '../store/suppression-list';
import type { Sink } from './batches';
import type { Numbered, PersonItem, PurchaseItem, RecordedItem, SuppressionItem } from './items';
import type { ImportMap } from './map';
import { Seen } from './seen';

export interface Foretelling {
  /** None: the file alone is looked at. */
  readonly db: Db | undefined;
  readonly map: ImportMap;
  /** Absent: `DEFAULT_IDENTITY` holds. */
  readonly identity?: IdentityRules | undefined;
}

/** Says what would become of each batch, and writes nothing. */
export function foretellingSink(foretelling: Foretelling): Sink {
  const { map } = foretelling;
  const outcomesOf =
    map.import === 'suppressions' ? suppressionsForeteller(foretelling) : peopleForeteller(foretelling, map.merge);
  return { record: async ({ items }, settle) => void settle(await outcomesOf(items)) };
}

type Items = readonly Numbered<RecordedItem>[];

function suppressionsForeteller({ db }: Foretelling): (items: Items) => Promise<readonly RowOutcome[]> {
  const seen = new Seen();
  return async (items) => {
    const own = items.filter((item): item is Numbered<SuppressionItem> => item.type === 'suppression');
    const asked = own.map(({ suppression }) => suppression);
    const standing = db ? await standingSuppressions(db, asked) : [];
    return own.map(({ number, suppression }, index): RowOutcome => {
      const isSeen = seen.add(`${suppression.scope} ${shownAddress(suppression.address)}`);
      return { number, outcome: isSeen || standing[index] ? 'repeated' : 'suppressed' };
    });
  };
}

type OfPerson = Numbered<PersonItem> | Numbered<PurchaseItem>;

function peopleForeteller(
  foretelling: Foretelling,
  merge: MergeRules,
): (items: Items) => Promise<readonly RowOutcome[]> {
  const { db, identity } = foretelling;
  const keys = new Seen();
  const addresses = new Seen();
  return async (items) => {
    const people = items.filter((item): item is OfPerson => item.type !== 'suppression');
    const spelled = people.map((item) => spellingOf(toldBy(item).email, identity));
    const known = new Map(db ? await knownContacts(db, spelled) : []);
    const judged = await judgedBy(foretelling, people);
    return people.map((item, index): RowOutcome => {
      const { number } = item;
      const verdict = judged.get(number);
      if (verdict) return verdict;
      if (item.type === 'person' && item.registration && keys.add(item.registration.idempotencyKey))
        return { number, outcome: 'repeated' };
      const spelling = spelled[index] ?? { exact: '', home: '' };
      const foretold = foretellContact(known, {
        spelling,
        told: toldBy(item),
        merge,
        isSeen: addresses.add(spelling.home),
      });
      return { number, ...foretold, ...(item.type === 'purchase' ? { bought: true } : {}) };
    });
  };
}

const toldBy = (item: OfPerson): ToldContact & { readonly email: string } =>
  item.type === 'person' ? { ...item.contact, at: item.at } : { ...item.purchase.contact, at: item.purchase.at };

/** What is on record already, or stands in the way, by number of the row. */
async function judgedBy(
  { db, identity }: Foretelling,
  people: readonly OfPerson[],
): Promise<ReadonlyMap<number, RowOutcome>> {
  if (!db) return new Map();
  const registered = people.flatMap((item) =>
    item.type === 'person' && item.registration ? [{ number: item.number, key: item.registration.idempotencyKey }] : [],
  );
  const used = await usedKeys(
    db,
    registered.map(({ key }) => key),
  );
  const repeated = registered.flatMap(({ number, key }): [number, RowOutcome][] =>
    used.has(key) ? [[number, { number, outcome: 'repeated' }]] : [],
  );
  const bought = people.flatMap((item) => (item.type === 'purchase' ? [item] : []));
  const verdicts = await judgePurchases(
    db,
    identity,
    bought.map(({ purchase }) => purchase),
  );
  const judged = bought.flatMap(({ number }, index): [number, RowOutcome][] => {
    const verdict = verdicts[index];
    if (verdict === undefined || verdict === 'new') return [];
    return [[number, verdict === 'recorded' ? { number, outcome: 'repeated' } : { number, error: verdict }]];
  });
  return new Map([...repeated, ...judged]);
}

interface Foretold {
  readonly spelling: Spelling;
  readonly told: ToldContact & { readonly at: Instant };
  readonly merge: MergeRules;
  /** A row above was about the same contact. */
  readonly isSeen: boolean;
}

/** `known` keeps what rows of the batch make of contacts; of those of earlier batches only that they are there is known. */
function foretellContact(known: Map<string, KnownRow>, { spelling: { exact, home }, told, merge, isSeen }: Foretold) {
  const before = known.get(exact) ?? known.get(home);
  if (!before) {
    const made = { id: '', ...madeOf(told, CONTACT_DEFAULTS) };
    known.set(exact, made);
    known.set(home, made);
    return { outcome: isSeen ? ('unchanged' as const) : ('created' as const), changes: [], opened: false };
  }
  const { after, changes } = merged(before, told, merge);
  for (const key of [exact, home]) known.set(key, { id: before.id, ...after });
  const outcome = changes.length > 0 ? ('updated' as const) : ('unchanged' as const);
  return { outcome, changes: before.id === '' ? [] : changes, opened: false };
}
