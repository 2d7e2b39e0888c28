import { createInterface } from 'node:readline/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { durationSchema } from '../../../domain/calendar/duration';
import { type SuppressionScope, scopeSchema } from '../../../domain/consent/scope';
import { failure } from '../../../domain/errors';
import { DEFAULT_IDENTITY } from '../../../domain/identity/rules';
import { identifiersOf } from '../../../domain/privacy/identifiers';
import { contactIdOf, contactRefOf } from '../../../store/contact-ref';
import { type Db, transaction } from '../../../store/db';
import { previewErasure } from '../../../store/erase-rows';
import { cancelErasure, knownAs, listErasures, requestErasure } from '../../../store/erasures';
import type { TurnDeps } from '../../../store/turn';
import { JSON_OPTION, type JsonOption, shortText, wholeNumber } from '../../arguments';
import { withDatabase } from '../../database';
import { erasurePreviewText, erasuresText } from '../../erasure-text';
import { writeJson } from '../../output';
import { userName } from '../../pause-target';
import { RULES_OPTION, turnDeps } from '../../rules';

function duration(text: string): number {
  const read = durationSchema.safeParse(text);
  if (read.success) return read.data;
  throw new InvalidArgumentError('write a time like 24h or 3d');
}

function scope(text: string): SuppressionScope {
  const read = scopeSchema.safeParse(text);
  if (read.success && !read.data.startsWith('purpose:')) return read.data;
  throw new InvalidArgumentError('write marketing or everything');
}

/** `viveiro contact erase`, `contact erasures`, `contact cancel-erasure`: GDPR art. 17, LGPD art. 18 VI. */
export function register(group: Command): void {
  group
    .command('erase')
    .argument('<contact>', 'e-mail address or id')
    .addOption(
      new Option('--after <time>', 'wait so long, in which it can be cancelled')
        .argParser(duration)
        .default(0, 'at once'),
    )
    .addOption(
      new Option('--scope <scope>', 'mails that the address gets no more: marketing, or everything')
        .argParser(scope)
        .default('marketing'),
    )
    .option('--dry-run', 'say what would be erased')
    .option('--yes', 'do not ask')
    .option('--by <text>', 'who asks, for the record; name nobody outside', shortText(100))
    .option(...RULES_OPTION)
    .option(...JSON_OPTION)
    .description('erase a person everywhere; their address is not mailed when it comes again')
    .addHelpText('after', ERASE_HELP)
    .action(erase);
  group
    .command('erasures')
    .argument('[contact]', 'only those of this e-mail address: it is looked for by its hash')
    .option('--most <count>', 'at most so many', wholeNumber(1), 50)
    .option(...JSON_OPTION)
    .description('list erasures with their proofs, the newest first')
    .addHelpText(
      'after',
      '\nExamples:\n  $ viveiro contact erasures\n  $ viveiro contact erasures ana@example.com --json',
    )
    .action(list);
  group
    .command('cancel-erasure')
    .argument('<erasure>', 'id, as erasures lists it')
    .option(...JSON_OPTION)
    .description('take an erasure back that waits')
    .addHelpText('after', '\nExamples:\n  $ viveiro contact cancel-erasure 0193b6a0-0000-7000-8000-0000000000aa')
    .action(cancel);
}

const ERASE_HELP = `
It cannot be undone. Look first: --dry-run. --after 24h leaves a day in which it can be cancelled; mails stop at once.
It runs on the worker, and goes on by itself when that is stopped or killed. What came of it: viveiro contact erasures.

Examples:
  $ viveiro contact erase ana@example.com --dry-run
  $ viveiro contact erase ana@example.com --after 24h --yes`;

interface EraseOptions extends JsonOption {
  readonly after: number;
  readonly scope: SuppressionScope;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly by?: string;
  readonly rules?: string;
}

async function erase(contact: string, options: EraseOptions): Promise<void> {
  const { after, scope: over, dryRun = false, yes = false, by = userName(), json = false } = options;
  const deps = await turnDeps(options.rules);
  await withDatabase(async (db) => {
    const contactId = await contactIdOf(db, contactRefOf(contact), deps.rules.identity);
    const preview = await previewErasure(db, await personOf(db, deps, contactId));
    if (dryRun) {
      if (json) writeJson({ contactId, dryRun: true, ...preview });
      else process.stdout.write(erasurePreviewText(contact, preview));
      return;
    }
    if (!yes) {
      if (!json) process.stdout.write(erasurePreviewText(contact, preview));
      await confirmed(contact);
    }
    const request = { contactId, origin: 'request', by, scope: over, after, now: Date.now() } as const;
    const { erasure, isNew } = await requestErasure(db, deps.rules, request);
    if (json) writeJson({ isNew, erasure });
    else
      process.stdout.write(
        `${isNew ? 'Asked for' : 'Was asked for already'}: erasure ${erasure.id}, ${erasure.status}. The worker carries it out; what came of it: viveiro contact erasures.\n`,
      );
  });
}

async function personOf(db: Db, { rules }: TurnDeps, contactId: string) {
  const known = await transaction(db, (tx) => knownAs(tx, contactId));
  return identifiersOf(known, rules.identity ?? DEFAULT_IDENTITY);
}

/** Whoever cannot be asked must have said it beforehand. */
async function confirmed(contact: string): Promise<void> {
  const refused = (problem: string) => failure('VIV_USAGE', { problem });
  if (!process.stdin.isTTY)
    throw refused(`An erasure cannot be undone, and nobody can be asked here. Look with --dry-run, then add --yes.`);
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const typed = await asking.question(`Type ${contact} to erase them for good: `);
    if (typed.trim() !== contact) throw refused('That is not what was asked for; nothing was erased. Try again.');
  } finally {
    asking.close();
  }
}

async function list(
  contact: string | undefined,
  { most, json }: JsonOption & { readonly most: number },
): Promise<void> {
  const erasures = await withDatabase((db) => listErasures(db, { email: contact, most }));
  if (json) writeJson({ erasures });
  else process.stdout.write(erasuresText(erasures));
}

async function cancel(id: string, { json }: JsonOption): Promise<void> {
  const erasure = await withDatabase((db) => cancelErasure(db, { id, by: userName(), now: Date.now() }));
  if (json) writeJson({ erasure });
  else process.stdout.write(`Erasure ${erasure.id} is cancelled; the contact stays, and its journeys go on.\n`);
}
