import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';

/** The blocks of YAML of a kind that a page of the manual shows, by their names: those behind ```yaml KIND NAME. */
export const shownIn = (page: string, kind: string): { readonly [name: string]: object } =>
  Object.fromEntries(
    [
      ...readFileSync(path.resolve(__dirname, '../../docs', page), 'utf8').matchAll(
        new RegExp(`^\`\`\`yaml ${kind} (\\S+)\\n(.*?)^\`\`\``, 'gms'),
      ),
    ].map(([, name = '', text = '']) => [name, parse(text)]),
  );
