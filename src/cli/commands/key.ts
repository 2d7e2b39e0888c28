import type { Command } from 'commander';
import { createApiKey, listApiKeys, revokeApiKey } from '../../store/api-keys';
import { shortText } from '../arguments';
import { withDatabase } from '../database';
import { writeJson } from '../output';
import { table } from '../table';

/** `viveiro key create|list|revoke`: who may call the API. */
export function register(program: Command): void {
  const key = program.command('key').description('API keys: make, list and revoke them');
  key
    .command('create')
    .argument('<name>', 'who will use it, like "website"', shortText(200))
    .option('--json', 'one JSON object')
    .description('make a key and show it this once')
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro key create website`,
    )
    .action((name: string, { json }: { json?: boolean }) => create(name, json === true));
  key
    .command('list')
    .option('--json', 'one JSON object')
    .description('all keys by name; the keys themselves are not kept')
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro key list`,
    )
    .action(({ json }: { json?: boolean }) => list(json === true));
  key
    .command('revoke')
    .argument('<name>', 'as it stands in the list')
    .description('from now on the key opens nothing')
    .addHelpText(
      'after',
      `
Examples:
  $ viveiro key revoke website`,
    )
    .action(revoke);
}

async function create(name: string, json: boolean): Promise<void> {
  const { id, key } = await withDatabase((db) => createApiKey(db, { name, at: Date.now() }));
  if (json) {
    writeJson({ id, name, key });
    return;
  }
  process.stdout.write(`${key}\n`);
  // apart from the key, so that `viveiro key create x > file` keeps nothing else
  process.stderr.write('Keep it now: only its hash is stored. Send it as "Authorization: Bearer <key>".\n');
}

async function list(json: boolean): Promise<void> {
  const keys = await withDatabase(listApiKeys);
  if (json) {
    writeJson({ keys });
    return;
  }
  const day = (at: number | null) => (at === null ? '' : new Date(at).toISOString().slice(0, 10));
  const rows = keys.map(({ name, createdAt, revokedAt }) => [name, day(createdAt), day(revokedAt)]);
  process.stdout.write(table(['name', 'created', 'revoked'], rows));
}

async function revoke(name: string): Promise<void> {
  await withDatabase((db) => revokeApiKey(db, { name, at: Date.now() }));
  process.stdout.write(`${name} is revoked.\n`);
}
