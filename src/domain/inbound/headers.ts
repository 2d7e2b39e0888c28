/** Header fields by name in lower case, each with its values in order, unfolded. RFC 5322 §2.2. */
export type Headers = ReadonlyMap<string, readonly string[]>;

const MOST_FIELDS = 500;
const LONGEST_VALUE = 4_000;

/** The first value of a field; empty: none. */
export const header = (headers: Headers, name: string): string => headers.get(name)?.[0] ?? '';

/** The fields at the head of a text, up to its first empty line. What is no field is left out; very long values are cut. */
export function headersIn(text: string): Headers {
  const headers = new Map<string, string[]>();
  let count = 0;
  for (const { name, value } of fields(text.split(/\r?\n/))) {
    count += 1;
    if (count > MOST_FIELDS) break;
    headers.set(name, [...(headers.get(name) ?? []), value.slice(0, LONGEST_VALUE).trim()]);
  }
  return headers;
}

/** Blocks of fields with empty lines between them, as in a delivery report. RFC 3464 §2.1. */
export function headerBlocks(text: string): readonly Headers[] {
  return text
    .split(/(?:\r?\n[ \t]*){2,}/)
    .slice(0, MOST_FIELDS)
    .map((block) => headersIn(block.trim()))
    .filter((block) => block.size > 0);
}

const FIELD = /^([!-9;-~]{1,100})[ \t]*:[ \t]?(.*)$/; // RFC 5322 §3.6.8: printable, no colon

function* fields(lines: readonly string[]): Generator<{ readonly name: string; readonly value: string }> {
  let open: { name: string; value: string } | undefined;
  for (const line of lines) {
    if (line.trim() === '') break;
    const isFolded = /^[ \t]/.test(line);
    if (isFolded && open && open.value.length <= LONGEST_VALUE) open.value += ` ${line.trim()}`;
    if (isFolded) continue;
    if (open) yield open;
    const [, name, value = ''] = FIELD.exec(line) ?? [];
    open = name === undefined ? undefined : { name: name.toLowerCase(), value };
  }
  if (open) yield open;
}
