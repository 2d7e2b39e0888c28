import type { Command } from 'commander';
import { failure, ViveiroError } from '../../domain/errors';
import { type Instant, newId } from '../../domain/ids';
import { contactRefOf } from '../../store/contact-ref';
import type { Db } from '../../store/db';
import { enrolByHand } from '../../store/enrol-by-hand';
import { leadRefOf } from '../../store/lead-ref';
import { findNewest } from '../../store/sequences';
import type { TurnDeps } from '../../store/turn';
import { collect, shortText } from '../arguments';
import { withDatabase } from '../database';
import { onOneLine, writeJson } from '../output';
import { RULES_OPTION, turnDeps } from '../rules';
import { table } from '../table';

const EXIT_REFUSED = 2; // as for errors of that kind, see the registry

interface Options {
  readonly contact: readonly string[];
  readonly lead?: string;
  readonly key?: string;
  readonly entryKey?: string;
  readonly rules?: string;
  readonly json?: boolean;
}

/** `viveiro enrol SEQUENCE --contact …`: by hand. */
export function register(program: Command): void {
  program
    .command('enrol')
    .argument('<sequence>', 'name of a published sequence')
    .requiredOption('--contact <email>', 'who enters, by address or id; may be given several times', collect)
    .option('--lead <offer>', 'which of their leads, by offer or id; default: the newest')
    .option(
      '--entry-key <value>',
      'which one it is about, in a sequence that lets in once for each: an order, for instance',
      shortText(200),
    )
    .option(
      '--key <key>',
      'enter each contact once under this key; default: every command is a new cause',
      shortText(200),
    )
    .option(...RULES_OPTION)
    .option('--json', 'one JSON object')
    .description('enter contacts into a sequence by hand; exit code 2 if one is refused')
    .addHelpText(
      'after',
      `
The contact's newest lead goes through it. Who waits for another sequence of its group is told so, and enters by itself.
The journey begins at once if \`viveiro start\` is running, else with its next start.

Examples:
  $ viveiro enrol course-nurture --contact ana@example.com
  $ viveiro enrol course-nurture --contact ana@example.com --contact rui@example.com --key spring-fair --json`,
    )
    .action(enrolAll);
}

type Entry =
  | { readonly contact: string; readonly status: 'entered'; readonly journeyId: string }
  | { readonly contact: string; readonly status: 'waits'; readonly journeyId: string; readonly reason: string }
  | {
      readonly contact: string;
      readonly status: 'refused';
      readonly error: { readonly code: string; readonly message: string };
    };

async function enrolAll(sequence: string, options: Options): Promise<void> {
  const { contact: contacts, lead, entryKey, key = newId(), rules, json } = options;
  const deps = await turnDeps(rules);
  const now = Date.now();
  const entries = await withDatabase(async (db) => {
    await findNewest(db, sequence); // an unknown sequence is one error, not one for each contact
    const all: Entry[] = [];
    for (const contact of contacts) all.push(await entryOf(db, deps, { sequence, contact, lead, entryKey, key, now }));
    return all;
  });
  if (json) writeJson({ sequence, key, contacts: entries });
  else process.stdout.write(entriesText(entries));
  if (entries.some(({ status }) => status === 'refused')) process.exitCode = EXIT_REFUSED;
}

interface Asked {
  readonly sequence: string;
  readonly contact: string;
  readonly lead: string | undefined;
  readonly entryKey: string | undefined;
  readonly key: string;
  readonly now: Instant;
}

/** What concerns one contact does not hold up the others. */
async function entryOf(db: Db, deps: TurnDeps, { contact, lead, ...asked }: Asked): Promise<Entry> {
  try {
    const named = lead === undefined ? {} : { lead: leadRefOf(lead) };
    const enrolled = await enrolByHand(db, deps, { ...asked, ...named, contact: contactRefOf(contact) });
    if (enrolled.type === 'refused')
      throw failure('VIV_ENROL_REFUSED', { contact, sequence: asked.sequence, reason: enrolled.reason });
    const { journeyId } = enrolled;
    if (enrolled.type === 'entered') return { contact, status: 'entered', journeyId };
    return { contact, status: 'waits', journeyId, reason: enrolled.reason };
  } catch (error) {
    if (!(error instanceof ViveiroError) || error.http >= 500) throw error;
    const { code, message } = error;
    return { contact, status: 'refused', error: { code, message } };
  }
}

function outcomeText(entry: Entry): string {
  if (entry.status === 'refused') return `${entry.error.code}: ${entry.error.message}`;
  return entry.status === 'waits' ? entry.reason : `journey ${entry.journeyId}`;
}

function entriesText(entries: readonly Entry[]): string {
  const rows = entries.map((entry) => [entry.contact, entry.status, onOneLine(outcomeText(entry))]);
  return table(['contact', 'status', ''], rows);
}
