import type { Command } from 'commander';
import { type ReadForm, readForm } from '../../api/forms/load';
import { failure } from '../../domain/errors';
import { shownFields } from '../../domain/forms/problems';
import { type Problem, problemText } from '../../domain/yaml/problem';
import { isFormFile } from '../../runtime/form-files';
import { readSequenceFile, type SequenceFile } from '../../runtime/sequence-files';
import { sequenceFilesOf } from '../../runtime/sequence-folders';
import { aroundForms } from '../forms-around';
import { contentFor, type KnownOptions, knownWithoutDatabase } from '../known';
import { writeJson } from '../output';

const EXIT_INVALID = 2; // as for errors of that kind, see the registry

interface Options extends KnownOptions {
  readonly json?: boolean;
}

/** `viveiro validate`, which is also `viveiro sequence validate` */
export function register(parent: Command): void {
  const name = parent.parent ? `viveiro ${parent.name()} validate` : 'viveiro validate';
  parent
    .command('validate')
    .argument('<path...>', 'YAML files, or folders of them')
    .option(
      '--rules <folder>',
      'rules to check names against; default: "rules" beside the first, else the configured ones',
    )
    .option('--templates <folder>', 'mail templates to check against; default: the configured ones')
    .option('--json', 'one JSON object')
    .description(
      'say what is wrong with files of sequences and forms, like a compiler; needs no database; exit code 2 for an error',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ ${name} sequences forms
  $ ${name} drafts/spring.yaml --templates drafts/templates`,
    )
    .action(validate);
}

async function validate(paths: readonly string[], options: Options): Promise<void> {
  const files = sequenceFilesOf(paths);
  if (files.length === 0)
    throw failure('VIV_USAGE', {
      problem: `No YAML file in ${paths.join(', ')}. Name a file, or a folder that has one.`,
    });
  const forms = files.filter(isFormFile);
  const sequences = files.filter((file) => !forms.includes(file));
  const { known: named, deps } = await contentFor(paths, options);
  const known = await knownWithoutDatabase(sequences, named);
  const around = aroundForms(deps.rules);
  const read = await Promise.all(
    files.map((file) => (forms.includes(file) ? readForm(file, around) : readSequenceFile(file, known))),
  );
  const summary = summaryOf(read);
  const isValid = summary.errors === 0;
  if (options.json) writeJson({ isValid, summary, files: read.map(asJson) });
  else process.stdout.write(asText(read, summary));
  if (!isValid) process.exitCode = EXIT_INVALID;
}

type ReadFile = SequenceFile | ReadForm;

const problemsOf = (read: ReadFile): readonly Problem[] => (read.type === 'valid' ? read.warnings : read.problems);

interface Summary {
  readonly files: number;
  readonly valid: number;
  readonly errors: number;
  readonly warnings: number;
}

function summaryOf(read: readonly ReadFile[]): Summary {
  const problems = read.flatMap(problemsOf);
  return {
    files: read.length,
    valid: read.filter(({ type }) => type === 'valid').length,
    errors: problems.filter(({ severity }) => severity === 'error').length,
    warnings: problems.filter(({ severity }) => severity === 'warning').length,
  };
}

function asJson(read: ReadFile) {
  return { file: read.file, isValid: read.type === 'valid', problems: problemsOf(read) };
}

const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

function asText(read: readonly ReadFile[], { files, valid, errors, warnings }: Summary): string {
  const lines = read.flatMap((one) => [
    ...problemsOf(one).map(problemText),
    ...(one.type === 'valid' ? [`${one.file}: ${validText(one)}`] : []),
  ]);
  const sum = `${counted(files, 'file')}, ${valid} valid: ${counted(errors, 'error')}, ${counted(warnings, 'warning')}`;
  return `${[...lines, sum].join('\n')}\n`;
}

function validText(read: Extract<ReadFile, { type: 'valid' }>): string {
  if ('form' in read) return `form ${read.form.form} is valid, ${counted(shownFields(read.form), 'field')}`;
  return `${read.definition.sequence} is valid, ${read.definition.steps.length} steps`;
}
