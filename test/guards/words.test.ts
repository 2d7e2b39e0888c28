import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { createProgram } from '../../src/cli/program';

const ROOT = path.resolve(__dirname, '../..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');
const filesIn = (folder: string, end: string) =>
  readdirSync(path.join(ROOT, folder))
    .filter((name) => name.endsWith(end))
    .map((name) => `${folder}/${name}`);

/** Words that others use for a thing of the glossary, and the glossary's word. */
const SYNONYMS: readonly (readonly [RegExp, string])[] = [
  [/\bcustomers?\b(?! success)/i, 'client'],
  [/\b(subscriber|prospect)s?\b/i, 'contact'],
  [/\b(sales ?(man|men|person|people)|sellers?|agents?)\b/i, 'rep'],
  [/\b(drips?|blasts?|mailshots?)\b/i, 'mailing, or sequence'],
  [/(?<!\b(double|soft)[ -])\bopt(s|ed|ing)?[- ](in|out)\b/i, 'consent, or double opt-in'],
  [/\bblacklist(s|ed)?\b/i, 'suppression'],
  [/\b(deals?|opportunit(y|ies))\b/i, 'lead'],
  [/\be?-?mail campaigns?\b/i, 'mailing, or sequence'],
  [/\bpost(pone|poned|ponement)\b|\bput off\b/i, 'defer'],
  [/\b(emails|e-mailings)\b/i, 'mails'],
];
const synonymsIn = (text: string) =>
  SYNONYMS.flatMap(([word, instead]) => {
    const found = word.exec(text);
    return found ? [`${found[0]}: say ${instead}`] : [];
  });

/** Rows of the glossary: the words of the first cell, and what they are. */
const rows = [...read('docs/glossary.md').matchAll(/^\| \*\*(.+)\*\* \| (.+) \|$/gm)].map(
  ([, words = '', meaning = '']) => ({ words: words.split(', '), meaning }),
);

const helpOf = (command: Command): string => [command.helpInformation(), ...command.commands.map(helpOf)].join('\n');

test('the glossary explains each word once', () => {
  const words = rows.flatMap((row) => row.words.map((word) => word.toLowerCase()));
  expect(rows.length).toBeGreaterThan(80);
  expect(words.filter((word, index) => words.indexOf(word) < index)).toEqual([]);
});

test('the guard knows a synonym when it sees one', () => {
  expect(synonymsIn('Customers who opt out')).toEqual([
    'Customers: say client',
    'opt out: say consent, or double opt-in',
  ]);
  expect(synonymsIn('for customer success')).toEqual([]);
});

test.each([
  'README.md',
  'CHANGELOG.md',
  ...filesIn('docs', '.md').filter((file) => file !== 'docs/glossary.md'),
  ...filesIn('docs/sequences', '.yaml'),
  ...filesIn('schemas', '.json'),
])('%s uses the words of the glossary', (file) => {
  expect(synonymsIn(read(file))).toEqual([]);
});

test('the help of all commands uses the words of the glossary', () => {
  expect(synonymsIn(helpOf(createProgram()))).toEqual([]);
});
