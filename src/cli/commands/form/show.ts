import type { Command } from 'commander';
import type { LoadedForm } from '../../../api/forms/load';
import { textsOf } from '../../../api/forms/render';
import { type Session, sessionsOf } from '../../../domain/forms/brings';
import { type FormField, isShown, keptWith } from '../../../domain/forms/field';
import { JSON_OPTION } from '../../arguments';
import { onOneLine, writeJson } from '../../output';
import { table } from '../../table';
import { FORMS_OPTION, type FolderOptions, formNamed, LANG_OPTION, localeFor, readFolder } from './folder';

interface Options extends FolderOptions {
  readonly lang?: string;
  readonly json?: boolean;
}

/** `viveiro form show` */
export function register(parent: Command): void {
  parent
    .command('show')
    .argument('<name>', 'a form')
    .option(...FORMS_OPTION)
    .option(...LANG_OPTION)
    .option(...JSON_OPTION)
    .description('show what a form asks, what it brings, and what it is protected by')
    .addHelpText('after', '\nNeeds no database.\n\nExamples:\n  $ viveiro form show course')
    .action(show);
}

async function show(name: string, options: Options): Promise<void> {
  const read = await readFolder(options);
  const form = formNamed(read, name);
  const { filesFolder: _, ...said } = form;
  if (options.json) return writeJson({ ...said, url: `${read.publicUrl}/f/${name}` });
  process.stdout.write(textOf(form, localeFor(form, options.lang), read.publicUrl));
}

function textOf(form: LoadedForm, locale: string, publicUrl: string): string {
  const inWords = textsOf(form, locale);
  const row = (field: FormField, when: string): readonly string[] => [
    field.name,
    field.type,
    isShown(field) && field.required ? 'required' : '',
    field.name === 'email' || field.name === 'name' ? 'contact' : keptWith(field) === 'event' ? 'event' : 'attribute',
    when,
    isShown(field) ? onOneLine(inWords(field.label)) : (field.value ?? `?${field.from}=`),
  ];
  const rows = [
    ...form.fields.map((field) => row(field, '')),
    ...(form.progressive?.fields ?? []).map((field) => row(field, 'later')),
  ];
  const { minSeconds, perBlock, perAddress, proofOfWork } = form.spam;
  const lines = [
    `${onOneLine(inWords(form.title))}`,
    `${publicUrl}/f/${form.form}`,
    `offer ${form.offer}, source ${form.source}, brings ${bringsText(form)}`,
    `consent ${form.consent ? `${form.consent.purpose}${form.consent.required ? ' (required)' : ''}` : 'none'}`,
    `held: faster than ${minSeconds} s, more than ${perAddress} an hour for one address; refused: more than ${perBlock} an hour from one network`,
    ...(proofOfWork === undefined ? [] : [`proof of work: ${proofOfWork} bits`]),
    ...(form.origins.length > 0 ? [`sites: ${form.origins.join(', ')}`] : []),
  ];
  return `${lines.join('\n')}\n\n${table(['field', 'type', '', 'kept as', 'asked', 'label'], rows)}`;
}

const sessionText = ({ session, startsAt, isCancelled }: Session): string =>
  `${session === null ? '' : `${session}: `}${new Date(startsAt).toISOString()}${isCancelled ? ' (cancelled)' : ''}`;

function bringsText({ brings }: LoadedForm): string {
  if (brings?.type === 'ebook')
    return `the e-book ${typeof brings.file === 'string' ? brings.file : Object.values(brings.file).join(', ')}`;
  if (brings?.type === 'webinar')
    return `the webinar of ${sessionsOf(brings).map(sessionText).join(', ')} (${brings.zone})`;
  return brings?.type ?? 'a lead';
}
