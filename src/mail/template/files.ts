import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { failure } from '../../domain/errors';
import { slug } from '../../domain/sequence/names';
import type { Problem } from '../../domain/yaml/problem';
import { problemAt, type Said } from './problem';

export interface SourceFile {
  /** As people find it. */
  readonly file: string;
  /** In the folder of templates. */
  readonly path: string;
  readonly text: string;
}

export type BodyKind = 'md' | 'html' | 'mjml';
export type PartialKind = BodyKind | 'txt';

/** A template in one language, as its files say it. */
export interface LocaleFiles {
  readonly name: string;
  readonly locale: string;
  readonly kind: BodyKind;
  readonly body: SourceFile;
  readonly text: SourceFile | undefined;
}

/** A partial or a layout; without a locale it is for all that have none of their own. */
export interface SharedFile extends SourceFile {
  readonly name: string;
  readonly locale: string | undefined;
  readonly kind: PartialKind;
}

export interface TemplateFolder {
  readonly folder: string;
  readonly names: readonly string[];
  readonly locales: readonly LocaleFiles[];
  /** Sample data by name of the template. */
  readonly samples: ReadonlyMap<string, SourceFile>;
  readonly partials: readonly SharedFile[];
  readonly layouts: readonly SharedFile[];
  readonly problems: readonly Problem[];
}

const SHARED = { _partials: ['md', 'html', 'mjml', 'txt'], _layouts: ['html', 'mjml'] } as const satisfies {
  readonly [folder: string]: readonly PartialKind[];
};

/** Reads a folder of templates. Names of templates begin with a letter, so that none is called like a shared folder. */
export function readTemplateFolder(folder: string): TemplateFolder {
  const problems: Problem[] = [];
  const complain = (file: string, said: Said) => problems.push(problemAt({ file, line: 1 }, said));
  const entries = entriesOf(folder, 'folder');
  const shared = (name: keyof typeof SHARED) =>
    entries.includes(name) ? sharedIn(folder, { name, kinds: SHARED[name], complain }) : [];
  const others = entries.filter((name) => !(name in SHARED));
  const names = others.filter((name) => slug.safeParse(name).success);
  for (const name of others) if (!names.includes(name)) complain(path.join(folder, name), badName(name));
  const read = names.map((name) => readTemplate(folder, name, complain));
  return {
    folder,
    names,
    locales: read.flatMap(({ locales }) => locales),
    samples: new Map(read.flatMap(({ name, sample }) => (sample ? [[name, sample]] : []))),
    partials: shared('_partials'),
    layouts: shared('_layouts'),
    problems,
  };
}

const badName = (name: string): Said =>
  name.startsWith('_')
    ? { message: 'it is no shared folder', fix: 'shared folders are _partials and _layouts' }
    : { message: 'its name is no name of a template', fix: 'use lower-case letters, digits, - and _' };

type Complain = (file: string, said: Said) => void;

interface TemplateEntries {
  readonly name: string;
  readonly locales: readonly LocaleFiles[];
  readonly sample: SourceFile | undefined;
}

const LOCALE = '[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*';
const LOCALE_FILE = new RegExp(`^(${LOCALE})\\.(md|html|mjml|txt)$`);
const SAMPLE_FILE = /^sample\.(ya?ml|json)$/;
const MISNAMED: Said = {
  message: 'its name is no locale',
  fix: 'name it like en.md or pt-BR.md, .html or .mjml; a text of its own en.txt, sample data sample.yaml',
};

function readTemplate(folder: string, name: string, complain: Complain): TemplateEntries {
  const fileOf = (entry: string) => sourceFile(folder, path.join(name, entry));
  const entries = entriesOf(path.join(folder, name), 'file');
  const [sample, ...more] = entries.filter((entry) => SAMPLE_FILE.test(entry)).map(fileOf);
  for (const { file } of more) complain(file, { message: 'there are sample data already', fix: 'keep one of them' });
  const named = entries.flatMap((entry) => {
    const [, locale = '', kind = ''] = LOCALE_FILE.exec(entry) ?? [];
    if (locale === '' && !SAMPLE_FILE.test(entry)) complain(fileOf(entry).file, MISNAMED);
    return locale === '' ? [] : [{ locale, kind: kind as PartialKind, entry }]; // the expression takes these alone
  });
  const bodies = named.flatMap(({ kind, ...rest }) => (kind === 'txt' ? [] : [{ kind, ...rest }]));
  for (const { entry, locale } of bodies)
    if (bodies.find((one) => one.locale === locale)?.entry !== entry)
      complain(fileOf(entry).file, { message: `${locale} has a body already`, fix: 'keep one of them' });
  if (bodies.length === 0)
    complain(path.join(folder, name), { message: 'it has no text in any language', fix: 'add en.md, .html or .mjml' });
  const texts = named.filter(({ kind }) => kind === 'txt');
  for (const { entry, locale } of texts)
    if (!bodies.some((body) => body.locale === locale))
      complain(fileOf(entry).file, { message: 'it goes with no body', fix: `add ${locale}.md, .html or .mjml` });
  const locales = bodies.map(({ locale, kind, entry }) => {
    const text = texts.find((one) => one.locale === locale);
    return { name, locale, kind, body: fileOf(entry), text: text && fileOf(text.entry) };
  });
  return { name, locales, sample };
}

const SHARED_FILE = new RegExp(`^([a-z][a-z0-9_-]*)(?:\\.(${LOCALE}))?\\.(md|html|mjml|txt)$`);

function sharedIn(
  folder: string,
  o: { readonly name: string; readonly kinds: readonly PartialKind[]; readonly complain: Complain },
): readonly SharedFile[] {
  return entriesOf(path.join(folder, o.name), 'file').flatMap((entry) => {
    const file = sourceFile(folder, path.join(o.name, entry));
    const [, name = '', locale, kind = ''] = SHARED_FILE.exec(entry) ?? [];
    const found = o.kinds.find((one) => one === kind);
    if (found) return [{ ...file, name, locale, kind: found }];
    const example = o.kinds.map((one) => `name.${one}`).join(', ');
    o.complain(file.file, {
      message: 'its name tells no kind',
      fix: `name it ${example}, or with a locale: name.pt-BR.${o.kinds[0]}`,
    });
    return [];
  });
}

/** The shared file of a name and kind for a text in a locale: of the same locale, else the same language, else for all, else English. */
export function sharedFor(
  all: readonly SharedFile[],
  wanted: { readonly name: string; readonly kinds: readonly PartialKind[]; readonly locale: string },
): SharedFile | undefined {
  const ofName = all.filter(({ name, kind }) => name === wanted.name && wanted.kinds.includes(kind));
  const language = (locale: string | undefined) => locale?.split('-')[0]?.toLowerCase();
  return (
    ofName.find(({ locale }) => locale?.toLowerCase() === wanted.locale.toLowerCase()) ??
    ofName.find(({ locale }) => language(locale) === language(wanted.locale)) ??
    ofName.find(({ locale }) => locale === undefined) ??
    ofName.find(({ locale }) => language(locale) === 'en')
  );
}

function sourceFile(folder: string, name: string): SourceFile {
  const file = path.join(folder, name);
  const text = orUnreadable(file, () => new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file)));
  return { file, path: name.split(path.sep).join('/'), text: text.replaceAll('\r\n', '\n') };
}

/** By name, without what the system hides. */
function entriesOf(folder: string, type: 'folder' | 'file'): readonly string[] {
  const entries = orUnreadable(folder, () => readdirSync(folder, { withFileTypes: true }));
  return entries
    .filter((entry) => !entry.name.startsWith('.') && (type === 'folder' ? entry.isDirectory() : !entry.isDirectory()))
    .map(({ name }) => name)
    .sort();
}

function orUnreadable<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // what fs throws
    const problem = code === 'ENOENT' ? 'it is not there' : `the system says ${code ?? String(error)}`;
    throw failure('VIV_FILE_UNREADABLE', { file, problem }, error);
  }
}
