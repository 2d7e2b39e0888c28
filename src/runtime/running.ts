import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { DataFolder } from './data-folder';
import { lockHolder } from './lock';

const FILE = 'running.json';
const addressesSchema = z.object({
  databaseUrl: z.string(),
  temporal: z.object({ address: z.string(), namespace: z.string() }).optional(),
  /** Takes live mail. */
  smtpUrl: z.string().optional(),
  /** SMTP accounts that take it instead, by name. */
  mailAccounts: z.array(z.string()).optional(),
  /** Of the built-in inbox: takes what rehearsals send. */
  inboxSmtpUrl: z.string().optional(),
  inboxUrl: z.string().optional(),
  /** Our own mail server, for what comes back. */
  inboundSmtpUrl: z.string().optional(),
  apiUrl: z.string().optional(),
  /** As recipients reach it. */
  publicUrl: z.string().optional(),
});
/** Where the parts of a running system answer. */
export type Addresses = Readonly<z.infer<typeof addressesSchema>>;

/** Tells other commands on this machine where to find what runs; readable by its owner alone. May be called again. */
export function announce(folder: DataFolder, addresses: Addresses): void {
  const file = folder.file(FILE);
  writeFileSync(`${file}.new`, JSON.stringify(addresses), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

export function withdraw(folder: DataFolder): void {
  rmSync(folder.file(FILE), { force: true });
}

/** The system that runs on a data folder; `undefined`: none does, even if a killed one left its addresses behind. */
export function runningSystem(dataDir: string): Addresses | undefined {
  if (!lockHolder(path.join(dataDir, 'lock'))) return undefined;
  try {
    return addressesSchema.safeParse(JSON.parse(readFileSync(path.join(dataDir, FILE), 'utf8'))).data;
  } catch {
    return undefined; // it is still starting
  }
}
