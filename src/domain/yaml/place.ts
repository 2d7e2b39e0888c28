import { type Document, isAlias, isMap, isScalar, isSeq, type LineCounter, type Node } from 'yaml';
import type { Path } from './problem';

/** Line and column, from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Finds the places of a document's values and keys; of the nearest part around it for one that is not there. */
export function placeIn(document: Document.Parsed, counter: LineCounter) {
  return (path: Path, at: 'value' | 'key'): Place => {
    const { line, col } = counter.linePos(offsetOf(document, path, at));
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
}

function offsetOf(document: Document.Parsed, path: Path, at: 'value' | 'key'): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [index, segment] of path.entries()) {
    const step = inside(isAlias(node) ? node.resolve(document) : node, segment);
    if (!step) return offset;
    const isLast = index === path.length - 1;
    offset = (isLast && at === 'key' ? step.key : undefined) ?? startOf(step.value) ?? step.key ?? offset;
    node = step.value;
  }
  return offset;
}

interface Inside {
  readonly value: unknown;
  readonly key?: number;
}

function inside(node: unknown, segment: string | number): Inside | undefined {
  if (isSeq(node)) {
    const index = Number(segment);
    return index < node.items.length ? { value: node.items[index] } : undefined;
  }
  const pair = isMap(node)
    ? node.items.find(({ key }) => isScalar(key) && String(key.value) === String(segment))
    : undefined;
  return pair && { value: pair.value, key: startOf(pair.key) };
}

/** Where the text of a node begins; undefined for a value that was left empty. */
function startOf(node: unknown): number | undefined {
  const { range } = (node ?? {}) as Partial<Node>; // a part of a parsed document, or nothing
  return range && range[0] < range[1] ? range[0] : undefined;
}
