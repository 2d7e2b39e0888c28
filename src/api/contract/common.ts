import { z } from 'zod';
import { normalizeAddress } from '../../domain/identity/address';
import { DEFAULT_IDENTITY } from '../../domain/identity/rules';
import type { Json } from '../../domain/ids';
import { slug } from '../../domain/sequence/names';
import type { ContactRef } from '../../store/contact-ref';

/** NUL and half surrogate pairs: PostgreSQL cannot hold them as text. */
const isStorable = (text: string): boolean => !text.includes('\0') && !/\p{Cs}/u.test(text);
const UNSTORABLE = 'contains NUL characters or half a surrogate pair; remove them';

/** Text of 1 to `max` characters that the database can hold. */
export const text = (max: number) => z.string().min(1).max(max).refine(isStorable, UNSTORABLE);

export const emailField = z
  .string()
  .trim()
  .max(254)
  .refine(
    (address) => normalizeAddress(address, DEFAULT_IDENTITY).type === 'valid',
    'not an e-mail address; write it like ana@example.com',
  );

const EARLIEST = Date.UTC(1900, 0, 1);

/** An ISO 8601 time with offset, as an instant. */
export const instantField = z.iso
  .datetime({ offset: true, error: 'not a time; write it like 2026-03-01T09:30:00-03:00' })
  .transform((iso) => Date.parse(iso))
  .refine((at) => at >= EARLIEST, 'lies before the year 1900');

export const idempotencyKeyField = text(200);

/** A contact by address or by id. */
export const contactRef = z
  .strictObject({ email: emailField.optional(), id: z.uuid().optional() })
  .refine((ref) => (ref.email === undefined) !== (ref.id === undefined), 'give either email or id')
  .transform((ref): ContactRef => (ref.id === undefined ? { email: ref.email ?? '' } : { id: ref.id }));

/** Whoever shall be put on record first has an address: for `refine`. */
export const CREATED_BY_ADDRESS: [
  isSo: (body: { readonly createContact: boolean; readonly contact: ContactRef }) => boolean,
  problem: { path: string[]; message: string },
] = [
  ({ createContact, contact }) => !createContact || 'email' in contact,
  { path: ['createContact'], message: 'needs contact.email' },
];

/** A value of a contact's attribute: one, or a list. */
const oneValue = z.union([text(1000), z.literal(''), z.number(), z.boolean()]);
const attributeValue = z.union([oneValue, z.null(), z.array(oneValue).max(100)]);
export const attributeName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,59}$/, 'not an attribute name; write letters, digits and _');
export const attributesField = z
  .record(attributeName, attributeValue)
  .refine((attributes) => Object.keys(attributes).length <= 100, 'more than 100 attributes');

/** A host name with a dot, kept in lower case. */
const domainField = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .regex(/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/, 'not a domain; write it like example.com');

/** The company of a contact, told by its domain. */
export const organisationField = z.strictObject({
  domain: domainField,
  name: text(200).optional(),
  sector: text(100).optional(),
  /** Number of people. */
  size: z.int().min(0).max(2_147_483_647).optional(),
  country: text(100).optional(),
});

export const tagsField = z.array(slug).max(50);

const MAX_DEPTH = 8;
const MAX_BYTES = 65_536;

/** Free properties of an event: an object of at most 64 KB as JSON, nested at most 8 deep. */
export const propertiesField = z
  .unknown()
  .superRefine((value, context) => {
    const problem = propertiesProblem(value);
    if (problem) context.addIssue({ code: 'custom', message: problem });
  })
  .transform((value) => value as { readonly [key: string]: Json }); // parsed JSON, and an object: checked above

function propertiesProblem(value: unknown): string | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return 'not an object';
  const problem = nestedProblem(value, 1); // before JSON.stringify, which recurses as deep as the value
  if (problem) return problem;
  return Buffer.byteLength(JSON.stringify(value)) > MAX_BYTES ? `larger than ${MAX_BYTES} bytes as JSON` : undefined;
}

function nestedProblem(value: unknown, depth: number): string | undefined {
  if (typeof value === 'string') return isStorable(value) ? undefined : UNSTORABLE;
  if (value === null || typeof value !== 'object') return undefined;
  if (depth > MAX_DEPTH) return `nested more than ${MAX_DEPTH} deep`;
  for (const [key, inner] of Object.entries(value)) {
    const problem = (isStorable(key) ? undefined : UNSTORABLE) ?? nestedProblem(inner, depth + 1);
    if (problem) return problem;
  }
  return undefined;
}
