import type { Command } from 'commander';
import { failure } from '../../domain/errors';
import { anchorConsents, newestAnchor } from '../../store/consent-anchors';
import { chainOf, verifyConsents } from '../../store/consent-verify';
import { contactIdOf, contactRefOf } from '../../store/contact-ref';
import { JSON_OPTION, type JsonOption } from '../arguments';
import { chainText, verifiedText } from '../consent-text';
import { withDatabase } from '../database';
import { minuteText, writeJson } from '../output';

/** `viveiro consent verify`, `consent show`, `consent anchor`: the proofs of consent. */
export function register(program: Command): void {
  const consent = program
    .command('consent')
    .description('look at the proofs of consent, and make sure that nobody has changed them');
  consent
    .command('verify')
    .option(...JSON_OPTION)
    .description('check every chain of proofs and every anchor; the first broken record is named, exit code 1')
    .addHelpText('after', '\nExamples:\n  $ viveiro consent verify\n  $ viveiro consent verify --json')
    .action(verify);
  consent
    .command('show')
    .argument('<contact>', 'e-mail address or id; of someone who was erased, the id')
    .option(...JSON_OPTION)
    .description('show what a contact has allowed and withdrawn, with the words that were shown and the proof')
    .addHelpText(
      'after',
      '\nExamples:\n  $ viveiro consent show ana@example.com\n  $ viveiro consent show ana@example.com --json',
    )
    .action(show);
  consent
    .command('anchor')
    .option(...JSON_OPTION)
    .description('anchor all records now, and print the hash: kept elsewhere, it proves that nothing was removed since')
    .addHelpText('after', '\nExamples:\n  $ viveiro consent anchor\n  $ viveiro consent anchor --json')
    .action(anchor);
}

async function verify({ json }: JsonOption): Promise<void> {
  const [found, newest] = await withDatabase(async (db) => [await verifyConsents(db), await newestAnchor(db)] as const);
  if (found.broken) {
    const { contactId: contact, position, seq, problem } = found.broken;
    const number = seq === null ? 'not there' : `number ${seq}`;
    throw failure('VIV_CONSENT_BROKEN', { contact, position, seq: number, problem });
  }
  if (found.anchor) {
    const { id, problem } = found.anchor;
    throw failure('VIV_CONSENT_ANCHOR_BROKEN', { anchor: id, problem });
  }
  if (json) writeJson({ ...found, newestAnchor: newest });
  else process.stdout.write(verifiedText(found, newest));
}

async function show(contact: string, { json }: JsonOption): Promise<void> {
  const chain = await withDatabase(async (db) => {
    const ref = contactRefOf(contact);
    // the proofs of someone who was erased stay under the id
    const found = await chainOf(db, 'id' in ref ? ref.id : await contactIdOf(db, ref));
    if (found.records.length === 0) await contactIdOf(db, ref);
    return found;
  });
  if (json) writeJson({ contact, ...chain });
  else process.stdout.write(chainText(contact, chain));
}

async function anchor({ json }: JsonOption): Promise<void> {
  const [made, newest] = await withDatabase(async (db) => {
    const one = await anchorConsents(db, Date.now());
    return [one, await newestAnchor(db)] as const;
  });
  if (json) writeJson({ isNew: made !== null, anchor: newest });
  else if (newest === null) process.stdout.write('No consent is on record, so there is nothing to anchor.\n');
  else
    process.stdout.write(
      `${made ? 'Anchored' : 'Nothing new since the last anchor:'} ${newest.records} records up to number ${newest.through}, ${minuteText(newest.at)}\n${newest.hash}\n`,
    );
}
