import { type Dirent, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** Folders beside sequences that hold files of other kinds: each is checked by whoever reads it. */
const OTHERS = ['rules', 'scripts'];

const isYaml = (name: string): boolean => /\.ya?ml$/.test(name);
const isFolder = (one: string): boolean => statSync(one, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** The sequence files that the paths mean, in order of names: a file is itself, a folder is every YAML file in it and below. */
export function sequenceFilesOf(paths: readonly string[]): readonly string[] {
  return paths.flatMap((one) => (isFolder(one) ? filesIn(one) : [one]));
}

function filesIn(folder: string): readonly string[] {
  const within = (entry: Dirent): readonly string[] => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return OTHERS.includes(entry.name) ? [] : filesIn(file);
    return isYaml(entry.name) ? [file] : [];
  };
  return readdirSync(folder, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(within);
}

/** The folder of rules that goes with a path: `rules` in it, or beside it. */
export function rulesFolderOf(one: string): string {
  return path.join(isFolder(one) ? one : path.dirname(one), 'rules');
}
