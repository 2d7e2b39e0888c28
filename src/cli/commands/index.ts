import type { Command } from 'commander';

interface Group {
  /** As it stands above the commands in the help. */
  readonly heading: string;
  /** Each has a file of its name here. */
  readonly commands: readonly string[];
}

/** Every command; a new one adds its file and its name here. */
export const GROUPS: readonly Group[] = [
  { heading: 'Run it:', commands: ['start', 'demo', 'worker'] },
  {
    heading: 'Sequences:',
    commands: [
      ...['validate', 'plan', 'publish', 'migrate', 'sequence'],
      ...['rehearse', 'simulate', 'backtest', 'pause', 'resume', 'experiment'],
    ],
  },
  { heading: 'Mails:', commands: ['template', 'sends', 'account', 'inbound', 'suppression'] },
  {
    heading: 'People:',
    commands: ['form', 'import', 'list', 'contact', 'enrol', 'journeys', 'why', 'segment', 'consent', 'retention'],
  },
  { heading: 'Sales:', commands: ['handoffs', 'task', 'rep'] },
  { heading: 'Set up:', commands: ['doctor', 'config', 'key', 'dkim', 'refusals'] },
];

/** Adds the command of that name. Its file is read now: one command needs a part of the program, and starts the sooner for it. */
export function register(name: string, program: Command): void {
  const file = require(`./${name}`) as { register(parent: Command): void }; // test/cli/program.test.ts asks each
  file.register(program);
}
