import path from 'node:path';
import { failure } from '../../domain/errors';
import type { Instant } from '../../domain/ids';
import { checkHead, importFile } from '../../importing/run';
import { type SampleClient, sampleClients } from '../../sample/clients';
import { sampleLeads } from '../../sample/leads';
import { recordConsent } from '../../store/consents';
import { upsertContact } from '../../store/contacts';
import { type Db, transaction } from '../../store/db';
import { recordPurchase } from '../../store/purchase-record';
import { register } from '../../store/registration';
import type { TurnDeps } from '../../store/turn';
import { loadMap } from '../import-map';
import { inParallel } from '../in-parallel';
import type { Say } from '../step';
import type { DemoWishes } from './folder';

/** Rows at once; the database has a connection for each. */
const AT_ONCE = 8;

export interface Adding {
  readonly db: Db;
  readonly turn: TurnDeps;
  readonly wishes: DemoWishes;
  readonly now: Instant;
  readonly say: Say;
}

/** Looks at the files of the wishes before anything starts. Throws VIV_MAP_INVALID, VIV_FILE_UNREADABLE and VIV_CSV_INVALID. */
export async function checkFiles({ from, map }: DemoWishes): Promise<void> {
  if (from !== undefined && map !== undefined) await checkHead(from, await loadMap(map));
}

/** Leads of the CSV file, else of the sample. Adding them again changes nothing. Throws what `importFile` throws. */
export async function addLeads(adding: Adding & { readonly dataDir: string }): Promise<void> {
  const { from, map } = adding.wishes;
  if (from !== undefined && map !== undefined) return importLeads({ ...adding, from, map });
  await addSample(adding);
}

async function importLeads(o: Adding & { readonly dataDir: string; readonly from: string; readonly map: string }) {
  const { db, turn, wishes, now, say, from, map } = o;
  const result = await importFile({
    db,
    turn,
    file: from,
    map: await loadMap(map),
    limit: wishes.leads,
    rejectsFile: path.join(o.dataDir, 'rejects.csv'),
    now,
    onProgress: ({ imported, rejected }) => say(`${imported} imported, ${rejected} rejected`),
  });
  if (result.imported + result.repeated === 0)
    throw failure('VIV_CSV_INVALID', { file: from, problem: 'none of its rows is a lead; look at the mapping' });
}

async function addSample({ db, turn, wishes, now, say }: Adding): Promise<void> {
  const leads = sampleLeads({ count: wishes.leads, seed: wishes.seed, now });
  let count = 0;
  await inParallel(leads, AT_ONCE, async (lead) => {
    await register(db, turn, lead);
    count += 1;
    say(`${count} of ${leads.length}`);
  });
}

/** Clients of the sample, with their purchases. Adding them again changes nothing. */
export async function addClients(adding: Adding & { readonly count: number }): Promise<void> {
  const { wishes, now, count, say } = adding;
  const clients = sampleClients({ count, seed: wishes.seed, now });
  await inParallel(clients, AT_ONCE, (client) => addClient(adding, client));
  say(`${clients.length} clients, ${clients.reduce((sum, { purchases }) => sum + purchases.length, 0)} purchases`);
}

async function addClient({ db, turn, now }: Adding, { contact, consent, purchases }: SampleClient): Promise<void> {
  await transaction(db, async (tx) => {
    const { id: contactId, created } = await upsertContact(tx, { ...contact, at: consent.at });
    if (created) await recordConsent(tx, { contactId, ...consent });
  });
  for (const purchase of purchases) await recordPurchase(db, turn, { contact, ...purchase, isReturn: false, now });
}
