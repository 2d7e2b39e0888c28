import type { Command } from 'commander';
import { listSequences } from '../../store/sequences';
import { withDatabase } from '../database';
import { writeJson } from '../output';
import { table } from '../table';
import { publish } from './publish';
import { register as validate } from './validate';

interface Options {
  readonly json?: boolean;
}

/** `viveiro sequence validate|publish|list` */
export function register(program: Command): void {
  const sequence = program.command('sequence').description('sequences: check their files, publish versions, list them');
  validate(sequence);
  sequence
    .command('publish')
    .argument('<file...>', 'YAML files')
    .option('--rules <folder>', 'as for validate')
    .option('--templates <folder>', 'as for validate')
    .option('--json', 'one JSON object')
    .description('make a new version of each sequence that changed; with one file invalid, of none')
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro sequence publish sequences/course-nurture.yaml`,
    )
    .action(publish);
  sequence
    .command('list')
    .option('--json', 'one JSON object')
    .description('published sequences with their newest version and how many journeys are under way')
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro sequence list
  $ viveiro sequence list --json`,
    )
    .action(list);
}

async function list({ json }: Options): Promise<void> {
  const sequences = await withDatabase(listSequences);
  if (json) {
    writeJson({ sequences });
    return;
  }
  const rows = sequences.map(({ sequence, version, audience, running, publishedAt, title }) => [
    sequence,
    String(version),
    audience,
    String(running),
    new Date(publishedAt).toISOString().slice(0, 10),
    title,
  ]);
  process.stdout.write(table(['sequence', 'version', 'audience', 'running', 'published', 'title'], rows));
}
