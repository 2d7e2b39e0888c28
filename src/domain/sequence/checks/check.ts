import type { Meanings } from '../../segments/expand';
import type { Found, Path } from '../../yaml/problem';
import type { DeclaredEvents } from '../declared-events';
import type { Definition } from '../definition';

/** What is known outside the file. What is left out is not looked at. */
export interface Known {
  /** Problems of a template; none when it is there and its variables are known. */
  readonly checkTemplate?: (name: string, mail: { readonly purpose: string }) => readonly string[];
  /** Purposes that the gate has rules for, besides the usual ones. */
  readonly purposes?: readonly string[];
  /** Teams of the routing rules. */
  readonly teams?: readonly string[];
  /** Business calendars. */
  readonly calendars?: readonly string[];
  /** Endpoints of webhooks. */
  readonly webhooks?: readonly string[];
  /** Events that the company declares. Left out: any type may be its own. */
  readonly events?: DeclaredEvents;
  /** Sequences that a join may name. */
  readonly sequences?: readonly KnownSequence[];
  /** What segments mean. Left out, there are none. */
  readonly segments?: Meanings;
}

export interface KnownSequence {
  readonly name: string;
  readonly audience: Definition['audience'];
  /** The sequences that it joins. */
  readonly joins: readonly string[];
}

export type Check = (definition: Definition, known: Known) => readonly Found[];

type Said = Pick<Found, 'code' | 'message' | 'fix'>;

/** An error: the sequence cannot be published. */
export const error = (path: Path, said: Said): Found => ({ severity: 'error', at: 'value', path, ...said });
/** A warning: it can be published, and probably should not be. */
export const warning = (path: Path, said: Said): Found => ({ severity: 'warning', at: 'value', path, ...said });
