import { Parser } from 'htmlparser2';
import { crossed } from './blocks-in-markdown';
import type { Marks } from './expressions';
import { lineAttribute, lineClass } from './line-marks';
import { problemAt, type Said } from './problem';
import { type Origin, originAt, type SourceText } from './source';
import { isOfBlock, MARKS, marksIn, type Tag } from './tags';

export type Language = 'html' | 'mjml';

/** A page as it is sent, and the same with elements that say their lines. */
export interface Page {
  readonly clean: string;
  readonly noted: string;
}

/**
 * Looks at where expressions stand in HTML or MJML: in text, in whole or in a quoted attribute that can do no harm; blocks end in the
 * element that they begin in. Blocks between elements of MJML are wrapped, since it drops what stands there.
 */
export function readMarkup(source: SourceText, marks: Marks, language: Language): Page {
  const looking: Looking = { source, marks, language, open: [], edits: [] };
  walk(looking);
  for (const part of looking.open) if (part.type === 'block') complainOfCrossing(looking, part.tag);
  const edited = (edits: readonly Edit[]) => withEdits(source.text, edits);
  return { clean: edited(looking.edits.filter(({ isNote }) => !isNote)), noted: edited(looking.edits) };
}

/** Text that comes in at a position. */
interface Edit {
  readonly at: number;
  readonly text: string;
  readonly isNote: boolean;
}

function withEdits(text: string, edits: readonly Edit[]): string {
  let from = 0;
  const pieces = edits
    .toSorted((a, b) => a.at - b.at)
    .map((edit) => {
      const piece = text.slice(from, edit.at) + edit.text;
      from = edit.at;
      return piece;
    });
  return [...pieces, text.slice(from)].join('');
}

type Part =
  | { readonly type: 'element'; readonly name: string }
  | { readonly type: 'block'; readonly id: number; readonly tag: Tag };

interface Looking {
  readonly source: SourceText;
  readonly marks: Marks;
  readonly language: Language;
  /** From the root to where the walk is. */
  readonly open: Part[];
  readonly edits: Edit[];
}

function walk(looking: Looking): void {
  const { text } = looking.source;
  let unquoted: readonly string[] = [];
  const readText = () => lookAtText(looking, text.slice(parser.startIndex, parser.endIndex + 1), parser.startIndex);
  const parser = new Parser(
    {
      onattribute: (name, value, quote) => {
        if (quote === null && hasMarks(value)) unquoted = [...unquoted, name];
      },
      onopentag: (name, attributes, isImplied) => {
        if (!isImplied) {
          const raw = text.slice(parser.startIndex, parser.endIndex + 1);
          lookAtElement(looking, { name, attributes, unquoted, raw, at: parser.startIndex });
        }
        unquoted = [];
        looking.open.push({ type: 'element', name });
      },
      onclosetag: (name) => closeElement(looking, name),
      ontext: readText,
      oncomment: readText,
    },
    { recognizeSelfClosing: true },
  );
  parser.end(text);
}

const hasMarks = (text: string): boolean => marksIn(text).length > 0;

function complain({ source, marks }: Looking, at: number | Origin, said: Said): void {
  marks.problems.push(problemAt(typeof at === 'number' ? originAt(source, at) : at, said));
}

const complainOfCrossing = (looking: Looking, tag: Tag): void => {
  const { message } = crossed(tag.name);
  complain(looking, tag.origin, { message, fix: `open and close {{#${tag.name}}} inside the same element` });
};

function closeElement(looking: Looking, name: string): void {
  const { open } = looking;
  const at = open.findLastIndex((part) => part.type === 'element' && part.name === name);
  if (at < 0) return;
  for (const part of open.splice(at)) if (part.type === 'block') complainOfCrossing(looking, part.tag);
}

interface Element {
  readonly name: string;
  readonly attributes: { readonly [name: string]: string };
  /** Names of attributes without quotes that have an expression. */
  readonly unquoted: readonly string[];
  readonly raw: string;
  /** Where it begins. */
  readonly at: number;
}

/** Mail programs drop them, or they load what the template does not show. */
const REFUSED: readonly string[] = ['script', 'iframe', 'object', 'embed', 'base', 'mj-include'];

function lookAtElement(looking: Looking, element: Element): void {
  const { name, attributes, at } = element;
  if (hasMarks(name) || Object.keys(attributes).some(hasMarks))
    complain(looking, at, { message: 'an expression stands inside a tag', fix: 'put it in an attribute, in quotes' });
  if (REFUSED.includes(name))
    complain(looking, at, { message: `<${name}> has no place in a mail`, fix: 'take it out' });
  for (const [attribute, value] of Object.entries(attributes)) lookAtAttribute(looking, element, { attribute, value });
  note(looking, element);
}

/** Attributes that load something, run something or say how it looks: a value in them could do harm. */
const FIXED = /^(on.*|style|src|srcset|background|background-url|action|formaction)$/;
/** Addresses of pictures that are loaded. */
const PICTURE: { readonly [element: string]: readonly string[] } = {
  img: ['src'],
  'mj-image': ['src'],
  'mj-carousel-image': ['src'],
  'mj-section': ['background-url'],
  'mj-wrapper': ['background-url'],
  'mj-hero': ['background-url'],
};

function lookAtAttribute(
  looking: Looking,
  { name, unquoted, at }: Element,
  { attribute, value }: { readonly attribute: string; readonly value: string },
): void {
  if (attribute.startsWith('on'))
    complain(looking, at, { message: `${attribute}= has no place in a mail`, fix: 'take it out' });
  if (hasMarks(value) && FIXED.test(attribute))
    complain(looking, at, { message: `${attribute}= takes no expression`, fix: 'write it out, in {{#if}} if need be' });
  else if (unquoted.includes(attribute))
    complain(looking, at, { message: `${attribute}= has an expression and no quotes`, fix: `write ${attribute}="…"` });
  else if (!isBalanced(value, looking.marks.tags))
    complain(looking, at, { message: `a block begins in ${attribute}= and ends elsewhere`, fix: 'end it in there' });
  if (PICTURE[name]?.includes(attribute) && !/^https:\/\/[^\s]+$/.test(value.trim()) && !hasMarks(value))
    complain(looking, at, {
      message: 'an image is at no fixed address',
      fix: 'write it like https://example.com/picture.png',
    });
}

/** Whether every block in a text ends there, in order. */
function isBalanced(text: string, tags: readonly Tag[]): boolean {
  const open: number[] = [];
  for (const tag of marksIn(text).flatMap((index) => tags[index] ?? [])) {
    if (tag.kind === 'open') open.push(tag.block);
    if (tag.kind === 'else' && open.at(-1) !== tag.block) return false;
    if (tag.kind === 'close' && open.pop() !== tag.block) return false;
  }
  return open.length === 0;
}

/** Elements of MJML whose place in the page can be told by a class of theirs. */
const NOTED_BY_CLASS =
  /^mj-(wrapper|section|group|column|hero|text|button|image|table|social|social-element|navbar|accordion|accordion-element|carousel)$/;

function note({ source, edits, language }: Looking, { name, attributes, raw, at }: Element): void {
  const origin = originAt(source, at);
  const behindName = at + 1 + name.length;
  const add = (position: number, text: string) => edits.push({ at: position, text, isNote: true });
  if (language === 'html' || !name.startsWith('mj')) {
    if (!raw.includes('data-viveiro-line')) add(behindName, lineAttribute(origin)); // what came of Markdown has one
    return;
  }
  if (!NOTED_BY_CLASS.test(name)) return;
  const told = [lineClass(origin), ...(name === 'mj-image' && attributes.alt === undefined ? [NO_ALT] : [])].join(' ');
  const [written] = /css-class\s*=\s*["']/.exec(raw) ?? [];
  if (written === undefined) add(behindName, ` css-class="${told}"`);
  else add(at + raw.indexOf(written) + written.length, `${told} `);
}

/** A class that tells of an image whose source says no alternative text: MJML writes an empty one. */
export const NO_ALT = 'viveiro-no-alt';

/** Elements of MJML in which other elements stand and no text. */
const WITHOUT_TEXT =
  /^(mjml|mj-(head|body|attributes|html-attributes|wrapper|section|group|column|hero|social|navbar|accordion|accordion-element|carousel))$/;
const STYLES: readonly string[] = ['style', 'mj-style', 'script'];

function lookAtText(looking: Looking, raw: string, at: number): void {
  const { open, language, marks } = looking;
  const inside = open.findLast((part) => part.type === 'element');
  const name = inside?.type === 'element' ? inside.name : '';
  const found = [...raw.matchAll(MARKS)];
  if (found.length > 0 && STYLES.includes(name))
    complain(looking, at, { message: 'a style takes no expression', fix: 'put {{#if}} around elements instead' });
  const isBetween = language === 'mjml' && (name === '' || WITHOUT_TEXT.test(name)) && !raw.startsWith('<!--');
  if (isBetween && hasText(raw, marks.tags))
    complain(looking, at, { message: `text stands in <${name || 'mjml'}>`, fix: 'put it in <mj-text>' });
  for (const match of found) {
    const tag = marks.tags[Number(match[1])];
    if (tag) moveThrough(looking, tag);
    if (isBetween && tag && isOfBlock(tag)) wrap(looking, at + match.index, match[0].length);
  }
}

const hasText = (raw: string, tags: readonly Tag[]): boolean =>
  raw.replaceAll(MARKS, '').trim() !== '' ||
  marksIn(raw).some((index) => {
    const tag = tags[index];
    return tag !== undefined && !isOfBlock(tag);
  });

function wrap({ edits }: Looking, at: number, length: number): void {
  edits.push({ at, text: '<mj-raw>', isNote: false }, { at: at + length, text: '</mj-raw>', isNote: false });
}

function moveThrough(looking: Looking, tag: Tag): void {
  const { open } = looking;
  if (tag.kind === 'open') open.push({ type: 'block', id: tag.block, tag });
  if (tag.kind !== 'else' && tag.kind !== 'close') return;
  const at = open.findLastIndex((part) => part.type === 'block' && part.id === tag.block);
  if (at < 0) return; // told where it left its element
  if (at !== open.length - 1) complainOfCrossing(looking, tag);
  if (tag.kind === 'close') open.splice(at, 1);
}
