import type { Command } from 'commander';
import { failure, ViveiroError } from '../../domain/errors';
import { type Instant, newId } from '../../domain/ids';
import { contactRefOf } from '../../store/contact-ref';
import type { Db } from '../../store/db';
import { enrolByHand } from '../../store/enrol-by-hand';
import { findNewest } from '../../store/sequences';
import type { TurnDeps } from '../../store/turn';
import { collect } from '../arguments';
import { withDatabase } from '../database';
import { onOneLine, writeJson } from '../output';
import { RULES_OPTION, turnDeps } from '../rules';
import { table } from '../table';

const EXIT_REFUSED = 2; // as for errors of that kind, see the registry

interface Options {
  readonly contact: readonly string[];
  readonly key?: string;
  readonly rules?: string;
  readonly json?: boolean;
}

/** `viveiro enrol SEQUENCE --contact …`: by hand. */
export function register(program: Command): void {
  program
    .command('enrol')
    .argument('<sequence>', 'name of a published sequence')
    .requiredOption('--contact <email>', 'who enters, by address or id; may be given several times', collect)
    .option('--key <key>', 'enter each contact once under this key; default: every command is a new cause')
    .option(...RULES_OPTION)
    .option('--json', 'one JSON object')
    .description('enter contacts into a sequence by hand; exit code 2 if one is refused')
    .addHelpText(
      'after',
      `
The contact's newest lead goes through it. The journey begins at once if \`viveiro start\` is running, else with its next start.

Examples:
  $ viveiro enrol course-nurture --contact ana@example.com
  $ viveiro enrol course-nurture --contact ana@example.com --contact rui@example.com --key spring-fair --json`,
    )
    .action(enrolAll);
}

type Entry =
  | { readonly contact: string; readonly status: 'entered'; readonly journeyId: string }
  | {
      readonly contact: string;
      readonly status: 'refused';
      readonly error: { readonly code: string; readonly message: string };
    };

async function enrolAll(sequence: string, { contact: contacts, key = newId(), rules, json }: Options): Promise<void> {
  const deps = await turnDeps(rules);
  const now = Date.now();
  const entries = await withDatabase(async (db) => {
    await findNewest(db, sequence); // an unknown sequence is one error, not one for each contact
    const all: Entry[] = [];
    for (const contact of contacts) all.push(await entryOf(db, deps, { sequence, contact, key, now }));
    return all;
  });
  if (json) writeJson({ sequence, key, contacts: entries });
  else process.stdout.write(entriesText(entries));
  if (entries.some(({ status }) => status === 'refused')) process.exitCode = EXIT_REFUSED;
}

interface Asked {
  readonly sequence: string;
  readonly contact: string;
  readonly key: string;
  readonly now: Instant;
}

/** What concerns one contact does not hold up the others. */
async function entryOf(db: Db, deps: TurnDeps, { contact, ...asked }: Asked): Promise<Entry> {
  try {
    const enrolled = await enrolByHand(db, deps, { ...asked, contact: contactRefOf(contact) });
    if (enrolled.type === 'entered') return { contact, status: 'entered', journeyId: enrolled.journeyId };
    throw failure('VIV_ENROL_REFUSED', { contact, sequence: asked.sequence, reason: enrolled.reason });
  } catch (error) {
    if (!(error instanceof ViveiroError) || error.http >= 500) throw error;
    const { code, message } = error;
    return { contact, status: 'refused', error: { code, message } };
  }
}

function entriesText(entries: readonly Entry[]): string {
  const rows = entries.map((entry) => [
    entry.contact,
    entry.status,
    entry.status === 'entered'
      ? `journey ${entry.journeyId}`
      : onOneLine(`${entry.error.code}: ${entry.error.message}`),
  ]);
  return table(['contact', 'status', ''], rows);
}
