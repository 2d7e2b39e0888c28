import { parseDocument } from 'htmlparser2';
import { noted } from '../line-marks';
import type { Origin } from '../source';

type Node = ReturnType<typeof parseDocument>['children'][number];

/** An element of a page, with what it stands in. */
export interface Element {
  readonly name: string;
  readonly attributes: { readonly [name: string]: string };
  /** Declarations of its `style` attribute. */
  readonly style: ReadonlyMap<string, string>;
  readonly origin: Origin;
  readonly parts: readonly Part[];
}

export type Part = Element | { readonly text: string };

export const isText = (part: Part): part is { readonly text: string } => 'text' in part;

/** A page whose elements say their lines, as a tree. */
export function treeOf(page: string, origin: Origin): readonly Part[] {
  return parseDocument(page).children.flatMap((node) => partOf(node, origin));
}

function partOf(node: Node, around: Origin): readonly Part[] {
  if ('attribs' in node) {
    const origin = noted(node.attribs) ?? around;
    const parts = node.children.flatMap((child) => partOf(child, origin));
    return [
      { name: node.name, attributes: node.attribs, style: declarations(node.attribs.style ?? ''), origin, parts },
    ];
  }
  return node.type === 'text' && 'data' in node ? [{ text: node.data }] : [];
}

/** By property; the last of a kind counts. */
export function declarations(style: string): ReadonlyMap<string, string> {
  return new Map(
    style.split(';').flatMap((one) => {
      const [name = '', ...value] = one.split(':');
      return value.length > 0
        ? [
            [
              name.trim().toLowerCase(),
              value
                .join(':')
                .replace(/!important/i, '')
                .trim(),
            ] as const,
          ]
        : [];
    }),
  );
}

/** Every element, outer ones first. */
export function elementsIn(parts: readonly Part[]): readonly Element[] {
  return parts.flatMap((part) => (isText(part) ? [] : [part, ...elementsIn(part.parts)]));
}

/** What a person reads in there, alternative texts included. */
export const wordsIn = (parts: readonly Part[]): string =>
  parts.map((part) => (isText(part) ? part.text : `${part.attributes.alt ?? ''} ${wordsIn(part.parts)}`)).join(' ');
