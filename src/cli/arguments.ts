import { InvalidArgumentError } from 'commander';

/** Reads a whole number of at least `least` and at most seven digits. */
export const wholeNumber =
  (least: number) =>
  (text: string): number => {
    if (!/^\d{1,7}$/.test(text) || Number(text) < least)
      throw new InvalidArgumentError(`write a whole number from ${least} up`);
    return Number(text);
  };

/** Adds one more value of an option that may be given several times. */
export const collect = (one: string, all: readonly string[] = []): readonly string[] => [...all, one];

/** A sequence by its name, or by a file: names have neither dots nor slashes. */
export const sequenceNamed = (text: string): { readonly name: string } | { readonly file: string } =>
  /[./\\]/.test(text) ? { file: text } : { name: text };
