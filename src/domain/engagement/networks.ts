/** A network: the first bits of its addresses. */
export interface Network {
  readonly bytes: readonly number[];
  readonly bits: number;
}

/** `192.0.2.0/24`, `2001:db8::/32`, or a single address; undefined for anything else. */
export function parseNetwork(text: string): Network | undefined {
  const [address = '', length, ...more] = text.split('/');
  const bytes = parseAddress(address);
  if (!bytes || more.length > 0) return undefined;
  const most = bytes.length * 8;
  if (length === undefined) return { bytes, bits: most };
  const bits = /^\d{1,3}$/.test(length) ? Number(length) : -1;
  return bits >= 0 && bits <= most ? { bytes, bits } : undefined;
}

/** The network in which an address is, if it is in one. An IPv4 address written as IPv6 (`::ffff:192.0.2.1`) is the same one. */
export function networkOf(address: string, networks: readonly string[]): string | undefined {
  const bytes = parseAddress(address);
  return bytes && networks.find((text) => isIn(bytes, parseNetwork(text)));
}

function isIn(bytes: readonly number[], network: Network | undefined): boolean {
  if (!network || network.bytes.length !== bytes.length) return false;
  const whole = Math.floor(network.bits / 8);
  for (let index = 0; index < whole; index += 1) if (bytes[index] !== network.bytes[index]) return false;
  const rest = network.bits % 8;
  if (rest === 0) return true;
  const shift = 8 - rest;
  return (bytes[whole] ?? 0) >> shift === (network.bytes[whole] ?? 0) >> shift;
}

function parseAddress(text: string): readonly number[] | undefined {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(text)?.[1];
  if (mapped !== undefined) return parseV4(mapped);
  return text.includes(':') ? parseV6(text) : parseV4(text);
}

function parseV4(text: string): readonly number[] | undefined {
  const parts = text.split('.');
  const isByte = (part: string) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255;
  return parts.length === 4 && parts.every(isByte) ? parts.map(Number) : undefined;
}

const GROUPS = 8;

/** RFC 4291 §2.2, without zones and without an IPv4 address at its end. */
function parseV6(text: string): readonly number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [left = [], right = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = GROUPS - left.length - right.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...left, ...Array.from({ length: missing }, () => '0'), ...right];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 255];
  });
}
