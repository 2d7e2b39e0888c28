/**
 * A copy of plain data that nothing can change and that brings nothing along: no class, no function, no inherited key. Throws a
 * TypeError for anything else.
 */
export function frozen<T>(value: T): T {
  return frozenValue(value) as T; // a copy of it
}

function frozenValue(value: unknown): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return Object.freeze(value.map(frozenValue));
  if (typeof value !== 'object' || !isPlain(value))
    throw new TypeError(`data of a template are plain, and no ${typeof value}`);
  const entries = Object.entries(value).map(([key, inner]) => [key, frozenValue(inner)] as const);
  return Object.freeze(Object.fromEntries(entries.filter(([key]) => key !== '__proto__')));
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
