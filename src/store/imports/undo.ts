import { failure } from '../../domain/errors';
import type { Instant } from '../../domain/ids';
import { type Db, type Tx, transaction } from '../db';
import { removeImported } from '../suppression-list';
import { readRun } from './runs';
import { type PageUndone, undoPage } from './undo-page';

/** What taking an import back came to, or would. */
export interface Undone {
  readonly importId: string;
  /** Contacts that the import had made, and nothing else has happened to. */
  readonly contactsRemoved: number;
  /** Values that say again what they said before. */
  readonly fieldsRestored: number;
  readonly leadsRemoved: number;
  readonly entriesRemoved: number;
  /** Consents that the import had brought, of contacts that stay. */
  readonly consentsWithdrawn: number;
  readonly purchasesRemoved: number;
  readonly suppressionsRemoved: number;
  /** What stays, by its reason, with some of the contacts (ids). */
  readonly kept: readonly { readonly reason: string; readonly count: number; readonly contacts: readonly string[] }[];
}

const PAGE = 200;
const START = '00000000-0000-0000-0000-000000000000';
const MOST_SHOWN = 5;

/**
 * Takes an import back, page by page: contacts that it made and nothing else has happened to, leads, purchases and list entries that it
 * brought, and values that it changed, where they still say what it made them say; of suppressions, those that are its own alone. Broken
 * off, it goes on when it is asked for again. A dry run does the same, and rolls each page back. Throws VIV_IMPORT_UNKNOWN, VIV_IMPORT_UNDONE.
 */
export async function undoImport(
  db: Db,
  { id, now, isDryRun }: { readonly id: string; readonly now: Instant; readonly isDryRun: boolean },
): Promise<Undone> {
  const run = await readRun(db, id);
  if (run.status === 'undone')
    throw failure('VIV_IMPORT_UNDONE', { id, at: new Date(run.undoneAt ?? now).toISOString().slice(0, 10) });
  if (!isDryRun) await db.$executeRaw`UPDATE import_run SET status = 'undoing' WHERE id = ${run.id}::uuid`;
  const total = new Total();
  for (let after = START; ; ) {
    const contactIds = await pageOf(db, run.id, after);
    const last = contactIds.at(-1);
    if (last === undefined) break;
    total.add(await onPage(db, isDryRun, (tx) => undoPage(tx, { importId: run.id, contactIds, now })));
    after = last;
  }
  if (run.kind === 'suppressions') total.add(await onPage(db, isDryRun, (tx) => undoSuppressions(tx, run.id)));
  const undone = { importId: run.id, ...total.sum() };
  if (!isDryRun) await end(db, undone, now);
  return undone;
}

const undoSuppressions = async (tx: Tx, importId: string): Promise<Part> => ({
  suppressionsRemoved: await removeImported(tx, importId),
  kept: [],
});

async function end(db: Db, undone: Undone, now: Instant): Promise<void> {
  const { importId, kept, ...counts } = undone;
  const noted = { ...counts, kept: kept.map(({ reason, count }) => ({ reason, count })) };
  await db.$executeRaw`
    UPDATE import_run SET status = 'undone', undone_at = ${new Date(now)}, undone = ${JSON.stringify(noted)}::jsonb
    WHERE id = ${importId}::uuid`;
}

async function pageOf(db: Db, importId: string, after: string): Promise<readonly string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT DISTINCT contact_id AS id FROM import_row
    WHERE import_id = ${importId}::uuid AND contact_id > ${after}::uuid ORDER BY contact_id LIMIT ${PAGE}`;
  return rows.map(({ id }) => id);
}

/** Of a page, or of what stands on no page. */
type Part = Partial<Omit<PageUndone, 'kept'>> & Pick<PageUndone, 'kept'> & { readonly suppressionsRemoved?: number };

class RolledBack extends Error {
  constructor(readonly part: Part) {
    super();
  }
}

/** Of a dry run nothing is committed. */
async function onPage(db: Db, isDryRun: boolean, work: (tx: Tx) => Promise<Part>): Promise<Part> {
  try {
    return await transaction(db, async (tx) => {
      const part = await work(tx);
      if (isDryRun) throw new RolledBack(part);
      return part;
    });
  } catch (error) {
    if (error instanceof RolledBack) return error.part;
    throw error;
  }
}

type Counts = Omit<Undone, 'importId' | 'kept'>;

const NOTHING: Counts = {
  contactsRemoved: 0,
  fieldsRestored: 0,
  leadsRemoved: 0,
  entriesRemoved: 0,
  consentsWithdrawn: 0,
  purchasesRemoved: 0,
  suppressionsRemoved: 0,
};

class Total {
  #counts = NOTHING;
  readonly #kept = new Map<string, { count: number; contacts: string[] }>();

  add({ kept, ...part }: Part): void {
    const sums = Object.entries(this.#counts).map(([what, count]) => [what, count + (part[what as keyof Counts] ?? 0)]); // its own keys
    this.#counts = Object.fromEntries(sums);
    for (const { reason, contactId } of kept) {
      const known = this.#kept.get(reason) ?? { count: 0, contacts: [] };
      const contacts = known.contacts.length < MOST_SHOWN ? [...known.contacts, contactId] : known.contacts;
      this.#kept.set(reason, { count: known.count + 1, contacts });
    }
  }

  sum(): Omit<Undone, 'importId'> {
    const kept = [...this.#kept].map(([reason, one]) => ({ reason, ...one }));
    return { ...this.#counts, kept: kept.toSorted((one, other) => other.count - one.count) };
  }
}
