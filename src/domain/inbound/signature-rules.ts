import { z } from 'zod';
import { durationSchema } from '../calendar/duration';
import { type Found, type Path, senseless } from '../yaml/problem';
import { TOPIC } from './amazon';
import { isP256Key } from './p256-key';

const MINUTE = 60_000;

const place = z.string().regex(/^(header|json):\S{1,200}$/, 'must be header:<name> or json:<path>');
const prefix = z.string().max(20).default('');
const tolerance = (usual: number) =>
  durationSchema.default(usual).meta({ description: 'How old, or how far ahead, the time of signing may be.' });

/** A piece of what is signed. */
const piece = z
  .string()
  .regex(
    /^(body|header:[A-Za-z][A-Za-z0-9-]{0,63}|json:\S{1,200}|text:.{0,20})$/,
    'must be body, header:<name>, json:<path> or text:<letters>',
  );

/** Where a signature stands, and over what it is. */
const signed = {
  at: place.meta({ description: 'Where the signature stands.' }),
  of: z.array(piece).min(1).max(10).default(['body']).meta({ description: 'What is signed, piece by piece.' }),
  tolerance: tolerance(5 * MINUTE),
};
const timestamp = place.meta({
  description: 'Where the time of signing stands, in seconds. It must be among what is signed.',
});

const hmacSchema = z.strictObject({
  type: z.literal('hmac'),
  ...signed,
  algorithm: z.enum(['sha256', 'sha512', 'sha1']).default('sha256'),
  encoding: z.enum(['hex', 'base64']).default('hex'),
  prefix: prefix.meta({ description: 'Letters before the signature: "sha256=".' }),
  timestamp: timestamp.optional(),
});

/** For providers that do not sign: a header that only they and we know. */
const sharedSchema = z.strictObject({
  type: z.literal('shared'),
  header: z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, 'not the name of a header; write it like X-Signature'),
  prefix: prefix.meta({ description: 'Letters before the secret: "Bearer ".' }),
});

/** https://github.com/standard-webhooks/standard-webhooks, "Signature scheme". */
const standardSchema = z.strictObject({
  type: z.literal('standard'),
  headers: z
    .enum(['webhook', 'svix'])
    .default('webhook')
    .meta({ description: 'How the three headers begin: webhook-signature, or svix-signature.' }),
  tolerance: tolerance(5 * MINUTE),
});

/** ECDSA with SHA-256 on P-256, in DER and base64, as SendGrid's Event Webhook. */
const ecdsaSchema = z.strictObject({
  type: z.literal('ecdsa'),
  ...signed,
  timestamp,
  publicKeys: z
    .array(
      z.string().refine(isP256Key, 'not a public key of P-256; copy it whole, it begins with MFkwEwYHKoZIzj0CAQYI'),
    )
    .min(1)
    .max(3)
    .meta({ description: 'As the provider shows it: base64 of its DER. Two while it is changed.' }),
});

/** The whole of SNS's own retries takes up to an hour, and each is signed as the first was. */
const SNS_MINUTES = 60;

/** https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html */
const snsSchema = z.strictObject({
  type: z.literal('sns'),
  topics: z
    .array(z.string().regex(TOPIC, 'not a topic; write it like arn:aws:sns:eu-west-1:123456789012:mail-events'))
    .min(1)
    .max(20)
    .meta({ description: 'The topics that may tell: anybody can let SNS sign for a topic of their own.' }),
  certificates: z
    .array(
      z
        .string()
        .max(10_000)
        .regex(
          /^\s*-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*$/,
          'not a certificate; write it whole, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----',
        ),
    )
    .min(1)
    .max(3)
    .optional()
    .meta({ description: 'Believed alone, and none is fetched. Left out: that which SNS names, at SNS alone.' }),
  tolerance: tolerance(SNS_MINUTES * MINUTE),
});

/** How a message of another system proves where it is from. */
export const signatureSchema = z.discriminatedUnion('type', [
  hmacSchema,
  sharedSchema,
  standardSchema,
  ecdsaSchema,
  snsSchema,
]);
export type SignatureRules = z.output<typeof signatureSchema>;

/** Whether both sides hold one secret; the others sign with a key that the provider alone has. */
export const needsSecret = ({ type }: SignatureRules): boolean => !['ecdsa', 'sns'].includes(type);

interface Proving {
  readonly secretEnv?: string | undefined;
  readonly signature: SignatureRules;
}

/** What makes no sense although its schema lets it pass. `asks`: something besides the signature needs the secret. */
export function signatureProblems(
  path: Path,
  { secretEnv, signature }: Proving,
  { asks = false }: { readonly asks?: boolean } = {},
): readonly Found[] {
  return [
    ...unsignedTime(path, signature),
    ...wrongSecret(path, { secretEnv, isNeeded: asks || needsSecret(signature) }),
  ];
}

/** A time that is not signed can be written anew by whoever repeats an old message. */
function unsignedTime(path: Path, signature: SignatureRules): readonly Found[] {
  if (!('timestamp' in signature) || signature.timestamp === undefined) return [];
  if (signature.of.includes(signature.timestamp)) return [];
  return [
    senseless(
      [...path, 'signature', 'timestamp'],
      'the time is not among what is signed',
      `add "${signature.timestamp}" to of, as the provider does`,
    ),
  ];
}

function wrongSecret(
  path: Path,
  { secretEnv, isNeeded }: { readonly secretEnv: string | undefined; readonly isNeeded: boolean },
): readonly Found[] {
  if (isNeeded === (secretEnv !== undefined)) return [];
  return isNeeded
    ? [
        senseless(
          [...path, 'signature', 'type'],
          'nothing says where the secret of this signature is',
          'add secretEnv with the name of the environment variable that holds it',
        ),
      ]
    : [
        senseless(
          [...path, 'secretEnv'],
          'no secret is used with this type of signature',
          'leave it out; the provider alone can sign',
        ),
      ];
}
