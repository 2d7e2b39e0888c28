import type { Command } from 'commander';
import { type Problem, problemText } from '../../../domain/yaml/problem';
import { linkProblems } from '../../../runtime/template-links';
import { writeJson } from '../../output';
import { type FolderOptions, namesAsked, problemsOf, readFolder, TEMPLATES_OPTION } from './folder';

const EXIT_INVALID = 2; // as for errors of that kind, see the registry

interface Options extends FolderOptions {
  readonly links?: boolean;
  readonly json?: boolean;
}

/** `viveiro template check` */
export function register(parent: Command): void {
  parent
    .command('check')
    .argument('[name...]', 'templates; default: all of the folder')
    .option(...TEMPLATES_OPTION)
    .option('--links', 'also ask every page that they link to whether it is there')
    .option('--json', 'one JSON object')
    .description('say what is wrong with templates, like a compiler; needs no database; exit code 2 for an error')
    .addHelpText(
      'after',
      `
Errors keep a template from being published: names that no mail has, dead links, images without alternative text, pages over
102 KB, marketing mail without a way to unsubscribe or a postal address, text that cannot be read. Warnings do not.

Examples:
  $ viveiro template check
  $ viveiro template check course-lesson --links
  $ viveiro template check --templates drafts/templates --json`,
    )
    .action(check);
}

async function check(asked: readonly string[], options: Options): Promise<void> {
  const read = await readFolder(options);
  const names = namesAsked(read, asked);
  const network = options.links ? await linkProblems(read, names) : [];
  const problems = [...problemsOf(read, names), ...network];
  const summary = {
    templates: names.length,
    errors: count(problems, 'error'),
    warnings: count(problems, 'warning'),
  };
  const isValid = summary.errors === 0;
  if (options.json) writeJson({ isValid, summary, problems });
  else process.stdout.write(textOf(problems, summary));
  if (!isValid) process.exitCode = EXIT_INVALID;
}

const count = (problems: readonly Problem[], wanted: Problem['severity']): number =>
  problems.filter(({ severity }) => severity === wanted).length;

const counted = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;

function textOf(
  problems: readonly Problem[],
  { templates, errors, warnings }: { readonly templates: number; readonly errors: number; readonly warnings: number },
): string {
  const sum = `${counted(templates, 'template')}: ${counted(errors, 'error')}, ${counted(warnings, 'warning')}`;
  return `${[...problems.map(problemText), sum].join('\n')}\n`;
}
