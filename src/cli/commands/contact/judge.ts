import type { Command } from 'commander';
import { failure } from '../../../domain/errors';
import { judgeLeftover } from '../../../store/erase-judge';
import { JSON_OPTION, type JsonOption, shortText } from '../../arguments';
import { withDatabase } from '../../database';
import { erasuresText } from '../../erasure-text';
import { writeJson } from '../../output';
import { userName } from '../../pause-target';

interface Options extends JsonOption {
  readonly another?: boolean;
  readonly replace?: string;
  readonly reason: string;
  readonly by?: string;
}

/** `viveiro contact judge`: what an erasure has left for a person to look at. */
export function register(group: Command): void {
  group
    .command('judge')
    .argument('<erasure>', 'id, as erasures lists it')
    .argument('<where>', 'what to look at, as erasures says it, like contact.name')
    .option('--another', "it is somebody else's: a namesake, the number of an office")
    .option(
      '--replace <text>',
      'it is theirs: replace this whole name or number there; it is kept nowhere',
      shortText(200),
    )
    .requiredOption('--reason <text>', 'how you know, for the record; name nobody', shortText(200))
    .option('--by <text>', 'who judges, for the record', shortText(100))
    .option(...JSON_OPTION)
    .description('settle what an erasure has left for a person to judge')
    .addHelpText(
      'after',
      '\nExamples:\n  $ viveiro contact judge 0193b6a0-0000-7000-8000-0000000000aa contact.name --another --reason "a namesake"\n  $ viveiro contact judge 0193b6a0-0000-7000-8000-0000000000aa task.note --replace "Ana Beatriz Silva" --reason "a note about them"',
    )
    .action(judge);
}

async function judge(erasureId: string, where: string, options: Options): Promise<void> {
  const { another = false, replace: text, reason, by = userName(), json } = options;
  if (another === (text !== undefined))
    throw failure('VIV_USAGE', { problem: 'Say either --another, or --replace with the text that is theirs.' });
  const as = another ? 'another' : 'mention';
  const asked = { erasureId, where, as, text, reason, by, now: Date.now() } as const;
  const erasure = await withDatabase((db) => judgeLeftover(db, asked));
  if (json) writeJson({ erasure });
  else process.stdout.write(erasuresText([erasure]));
}
