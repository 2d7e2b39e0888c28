import type { Command } from 'commander';
import { durationText } from '../../domain/calendar/duration';
import { failure } from '../../domain/errors';
import { MOST_WOKEN_PER_MINUTE } from '../../domain/pause/pause';
import { readConfig } from '../../runtime/config';
import type { Db } from '../../store/db';
import { lastingPauses } from '../../store/pauses';
import { endPause, type Resumed } from '../../store/resume';
import { wholeNumber } from '../arguments';
import { withDatabase } from '../database';
import { minuteText, onOneLine, writeJson } from '../output';
import { countOf, type TargetOptions, targetOf, targetText, userName, withTarget } from '../pause-target';

interface Options extends TargetOptions {
  readonly perMinute?: number;
  readonly json?: boolean;
}

/** `viveiro resume …`: ends pauses, and wakes whom they hold at a pace. */
export function register(program: Command): void {
  withTarget(program.command('resume').argument('[id]', 'of a pause; or name what is paused'))
    .option(
      '--per-minute <n>',
      'journeys woken per minute; default: VIVEIRO_RESUME_PER_MINUTE, or 60',
      wholeNumber(1, MOST_WOKEN_PER_MINUTE),
    )
    .option('--json', 'one JSON object')
    .description('end a pause, and wake the journeys that it holds, so many per minute')
    .addHelpText(
      'after',
      `
Journeys that a second pause holds stay. The same again, by id, wakes those that have no time yet, if the command was broken
off; with --per-minute it gives all who still wait new times.

Examples:
  $ viveiro resume --sequence course-nurture --per-minute 120
  $ viveiro resume --contact ana@example.com
  $ viveiro resume 0193b6a0-0000-7000-8000-00000000000a --json`,
    )
    .action(resume);
}

async function resume(id: string | undefined, { perMinute, json, ...target }: Options): Promise<void> {
  const pace = perMinute ?? readConfig(process.env).resumePerMinute;
  const resumed = await withDatabase(async (db) => {
    const all: Resumed[] = [];
    for (const pauseId of await idsOf(db, id, target))
      all.push(
        await endPause(db, {
          pauseId,
          by: userName(),
          now: Date.now(),
          perMinute: pace,
          isPacedAnew: perMinute !== undefined,
        }),
      );
    return all;
  });
  if (json) writeJson({ perMinute: pace, resumed });
  else process.stdout.write(resumed.map((one) => resumedText(one, pace)).join(''));
}

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

async function idsOf(db: Db, id: string | undefined, target: TargetOptions): Promise<readonly string[]> {
  if (id === undefined) {
    const pauses = await lastingPauses(db, await targetOf(db, target), targetText(target));
    return pauses.map((pause) => pause.id);
  }
  if (countOf(target) > 0)
    throw failure('VIV_USAGE', { problem: 'Name the pause by its id or by what it stops, not both.' });
  if (!UUID.test(id)) throw failure('VIV_PAUSE_UNKNOWN', { what: id });
  return [id];
}

function resumedText({ pause, waking, wakesTill }: Resumed, perMinute: number): string {
  const what = onOneLine(pause.contact ? `contact ${pause.contact}` : pause.scope);
  const over = `no longer paused: ${what}`;
  if (waking === 0 || wakesTill === null) return `${over}; no journey is to be woken\n`;
  const takes = durationText((waking / perMinute) * 60_000);
  return `${over}; ${waking} held ${waking === 1 ? 'journey is' : 'journeys are'} woken, ${perMinute} per minute: about ${takes}, until ${minuteText(wakesTill)} UTC\n`;
}
