import type { Command } from 'commander';
import { describeConfig, readConfig } from '../../runtime/config';
import { writeJson } from '../output';
import { table } from '../table';

/** `viveiro config`: all settings with their values, secrets hidden. */
export function register(program: Command): void {
  program
    .command('config')
    .option('--json', 'one JSON object')
    .description('show all settings, their values (secrets hidden) and where each comes from')
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro config
  $ viveiro config --json`,
    )
    .action(show);
}

function show({ json }: { readonly json?: boolean }): void {
  const settings = describeConfig(readConfig(process.env), process.env);
  if (json) {
    writeJson({ settings });
    return;
  }
  const rows = settings.map(({ name, value, source, description }) => [name, value, source, description]);
  process.stdout.write(table(['setting', 'value', 'from', 'what it is'], rows));
  process.stdout.write('\nTemporal is set by its own standard variables: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, …\n');
}
