/** Text of a urlencoded body, trimmed, by field; a repeated field keeps its first value. Files, numbers and nested values cannot come in that way. */
export function textsOfBody(body: unknown): { readonly [name: string]: string } {
  const entries = Object.entries(body !== null && typeof body === 'object' ? body : {});
  return Object.fromEntries(
    entries.flatMap(([name, value]) => {
      const first: unknown = Array.isArray(value) ? value[0] : value;
      return typeof first === 'string' ? [[name, first.trim()]] : [];
    }),
  );
}
