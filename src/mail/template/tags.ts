import type { Origin } from './source';

/** One `{{…}}` of a template. */
export interface Tag {
  /** `formatted`: what a helper makes of a value; `tracked`: the address of a link that leads through us. */
  readonly kind: 'value' | 'formatted' | 'tracked' | 'open' | 'else' | 'close';
  /** As the compiled template has it. */
  readonly source: string;
  readonly origin: Origin;
  /** Of a block: the same for its open, else and close. */
  readonly block: number;
  /** The block's helper; the path of a value, from the root where it is known. */
  readonly name: string;
}

export const isOfBlock = ({ kind }: Tag): boolean => kind === 'open' || kind === 'else' || kind === 'close';

/** Stands for tag `index` where Markdown or HTML is read: private-use letters that no text has. `{` makes Markdown look at it. */
export const markOf = (index: number): string => `{\uE000${index}\uE001}`;
export const MARKS = /\{\uE000(\d+)\uE001\}/g;

/** Indexes of the tags in a text with marks, in order. */
export const marksIn = (text: string): readonly number[] => [...text.matchAll(MARKS)].map(([, index]) => Number(index));

/** A text with marks without what could be taken for one. */
export const withoutMarks = (text: string): string => text.replaceAll(/[\uE000\uE001]/g, '');
