const MOST_DEEP = 16;
const MOST_PARTS = 500;

/**
 * What is wrong when a condition is too deep or too large; a few lines of YAML aliases can unfold to millions of parts.
 * Keeps recursion, statements and reasons small.
 */
export function sizeProblem(input: unknown): string | undefined {
  let seen = 0;
  let layer: readonly unknown[] = [input];
  for (let depth = 1; layer.length > 0; depth += 1) {
    seen += layer.length;
    if (seen > MOST_PARTS) return `has more than ${MOST_PARTS} parts; split it`;
    if (depth > MOST_DEEP) return `is nested more than ${MOST_DEEP} deep; make it flatter`;
    layer = layer.flatMap(partsOf).slice(0, MOST_PARTS + 1);
  }
  return undefined;
}

function partsOf(input: unknown): readonly unknown[] {
  if (typeof input !== 'object' || input === null) return [];
  const { all, any, ...one }: { all?: unknown; any?: unknown; not?: unknown; where?: unknown; means?: unknown } = input;
  const lists = [all, any].flatMap((list) => (Array.isArray(list) ? list.slice(0, MOST_PARTS + 1) : []));
  return [...lists, ...[one.not, one.where, one.means].filter((part) => part !== undefined)];
}
