import { type Document, isAlias, isMap, isSeq, type Node } from 'yaml';

const MOST_VALUES = 100_000;
const MOST_DEEP = 64;

/**
 * What is wrong when a document is too deep or too large with its aliases unfolded: a few lines of them can mean billions
 * of values, and an alias inside what it stands for never ends.
 */
export function sizeProblem(root: Node, document: Document): string | undefined {
  let seen = 0;
  let layer: readonly unknown[] = [root];
  for (let depth = 1; layer.length > 0; depth += 1) {
    seen += layer.length;
    if (seen > MOST_VALUES) return `holds more than ${MOST_VALUES} values (aliases unfolded)`;
    if (depth > MOST_DEEP) return `is nested more than ${MOST_DEEP} deep (aliases unfolded)`;
    layer = below(layer, document);
  }
  return undefined;
}

function below(layer: readonly unknown[], document: Document): readonly unknown[] {
  const parts: unknown[] = [];
  for (const node of layer) {
    parts.push(...partsOf(isAlias(node) ? node.resolve(document) : node));
    if (parts.length > MOST_VALUES) break;
  }
  return parts;
}

function partsOf(node: unknown): readonly unknown[] {
  if (isMap(node)) return node.items.map(({ value }) => value);
  return isSeq(node) ? node.items : [];
}
