import type { Command } from 'commander';
import { attributeName } from '../../../api/contract/common';
import { correctionFields } from '../../../api/contract/rights';
import { failure } from '../../../domain/errors';
import { type Json, newId } from '../../../domain/ids';
import { contactIdOf, contactRefOf } from '../../../store/contact-ref';
import { type Corrected, correctContact } from '../../../store/correct';
import { collect, shortText } from '../../arguments';
import { withDatabase } from '../../database';
import { onOneLine, writeJson } from '../../output';
import { userName } from '../../pause-target';
import { RULES_OPTION, turnDeps } from '../../rules';

interface Options {
  readonly email?: string;
  readonly name?: string;
  readonly phone?: string;
  readonly locale?: string;
  readonly timeZone?: string;
  readonly attribute?: readonly string[];
  readonly remove?: readonly string[];
  readonly reason: string;
  readonly rules?: string;
  readonly json?: boolean;
}

/** `viveiro contact correct`: GDPR art. 16, LGPD art. 18 III. */
export function register(group: Command): void {
  group
    .command('correct')
    .argument('<contact>', 'e-mail address or id')
    .option('--email <address>', 'the right address; it is asked anew for what the old one has allowed')
    .option('--name <name>', 'the right name')
    .option('--phone <number>', 'the right telephone number, kept as the attribute phone')
    .option('--locale <locale>', 'like pt-BR')
    .option('--time-zone <zone>', 'like Europe/Warsaw')
    .option(
      '--attribute <name=value>',
      'may be given several times; numbers, true and false are taken as what they are',
      collect,
    )
    .option('--remove <what>', 'name, phone, or an attribute; may be given several times', collect)
    .requiredOption('--reason <text>', 'for whoever asks why', shortText(500))
    .option(...RULES_OPTION)
    .option('--json', 'one JSON object')
    .description('correct what is on record; the log keeps what was wrong, not what stood there')
    .addHelpText('after', HELP)
    .action(correct);
}

const HELP = `
Examples:
  $ viveiro contact correct ana@example.com --name "Ana Souza" --reason "she wrote to us"
  $ viveiro contact correct ana@exmaple.com --email ana@example.com --reason "mistyped at the fair"
  $ viveiro contact correct ana@example.com --attribute city=Lisboa --remove phone --reason "she has moved"`;

async function correct(contact: string, options: Options): Promise<void> {
  const { reason, json, rules } = options;
  const given = fieldsOf(options);
  if (Object.keys(given).length === 0)
    throw failure('VIV_USAGE', { problem: 'Say what is wrong: --email, --name, --phone, --attribute … Add --help.' });
  const read = correctionFields.safeParse(given);
  if (!read.success) {
    const problems = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw failure('VIV_USAGE', { problem: `That cannot be written: ${problems.join('; ')}. Correct it.` });
  }
  const deps = await turnDeps(rules);
  const corrected = await withDatabase(async (db) => {
    const contactId = await contactIdOf(db, contactRefOf(contact), deps.rules.identity);
    return correctContact(db, deps, { ...read.data, contactId, reason, by: userName(), now: Date.now(), key: newId() });
  });
  if (json) writeJson(corrected);
  else process.stdout.write(correctedText(contact, corrected));
}

function fieldsOf({ email, name, phone, locale, timeZone, attribute = [], remove = [] }: Options): object {
  const removed = Object.fromEntries(
    remove.filter((what) => what === 'name' || what === 'phone').map((what) => [what, null]),
  );
  const gone = remove
    .filter((what) => what !== 'name' && what !== 'phone')
    .map((what) => [checkedName(what), null] as const);
  const attributes = Object.fromEntries([...attribute.map(attributeOf), ...gone]);
  const all = { email, name, phone, locale, timeZone, ...removed };
  const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return Object.keys(attributes).length > 0 ? { ...given, attributes } : given;
}

function attributeOf(text: string): readonly [string, Json] {
  const at = text.indexOf('=');
  if (at < 1)
    throw failure('VIV_USAGE', { problem: `"${text}" is no attribute with a value; write one like city=Lisboa.` });
  return [checkedName(text.slice(0, at)), valueIn(text.slice(at + 1))];
}

function checkedName(name: string): string {
  if (attributeName.safeParse(name).success) return name;
  throw failure('VIV_USAGE', { problem: `"${name}" is not an attribute name; write letters, digits and _.` });
}

/** Numbers and booleans are written as they are; all else is text. */
function valueIn(text: string): Json {
  if (/^(-?\d+(\.\d+)?|true|false)$/.test(text)) return JSON.parse(text);
  return text;
}

function correctedText(contact: string, { changed, asked, lapsed }: Corrected): string {
  const who = onOneLine(contact);
  if (changed.length === 0) return `${who}: all of it was so already, nothing was changed.\n`;
  return [
    `${who}: corrected ${changed.join(', ')}.\n`,
    ...(asked.length > 0
      ? [`The new address is asked to confirm: ${asked.join(', ')}. Until then these mails are held.\n`]
      : []),
    ...(lapsed.length > 0 ? [`Allowed no more, since nobody could be asked: ${lapsed.join(', ')}.\n`] : []),
  ].join('');
}
