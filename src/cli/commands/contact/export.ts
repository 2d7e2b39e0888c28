import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Command, Option } from 'commander';
import { personPage } from '../../../api/person-page';
import { failure } from '../../../domain/errors';
import { contactIdOf, contactRefOf } from '../../../store/contact-ref';
import { exportPerson } from '../../../store/person-export';
import { withDatabase } from '../../database';
import { writeJson } from '../../output';
import { userName } from '../../pause-target';
import { RULES_OPTION, turnDeps } from '../../rules';

interface Options {
  readonly out: string;
  readonly lang?: string;
  readonly rules?: string;
  readonly json?: boolean;
}

/** `viveiro contact export`: GDPR art. 15 and 20, LGPD art. 18. */
export function register(group: Command): void {
  group
    .command('export')
    .argument('<contact>', 'e-mail address or id')
    .requiredOption('--out <folder>', 'where the two files go: one to read, one for machines')
    .addOption(new Option('--lang <language>', 'of the page; default: that of the contact').choices(['en', 'pt', 'pl']))
    .option(...RULES_OPTION)
    .option('--json', 'one JSON object')
    .description('hand out everything on record about a person, as JSON and as a page to read')
    .addHelpText(
      'after',
      '\nThe files can be read by you alone (mode 600). That it was handed out is on record.\n\nExamples:\n  $ viveiro contact export ana@example.com --out ana --lang pt',
    )
    .action(exportTo);
}

async function exportTo(contact: string, { out, lang, rules, json }: Options): Promise<void> {
  const deps = await turnDeps(rules);
  const data = await withDatabase(async (db) => {
    const contactId = await contactIdOf(db, contactRefOf(contact), deps.rules.identity);
    prepare(out); // first: nothing is handed out, or on record as handed out, that cannot be written
    return exportPerson(db, deps.rules, { contactId, by: userName(), now: Date.now() });
  });
  const [machine, page] = ['person.json', 'person.html'].map((name) => path.join(out, name));
  const { locale } = data.person;
  write(machine ?? '', `${JSON.stringify(data, null, 2)}\n`);
  write(page ?? '', personPage(data, lang ?? locale));
  const files = { json: machine, html: page };
  if (json) writeJson({ contactId: data.person.contactId, files });
  else process.stdout.write(`Written: ${machine} and ${page}\n`);
}

function prepare(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw failure('VIV_FILE_UNWRITABLE', { file: folder, problem: String(error) }, error);
  }
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text, { mode: 0o600 });
    chmodSync(file, 0o600); // one that was there before keeps its mode
  } catch (error) {
    throw failure('VIV_FILE_UNWRITABLE', { file, problem: String(error) }, error);
  }
}
