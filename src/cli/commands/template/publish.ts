import type { Command } from 'commander';
import { failure } from '../../../domain/errors';
import { problemText } from '../../../domain/yaml/problem';
import { type PublishedName, publishTemplates } from '../../../runtime/template-files';
import { transaction } from '../../../store/db';
import { findNumberedTemplate, publishTemplate, templateChecksum } from '../../../store/templates';
import { wholeNumber } from '../../arguments';
import { withDatabase } from '../../database';
import { writeJson } from '../../output';
import { type FolderOptions, namesAsked, problemsOf, readFolder, refuseErrors, TEMPLATES_OPTION } from './folder';

interface Options extends FolderOptions {
  readonly again?: number;
  readonly json?: boolean;
}

/** `viveiro template publish` */
export function register(parent: Command): void {
  parent
    .command('publish')
    .argument('[name...]', 'templates; default: all of the folder')
    .option(...TEMPLATES_OPTION)
    .option(
      '--again <version>',
      'publish what an older version of one template says, to undo what came after',
      wholeNumber(1),
    )
    .option('--json', 'one JSON object')
    .description('make a new version of each template that changed; mails that are still to be sent get it')
    .addHelpText(
      'after',
      `
With an error in one of them, none is published: viveiro template check. Publishing a sequence does the same for the templates
that it names.

Examples:
  $ viveiro template publish course-lesson
  $ viveiro template publish course-lesson --again 2`,
    )
    .action((names: readonly string[], options: Options) =>
      options.again === undefined ? publish(names, options) : publishAgain(names, options.again, options),
    );
}

async function publish(asked: readonly string[], options: Options): Promise<void> {
  const read = await readFolder(options);
  const names = namesAsked(read, asked);
  refuseErrors(read, names);
  const { templates } = read;
  const published = await withDatabase((db) => publishTemplates(db, { templates, names, now: Date.now() }));
  const warnings = problemsOf(read, names);
  if (options.json) writeJson({ published, warnings });
  else
    process.stdout.write(
      [...warnings.map((problem) => `${problemText(problem)}\n`), ...published.map(publishedText)].join(''),
    );
}

const publishedText = ({ template, version, status }: PublishedName): string =>
  `${template} version ${version} ${status === 'published' ? 'published' : 'says the same already'}\n`;

async function publishAgain(names: readonly string[], version: number, options: Options): Promise<void> {
  const [template, ...more] = names;
  if (template === undefined || more.length > 0)
    throw failure('VIV_USAGE', { problem: '--again takes the name of one template' });
  const { published, checksum } = await withDatabase((db) =>
    transaction(db, async (tx) => {
      const { content } = await findNumberedTemplate(tx, { template, version });
      const made = await publishTemplate(tx, { template, content, now: Date.now() });
      return { published: { template, ...made }, checksum: templateChecksum(content) };
    }),
  );
  const { templates } = await readFolder(options);
  const written = templates.content(template);
  const isBehind = written !== undefined && templateChecksum(written) !== checksum;
  if (options.json) return writeJson({ published: [published], filesDiffer: isBehind });
  process.stdout.write(publishedText(published) + (isBehind ? differText(template, version) : ''));
}

const differText = (template: string, version: number): string =>
  `The files in the folder say something else, and are published with the next sequence that names it. To have them say the same:
  viveiro template show ${template} --version ${version} --out templates
`;
