import { InvalidArgumentError } from 'commander';

const MOST = 9_999_999;

/** Reads a whole number of at least `least` and at most `most`. */
export const wholeNumber =
  (least: number, most = MOST) =>
  (text: string): number => {
    if (/^\d{1,7}$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text);
    throw new InvalidArgumentError(`write a whole number from ${least} ${most === MOST ? 'up' : `to ${most}`}`);
  };

/** Reads a text of one letter or more, and at most `most`: what the database and the API take. */
export const shortText =
  (most: number) =>
  (text: string): string => {
    if (text.trim() !== '' && text.length <= most) return text;
    throw new InvalidArgumentError(`write 1 to ${most} letters`);
  };

/** Of every command that a program may read. */
export const JSON_OPTION = ['--json', 'one JSON object'] as const;

export interface JsonOption {
  readonly json?: boolean;
}

/** Adds one more value of an option that may be given several times. */
export const collect = (one: string, all: readonly string[] = []): readonly string[] => [...all, one];

/** A sequence by its name, or by a file: names have neither dots nor slashes. */
export const sequenceNamed = (text: string): { readonly name: string } | { readonly file: string } =>
  /[./\\]/.test(text) ? { file: text } : { name: text };
