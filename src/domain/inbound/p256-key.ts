/** Before the point: SubjectPublicKeyInfo of a P-256 key, uncompressed. RFC 5480 §2. */
const HEAD = 'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE';
const REST = /^[A-Za-z0-9+/]{86}==$/; // 64 bytes
const BYTES = 32;

/** The field and the constant of the curve y² = x³ − 3x + b. SEC 2 §2.4.2. */
const FIELD = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

/** Whether a text is a public key of P-256 as base64 of its DER: one with a wrong letter is a point off the curve. */
export function isP256Key(text: string): boolean {
  if (!text.startsWith(HEAD) || !REST.test(text.slice(HEAD.length))) return false;
  const point = atob(text.slice(HEAD.length));
  const [x, y] = [numberIn(point.slice(0, BYTES)), numberIn(point.slice(BYTES))];
  return x < FIELD && y < FIELD && (y * y - (x * x * x - 3n * x + B)) % FIELD === 0n;
}

const numberIn = (bytes: string): bigint =>
  [...bytes].reduce((sum, byte) => (sum << 8n) | BigInt(byte.charCodeAt(0)), 0n);
