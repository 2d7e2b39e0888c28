import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { jsonSchemas } from '../scripts/json-schema';

const FOLDER = path.resolve(__dirname, '../schemas');

test('schemas/ holds what npx tsx scripts/json-schema.ts writes, and nothing else', () => {
  const written = readdirSync(FOLDER).map((file) => [file, JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8'))]);
  const made: unknown = JSON.parse(JSON.stringify(jsonSchemas()));
  expect(Object.fromEntries(written)).toEqual(made);
});
