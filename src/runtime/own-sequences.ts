import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Instant } from '../domain/ids';
import { type Db, transaction } from '../store/db';
import { newestVersions } from '../store/sequences';
import type { Config } from './config';
import { type Content, contentFolders } from './content';
import { publishFiles } from './sequence-files';

/** Sequences that Viveiro itself relies on: confirmations of double opt-in, and links to the preference page. */
const OWN = ['double-opt-in', 'preference-link', 'preference-link-client'] as const;

/**
 * Publishes those of our own sequences of which no version is on record, from the company's folder, else as they are shipped: a form
 * must not ask for a confirmation that nobody mails. What is published stays as it is.
 */
export async function publishOwnSequences(
  db: Db,
  { config, content, now }: { readonly config: Config; readonly content: Content; readonly now: Instant },
): Promise<void> {
  const known = new Set((await transaction(db, newestVersions)).map(({ sequence }) => sequence));
  const missing = OWN.filter((name) => !known.has(name));
  const folders = [contentFolders(config).sequences, contentFolders({}).sequences];
  const files = missing.flatMap((name) => {
    const found = folders.map((folder) => path.join(folder, `${name}.yaml`)).find(existsSync);
    return found === undefined || !hasTemplates(content, name) ? [] : [found];
  });
  await publishFiles(db, { files, known: content.known, templates: content.templates, now });
}

/** A company with templates of its own may have left ours out: then it has its own way, or none. */
const TEMPLATES = {
  'double-opt-in': ['opt-in-confirm', 'opt-in-reminder'],
  'preference-link': ['preference-link'],
  'preference-link-client': ['preference-link'],
} as const satisfies { readonly [name in (typeof OWN)[number]]: readonly string[] };

const hasTemplates = ({ templates }: Content, name: (typeof OWN)[number]): boolean =>
  TEMPLATES[name].every((template) => templates.names.includes(template));
