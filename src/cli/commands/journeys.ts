import { type Command, Option } from 'commander';
import { contactIdOf, contactRefOf } from '../../store/contact-ref';
import type { Db } from '../../store/db';
import { type JourneyFilter, listJourneys } from '../../store/journey-list';
import { listWaiting } from '../../store/waiting';
import { wholeNumber } from '../arguments';
import { withDatabase } from '../database';
import { minuteText, onOneLine, writeJson } from '../output';
import { table } from '../table';

interface Options extends Omit<JourneyFilter, 'offset' | 'contactId'> {
  readonly contact?: string;
  readonly page: number;
  readonly waiting?: boolean;
  readonly json?: boolean;
}

/** `viveiro journeys`: where everyone is. */
export function register(program: Command): void {
  program
    .command('journeys')
    .option('--contact <email>', 'only journeys of this contact, by address or id')
    .option('--sequence <name>', 'only journeys of this sequence')
    .addOption(new Option('--status <status>', 'only these').choices(['running', 'ended']))
    .addOption(new Option('--waiting', 'who waits to enter, and why, in place of journeys').conflicts('status'))
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
  $ viveiro journeys --contact ana@example.com --json
  $ viveiro journeys --waiting`,
    )
    .action(list);
}

async function list(options: Options): Promise<void> {
  if (options.waiting) return listWaiters(options);
  const { contact, sequence, status, limit, page, json } = options;
  const offset = (page - 1) * limit;
  const { total, journeys } = await withDatabase(async (db) => {
    const contactId = await contactIdIn(db, contact);
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
  writePages({ total, page, limit });
}

const contactIdIn = async (db: Db, contact: string | undefined): Promise<string | undefined> =>
  contact === undefined ? undefined : contactIdOf(db, contactRefOf(contact));

function writePages(o: { readonly total: number; readonly page: number; readonly limit: number }): void {
  const pages = Math.max(1, Math.ceil(o.total / o.limit));
  process.stdout.write(`\npage ${o.page} of ${pages}, ${o.total} in all\n`);
}

async function listWaiters({ contact, sequence, limit, page, json }: Options): Promise<void> {
  const offset = (page - 1) * limit;
  const { total, waiting } = await withDatabase(async (db) =>
    listWaiting(db, { contactId: await contactIdIn(db, contact), sequence, limit, offset }),
  );
  if (json) {
    writeJson({
      total,
      page,
      limit,
      waiting: waiting.map(({ entry, ...rest }) => ({ ...rest, origin: entry.origin })),
    });
    return;
  }
  const rows = waiting.map((one) => [
    one.email,
    one.sequence,
    String(one.priority),
    minuteText(one.since),
    minuteText(one.until),
    onOneLine(one.reason),
  ]);
  process.stdout.write(table(['contact', 'sequence', 'priority', 'since (UTC)', 'until (UTC)', 'why'], rows));
  writePages({ total, page, limit });
}
