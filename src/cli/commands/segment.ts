import type { Command } from 'commander';
import { failure } from '../../domain/errors';
import { unknownSegment } from '../../domain/segments/expand';
import type { Segment, Segments } from '../../domain/segments/segments';
import { transaction } from '../../store/db';
import { countMembers, listMembers } from '../../store/segments';
import { wholeNumber } from '../arguments';
import { withDatabase } from '../database';
import { onOneLine, writeJson } from '../output';
import { RULES_OPTION, turnDeps } from '../rules';
import { table } from '../table';

interface Options {
  readonly rules?: string;
  readonly json?: boolean;
}
interface ShowOptions extends Options {
  readonly count?: boolean;
  readonly limit: number;
}

/** `viveiro segment list|show` */
export function register(program: Command): void {
  const segment = program.command('segment').description('segments: list them, and show who is in one');
  segment
    .command('list')
    .option(...RULES_OPTION)
    .option('--json', 'one JSON object')
    .description('segments of rules/segments.yaml; needs no database')
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro segment list
  $ viveiro segment list --rules drafts/rules --json`,
    )
    .action(list);
  segment
    .command('show')
    .argument('<name>', 'as in segments.yaml')
    .option('--count', 'only how many contacts are in it')
    .option('--limit <n>', 'most contacts to list', wholeNumber(1), 20)
    .option(...RULES_OPTION)
    .option('--json', 'one JSON object')
    .description('who is in a segment now: how many contacts, and the first of them')
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro segment show engaged
  $ viveiro segment show engaged --count
  $ viveiro segment show engaged --limit 100 --json`,
    )
    .action(show);
}

async function list({ rules: folder, json }: Options): Promise<void> {
  const { segments } = (await turnDeps(folder)).rules;
  const all = Object.entries(segments);
  if (json) {
    writeJson({ segments: all.map(([name, { title, input }]) => ({ name, title, when: input })) });
    return;
  }
  const rows = all.map(([name, { title }]) => [name, title]);
  process.stdout.write(
    rows.length > 0 ? table(['segment', 'title'], rows) : 'No segments: write some into rules/segments.yaml.\n',
  );
}

async function show(name: string, { rules: folder, count: isCountWanted, limit, json }: ShowOptions): Promise<void> {
  const { rules } = await turnDeps(folder);
  const { title, when: condition, input } = segmentOf(rules.segments, name);
  const asked = { condition, now: Date.now(), halfLife: rules.scoring.halfLife };
  const { count, members } = await withDatabase((db) =>
    transaction(db, async (tx) => ({
      count: await countMembers(tx, asked),
      members: isCountWanted ? undefined : await listMembers(tx, asked, limit),
    })),
  );
  if (json) {
    writeJson({ segment: name, title, when: input, count, members });
    return;
  }
  if (isCountWanted || !members) {
    process.stdout.write(`${count}\n`);
    return;
  }
  const rows = members.map((member) => [member.email, onOneLine(member.name ?? ''), member.contactId]);
  process.stdout.write(`${name}: ${title}\n\n${table(['contact', 'name', 'id'], rows)}`);
  process.stdout.write(`\n${members.length} of ${count}\n`);
}

/** Throws VIV_SEGMENT_UNKNOWN. */
function segmentOf(segments: Segments, name: string): Segment {
  const found = Object.hasOwn(segments, name) ? segments[name] : undefined;
  if (found) return found;
  const { message, fix } = unknownSegment(name, [], Object.keys(segments));
  throw failure('VIV_SEGMENT_UNKNOWN', { message, fix });
}
