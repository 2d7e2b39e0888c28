import { failure } from '../../domain/errors';
import type { Templates } from '../../mail/templates';
import { contactEmails, newestLeads } from '../../store/audience';
import { copyContacts } from '../../store/copy-contacts';
import { connect, type Db, disconnect, transaction } from '../../store/db';
import { enrol } from '../../store/enrol';
import type { StoreKeys } from '../../store/keys';
import { absoluteEvents } from '../../store/reactions';
import { markRunning, type RehearsalOptions, type RehearsalRow } from '../../store/rehearsals';
import { planEvents } from '../../store/scripts';
import { findNewest, findVersion, publish, type SequenceVersion } from '../../store/sequences';
import { runSweep } from '../../store/sweep';
import type { TurnDeps } from '../../store/turn';
import { inParallel } from '../in-parallel';
import { publishTemplates, templatesIn } from '../template-files';
import { createScratch, dropScratch } from './scratch';

export interface Preparing {
  readonly databaseUrl: string;
  /** Of the live database: what is copied keeps its hashes. */
  readonly keys: StoreKeys;
  readonly turn: TurnDeps;
  /** Of the folder: a draft is rehearsed with what it names as it stands there. */
  readonly templates: Templates;
  readonly row: RehearsalRow;
  /** How many journeys have entered. */
  readonly onEntered?: (count: number) => void;
}

const AT_ONCE = 8;

/**
 * Makes a rehearsal ready: scratch database, copies, scripted events, entries. What a killed try left is thrown away first, so
 * that it begins anew; nothing but the rehearsal's own row changes in the live database. Answers the scratch database's URL.
 */
export async function prepareRehearsal(preparing: Preparing): Promise<string> {
  const { databaseUrl, keys, row } = preparing;
  await dropScratch(databaseUrl, row.database);
  const scratchUrl = await createScratch(databaseUrl, row.database);
  const live = connect(databaseUrl, 2, keys);
  const scratch = connect(scratchUrl, AT_ONCE, keys);
  try {
    await copyContacts(live, scratch, row.options.contactIds);
    await planScript(scratch, row);
    await enterAll(scratch, preparing);
    if (row.options.sweep) await runSweep(scratch, preparing.turn, { now: row.startedAt });
    await markRunning(live, row.id);
  } finally {
    await Promise.all([disconnect(live), disconnect(scratch)]);
  }
  return scratchUrl;
}

/** What recipients do whatever is sent to them. */
async function planScript(scratch: Db, { id, options, startedAt }: RehearsalRow): Promise<void> {
  const people = await contactEmails(scratch, options.contactIds);
  await inParallel(people, AT_ONCE, ({ contactId, email }) => {
    const events = absoluteEvents(options.script, email, startedAt);
    return transaction(scratch, (tx) => planEvents(tx, { contactId, cause: `${id} ${contactId}`, events }));
  });
}

async function enterAll(scratch: Db, { turn, templates, row, onEntered }: Preparing): Promise<void> {
  let count = 0;
  for (const entry of row.options.enter) {
    const version = await versionFor(scratch, { entry, row, templates });
    const leads = await newestLeads(scratch, entry.contactIds);
    await inParallel(entry.contactIds, AT_ONCE, async (contactId) => {
      const enrolment = { contactId, leadId: leads.get(contactId) ?? null, version, now: row.startedAt };
      const entered = await transaction(scratch, (tx) =>
        enrol(tx, turn, { ...enrolment, origin: 'rehearsal', cause: row.id, key: 'rehearsal' }),
      );
      if (entered.type === 'refused')
        throw failure('VIV_ENROL_REFUSED', { contact: contactId, sequence: version.sequence, reason: entered.reason });
      count += 1;
      onEntered?.(count);
    });
  }
}

async function versionFor(
  scratch: Db,
  {
    entry,
    row,
    templates,
  }: Pick<Preparing, 'row' | 'templates'> & { readonly entry: RehearsalOptions['enter'][number] },
): Promise<SequenceVersion> {
  const { draft, sequence } = entry;
  if (!draft) return transaction(scratch, (tx) => findNewest(tx, sequence));
  const { id } = await publish(scratch, { ...draft, now: row.startedAt });
  const { definition } = await transaction(scratch, (tx) => findVersion(tx, id));
  await publishTemplates(scratch, { templates, names: templatesIn(definition), now: row.startedAt });
  return transaction(scratch, (tx) => findVersion(tx, id));
}
