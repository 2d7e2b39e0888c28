import type { Command } from 'commander';
import { dropHeld, type Held, listHeld, releaseHeld } from '../../../store/form-held';
import { JSON_OPTION, type JsonOption, wholeNumber } from '../../arguments';
import { withDatabase } from '../../database';
import { minuteText, onOneLine, writeJson } from '../../output';
import { RULES_OPTION, turnDeps } from '../../rules';
import { table } from '../../table';

/** `viveiro form held`, `form release`, `form drop` */
export function register(parent: Command): void {
  parent
    .command('held')
    .argument('[name]', 'a form; default: all')
    .option('--most <count>', 'at most so many', wholeNumber(1), 50)
    .option(...JSON_OPTION)
    .description('list what looks like misuse and waits for a person, the newest first')
    .addHelpText('after', `${REASONS}\nExamples:\n  $ viveiro form held course`)
    .action(held);
  parent
    .command('release')
    .argument('<id...>', 'as the list has them')
    .option(...RULES_OPTION)
    .option(...JSON_OPTION)
    .description('let what is held count after all, as of when it was sent')
    .addHelpText('after', '\nExamples:\n  $ viveiro form release 0193b6a0-0000-7000-8000-0000000000aa')
    .action(release);
  parent
    .command('drop')
    .argument('<id...>', 'as the list has them')
    .option(...JSON_OPTION)
    .description('forget what is held; after 30 days it is forgotten by itself')
    .addHelpText('after', '\nExamples:\n  $ viveiro form drop 0193b6a0-0000-7000-8000-0000000000aa')
    .action(drop);
}

const REASONS = `
Reasons: trap, the field that no person sees was filled in; fast, sooner than a person types; proof, no proof of work and too soon for
one without script; rate, too many for one e-mail address; links, an address of the web where a name belongs.
`;

async function held(form: string | undefined, { most, json }: JsonOption & { readonly most: number }): Promise<void> {
  const rows = await withDatabase((db) => listHeld(db, { form, most }));
  if (json) return writeJson({ held: rows.map(asJson) });
  if (rows.length === 0) return void process.stdout.write('Nothing is held.\n');
  const cells = rows.map(({ id, form: name, at, reasons, registration: { contact } }) => [
    id,
    minuteText(at),
    name,
    reasons.join(', '),
    onOneLine(contact.email),
    onOneLine(contact.name ?? ''),
  ]);
  process.stdout.write(table(['id', 'sent', 'form', 'reasons', 'address', 'name'], cells));
}

function asJson({ id, form, at, reasons, registration: { contact, says, event, consent } }: Held) {
  return { id, form, at, reasons, contact, words: event?.properties ?? says ?? {}, consent: consent?.purpose ?? null };
}

async function release(
  ids: readonly string[],
  { rules, json }: JsonOption & { readonly rules?: string },
): Promise<void> {
  const deps = await turnDeps(rules);
  const now = Date.now();
  const released = await withDatabase(async (db) => {
    const all: { readonly id: string; readonly form: string; readonly contactId: string }[] = [];
    for (const id of ids) all.push({ id, ...(await releaseHeld(db, deps, { id, now })) });
    return all;
  });
  if (json) return writeJson({ released });
  for (const { id, form, contactId } of released)
    process.stdout.write(`${id}: counts for ${form}, contact ${contactId}\n`);
}

async function drop(ids: readonly string[], { json }: JsonOption): Promise<void> {
  const now = Date.now();
  await withDatabase(async (db) => {
    for (const id of ids) await dropHeld(db, { id, now });
  });
  if (json) return writeJson({ dropped: ids });
  for (const id of ids) process.stdout.write(`${id}: forgotten\n`);
}
