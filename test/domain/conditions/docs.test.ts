import { readFileSync } from 'node:fs';
import path from 'node:path';
import { KNOWN_PATHS } from '../../../src/domain/conditions/fact';
import { OPERATORS } from '../../../src/domain/conditions/operators';

const docs = readFileSync(path.join(__dirname, '../../../docs/conditions.md'), 'utf8');

/** What stands in backquotes in the tables of one section. */
function listedUnder(title: string): readonly string[] {
  const section = docs.split(/^## /m).find((part) => part.startsWith(title)) ?? '';
  const cells = [...section.matchAll(/^\|(.*)\|$/gm)].map(([, row = '']) => row.split('|'));
  const column = title === 'Facts' ? 1 : 0;
  return cells.flatMap((row) => [...(row[column] ?? '').matchAll(/`([^`]+)`/g)].map(([, word = '']) => word));
}

test('docs/conditions.md lists the facts and the operators that exist, and no others', () => {
  expect([...listedUnder('Facts')].sort()).toEqual([...KNOWN_PATHS].sort());
  expect([...listedUnder('Operators')].sort()).toEqual(Object.keys(OPERATORS).sort());
});
