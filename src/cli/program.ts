import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import { GROUPS, register } from './commands';
import { tellFailure } from './failure';

const PACKAGE = path.resolve(__dirname, '../../package.json');

/** The command line: with the command that the words begin with, else, for help and for what is written wrong, with every one. */
export function createProgram(words: readonly string[] = []): Command {
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(PACKAGE, 'utf8')));
  const program = new Command('viveiro')
    .version(version, '-V, --version', 'say which version this is')
    .description('Takes people from first interest to a purchase, and brings quiet clients back.')
    .enablePositionalOptions() // what stands behind a subcommand is its own
    .exitOverride() // commands made later inherit this and what follows
    .configureOutput({ outputError: (said, write) => write(said.replace(/^error: /, 'VIV_USAGE: ')) })
    .showHelpAfterError('Add --help to see what it takes.')
    .addHelpText('after', EPILOGUE);
  for (const { heading, commands } of GROUPS) {
    program.commandsGroup(heading);
    for (const name of asked(words, commands)) register(name, program);
  }
  const help = new Command('help').argument('[command]').helpOption(false).helpGroup('More:');
  return program.addHelpCommand(help.description('show the help of a command'));
}

const ALL = GROUPS.flatMap(({ commands }) => commands);

function asked([first = '']: readonly string[], commands: readonly string[]): readonly string[] {
  return ALL.includes(first) ? commands.filter((name) => name === first) : commands;
}

const EPILOGUE = `
Every command takes --help. Settings are VIVEIRO_* variables: viveiro config.
Exit codes: 0 done, 1 a fault, 2 bad input, 3 something needed is missing.`;

/** Runs one command and answers its exit code; what goes wrong is told, never thrown. */
export async function runCommand(words: readonly string[]): Promise<number> {
  try {
    await createProgram(words).parseAsync([...words], { from: 'user' });
    return Number(process.exitCode ?? 0); // a command may have set its own
  } catch (error) {
    return tellFailure(error, { json: asksForJson(words) });
  }
}

/** Looked for in the words themselves: they may be what is wrong. After `--` come no options. */
function asksForJson(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return (end < 0 ? words : words.slice(0, end)).includes('--json');
}
