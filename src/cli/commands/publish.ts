import type { Command } from 'commander';
import { diffOf, type SequenceDiff } from '../../domain/change/diff';
import { type PublishedFile, publishFiles } from '../../runtime/sequence-files';
import { countPlaces, type PlaceCount } from '../../store/change-places';
import { findNumbered } from '../../store/change-versions';
import { type Db, single } from '../../store/db';
import { diffText, runningByVersion, versionsText } from '../change-text';
import { withDatabase } from '../database';
import { contentFor, type KnownOptions } from '../known';
import { writeJson } from '../output';

interface Options extends KnownOptions {
  readonly json?: boolean;
}

/** `viveiro publish FILE…`, which is also `viveiro sequence publish`. */
export function register(program: Command): void {
  program
    .command('publish')
    .argument('<file...>', 'YAML files')
    .option(
      '--rules <folder>',
      'rules to check names against; default: "rules" beside the first file, else the configured ones',
    )
    .option('--templates <folder>', 'mail templates to check against; default: the configured ones')
    .option('--json', 'one JSON object')
    .description('make a new version of each sequence that changed; journeys under way stay on theirs')
    .addHelpText(
      'after',
      `
Templates that it names and that have changed are published first: mails that are still to be sent get the new ones, journeys under
way included. With one file invalid, nothing is published. What it would do: viveiro plan FILE. To move journeys: viveiro migrate.

Examples:
  $ viveiro publish sequences/course-nurture.yaml`,
    )
    .action(publish);
}

interface Told extends PublishedFile {
  /** From the version before; null: there is none, or nothing was published. */
  readonly diff: SequenceDiff | null;
  /** Journeys under way on older versions. */
  readonly underWay: readonly { readonly version: number; readonly running: number }[];
}

export async function publish(files: readonly string[], options: Options): Promise<void> {
  const { known, templates } = await contentFor(files, options);
  const published = await withDatabase(async (db) => {
    const versions = await publishFiles(db, { files, known, templates, now: Date.now() });
    const told: { readonly file: Told; readonly places: readonly PlaceCount[] }[] = [];
    for (const version of versions) told.push(await lookedAt(db, version));
    return told;
  });
  if (options.json) writeJson({ published: published.map(({ file }) => file) });
  else for (const { file, places } of published) process.stdout.write(publishedText(file, places));
}

async function lookedAt(db: Db, file: PublishedFile) {
  const { sequence, version, status } = file;
  const tx = single(db);
  const all = await countPlaces(tx, sequence);
  const places = all.filter((place) => place.version !== version);
  const underWay = [...runningByVersion(places)].map(([number, running]) => ({ version: number, running }));
  if (status === 'unchanged' || version === 1) return { file: { ...file, diff: null, underWay }, places };
  const [before, after] = [await findNumbered(tx, sequence, version - 1), await findNumbered(tx, sequence, version)];
  return { file: { ...file, diff: diffOf(before.definition, after.definition), underWay }, places };
}

function publishedText(told: Told, places: readonly PlaceCount[]): string {
  const { sequence, version, status, templates, diff, underWay } = told;
  const mails = templates.map((one) => `  with template ${one.template} version ${one.version}\n`).join('');
  const said = `${sequence} version ${version} ${status === 'unchanged' ? 'says the same already' : 'published'}\n${mails}`;
  if (underWay.length === 0) return said + (diff ? diffText(diff) : '');
  const commands = underWay.map(
    (one) => `  viveiro migrate ${sequence} --from ${one.version} --to ${version} --dry-run\n`,
  );
  return `${said}${diff ? diffText(diff) : ''}Journeys stay on theirs: ${versionsText(places)}. To move them, look first:\n${commands.join('')}`;
}
