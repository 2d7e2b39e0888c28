import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { failure } from '../domain/errors';
import { dkimName, dkimRecord, newDkimKey, readDkimKey, txtStrings } from '../mail/dkim-key';
import { errorCode } from './error-code';
import { dkimFile, keyOf } from './mail-accounts';

/** What a company publishes, so that receivers can check what it signs. */
export interface DkimRecord {
  readonly name: string;
  readonly value: string;
  /** The same in parts of at most 255 octets, for name servers that want it so. */
  readonly strings: readonly string[];
  /** Of the private key. */
  readonly file: string;
}

export interface KeyName {
  readonly dataDir: string;
  readonly domain: string;
  readonly selector: string;
}

/** Makes a key that its owner alone can read. Throws VIV_DKIM_EXISTS, and VIV_DATA_UNWRITABLE. */
export async function createDkim({ dataDir, ...name }: KeyName): Promise<DkimRecord> {
  const file = dkimFile(dataDir, name);
  const pem = await newDkimKey();
  const folder = path.dirname(file);
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o711 }); // as the data folder is made: as root, PostgreSQL passes through it
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
    writeFileSync(file, pem, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    const problem = errorCode(error) ?? String(error);
    throw problem === 'EEXIST'
      ? failure('VIV_DKIM_EXISTS', { file })
      : failure('VIV_DATA_UNWRITABLE', { folder, problem }, error);
  }
  return recordOf(file, name, dkimRecord(readDkimKey(pem)));
}

/** The record of a key that was made before. Throws VIV_DKIM_KEY. */
export function dkimOf({ dataDir, ...name }: KeyName): DkimRecord {
  return recordOf(dkimFile(dataDir, name), name, dkimRecord(keyOf({ dataDir }, name).privateKey));
}

function recordOf(file: string, name: Omit<KeyName, 'dataDir'>, value: string): DkimRecord {
  return { name: dkimName(name), value, strings: txtStrings(value), file };
}
