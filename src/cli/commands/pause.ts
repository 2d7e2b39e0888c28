import { type Command, Option } from 'commander';
import { failure } from '../../domain/errors';
import { pauseText } from '../../domain/pause/holding';
import type { PauseMode } from '../../domain/pause/pause';
import { beginPause, countConcerned, listPauses, type PauseEntry } from '../../store/pauses';
import { shortText } from '../arguments';
import { withDatabase } from '../database';
import { minuteText, onOneLine, writeJson } from '../output';
import { type TargetOptions, targetOf, targetText, userName, withTarget } from '../pause-target';
import { table } from '../table';

interface BeginOptions extends TargetOptions {
  readonly mode?: PauseMode;
  readonly reason?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `viveiro pause …`, `viveiro pause list`: stops journeys, and tells which are. */
export function register(program: Command): void {
  const pause = withTarget(program.command('pause'))
    // neither is required by the parser: it would ask `pause list` for them as well
    .addOption(new Option('--mode <mode>', 'what it means').choices(['freeze', 'elapse', 'skip']))
    .option('--reason <text>', 'for whoever asks why', shortText(500))
    .option('--dry-run', 'only tell how many journeys it concerns')
    .option('--json', 'one JSON object')
    .description('stop a sequence, a contact or everything')
    .addHelpText('after', BEGIN_HELP)
    .action(begin);
  pause
    .command('list')
    .option('--all', 'also those that are over')
    .option('--json', 'one JSON object')
    .description('pauses that last, or still hold journeys')
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro pause list
  $ viveiro pause list --all --json`,
    )
    // options that the command above knows by the same name are read by it
    .action((_options, command: Command) => list(command.optsWithGlobals()));
}

const BEGIN_HELP = `
  freeze   clocks stop: a wait goes on by what was left of it
  elapse   clocks run, actions wait
  skip     clocks run, mails and webhooks that fall due are dropped; handoffs and tasks wait

Goal and exits hold meanwhile, and handoffs that sales has go on. Go on: viveiro resume.

Examples:
  $ viveiro pause --sequence course-nurture --mode freeze --reason "prices are wrong"
  $ viveiro pause --contact ana@example.com --mode elapse --reason "is on holiday"
  $ viveiro pause --all --mode freeze --reason "the relay is being moved" --dry-run`;

async function begin({ mode, reason = '', dryRun, json, ...target }: BeginOptions): Promise<void> {
  if (!dryRun && (mode === undefined || reason.trim() === ''))
    throw failure('VIV_USAGE', { problem: 'Say what it means and why: --mode freeze|elapse|skip --reason "…".' });
  await withDatabase(async (db) => {
    const what = await targetOf(db, target);
    const concerned = await countConcerned(db, what);
    if (!json)
      process.stdout.write(
        `${targetText(target)}: ${concerned} ${concerned === 1 ? 'journey' : 'journeys'} under way\n`,
      );
    if (dryRun || mode === undefined) {
      if (json) writeJson({ concerned });
      return;
    }
    const { pause, isNew } = await beginPause(db, { target: what, mode, reason, by: userName(), now: Date.now() });
    if (json) writeJson({ concerned, isNew, pause });
    else process.stdout.write(begunText(pause, isNew));
  });
}

function begunText(pause: PauseEntry, isNew: boolean): string {
  const said = isNew ? onOneLine(pauseText(pause)) : `already ${onOneLine(pauseText(pause))}`;
  return `${said}\nJourneys are held when they would go on. Resume: viveiro resume ${pause.id}\n`;
}

async function list({ all, json }: { readonly all?: boolean; readonly json?: boolean }): Promise<void> {
  const pauses = await withDatabase((db) => listPauses(db, { all: all === true }));
  if (json) {
    writeJson({ pauses });
    return;
  }
  const rows = pauses.map((pause) => [
    pause.id,
    onOneLine(pause.contact ? `contact ${pause.contact}` : pause.scope),
    pause.mode,
    minuteText(pause.since),
    pause.endedAt === null ? 'lasts' : minuteText(pause.endedAt),
    String(pause.held),
    onOneLine(pause.begunBy),
    onOneLine(pause.reason),
  ]);
  process.stdout.write(table(['id', 'what', 'mode', 'since (UTC)', 'until (UTC)', 'holds', 'by', 'reason'], rows));
}
