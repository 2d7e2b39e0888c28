import { type Command, Option } from 'commander';
import { contactIdOf, contactRefOf } from '../../store/contact-ref';
import { type JourneyFilter, listJourneys } from '../../store/journey-list';
import { wholeNumber } from '../arguments';
import { withDatabase } from '../database';
import { minuteText, onOneLine, writeJson } from '../output';
import { table } from '../table';

interface Options extends Omit<JourneyFilter, 'offset' | 'contactId'> {
  readonly contact?: string;
  readonly page: number;
  readonly json?: boolean;
}

/** `viveiro journeys`: where everyone is. */
export function register(program: Command): void {
  program
    .command('journeys')
    .option('--contact <email>', 'only journeys of this contact, by address or id')
    .option('--sequence <name>', 'only journeys of this sequence')
    .addOption(new Option('--status <status>', 'only these').choices(['running', 'ended']))
    .option('--limit <n>', 'journeys per page', wholeNumber(1), 50)
    .option('--page <n>', 'which page, from 1', wholeNumber(1), 1)
    .option('--json', 'one JSON object')
    .description(
      'list journeys, the newest first: contact, sequence, step, due time, outcome or the pause that holds it',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro journeys --status running --sequence course-nurture
  $ viveiro journeys --contact ana@example.com --json`,
    )
    .action(list);
}

async function list({ contact, sequence, status, limit, page, json }: Options): Promise<void> {
  const offset = (page - 1) * limit;
  const { total, journeys } = await withDatabase(async (db) => {
    const contactId = contact === undefined ? undefined : await contactIdOf(db, contactRefOf(contact));
    return listJourneys(db, { contactId, sequence, status, limit, offset });
  });
  if (json) {
    writeJson({ total, page, limit, journeys });
    return;
  }
  const rows = journeys.map((journey) => [
    journey.email,
    `${journey.sequence} v${journey.version}`,
    journey.status,
    journey.step ?? '',
    minuteText(journey.dueAt),
    journey.outcome ?? onOneLine(journey.held ?? ''),
  ]);
  process.stdout.write(table(['contact', 'sequence', 'status', 'step', 'due (UTC)', 'outcome or pause'], rows));
  const pages = Math.max(1, Math.ceil(total / limit));
  process.stdout.write(`\npage ${page} of ${pages}, ${total} in all\n`);
}
