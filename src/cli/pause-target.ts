import os from 'node:os';
import type { Command } from 'commander';
import { failure } from '../domain/errors';
import { contactIdOf, contactRefOf } from '../store/contact-ref';
import { type Db, single } from '../store/db';
import type { PauseTarget } from '../store/pauses';
import { findNewest } from '../store/sequences';

/** What `--sequence`, `--contact` and `--all` say. */
export interface TargetOptions {
  readonly sequence?: string;
  readonly contact?: string;
  readonly all?: boolean;
}

export const withTarget = (command: Command): Command =>
  command
    .option('--sequence <name>', 'every journey of this sequence')
    .option('--contact <email>', 'every journey of this contact, by address or id')
    .option('--all', 'every journey');

/** Throws VIV_USAGE unless exactly one is given, VIV_SEQUENCE_UNKNOWN, VIV_CONTACT_UNKNOWN. */
export async function targetOf(db: Db, { sequence, contact, all }: TargetOptions): Promise<PauseTarget> {
  if (countOf({ sequence, contact, all }) !== 1)
    throw failure('VIV_USAGE', { problem: 'Say what: one of --sequence NAME, --contact EMAIL, --all.' });
  if (sequence !== undefined) {
    await findNewest(single(db), sequence);
    return { type: 'sequence', sequence };
  }
  if (contact !== undefined) return { type: 'contact', contactId: await contactIdOf(db, contactRefOf(contact)) };
  return { type: 'everything' };
}

/** How many of the three are given. */
export const countOf = ({ sequence, contact, all }: TargetOptions): number =>
  [sequence, contact, all].filter((given) => given !== undefined).length;

/** In words: `sequence course-nurture`. */
export const targetText = ({ sequence, contact }: TargetOptions): string =>
  sequence !== undefined ? `sequence ${sequence}` : contact !== undefined ? `contact ${contact}` : 'everything';

/** The user of this machine, who is written down with what they ask for. */
export function userName(): string {
  try {
    return os.userInfo().username;
  } catch {
    return 'somebody'; // a container may run under a number that has no name
  }
}
