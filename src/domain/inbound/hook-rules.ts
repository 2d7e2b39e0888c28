import { z } from 'zod';
import { durationSchema } from '../calendar/duration';
import { JSON_PATH } from './json-path';

const path = z.string().max(200).regex(JSON_PATH, 'not a path; write names joined by dots, like message.headers.to');
const headerName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, 'not the name of a header; write it like X-Signature');

/** A piece of what is signed. */
const piece = z
  .string()
  .regex(
    /^(body|header:[A-Za-z][A-Za-z0-9-]{0,63}|json:\S{1,200}|text:.{0,20})$/,
    'must be body, header:<name>, json:<path> or text:<letters>',
  );

const hmacSchema = z.strictObject({
  type: z.literal('hmac'),
  at: z
    .string()
    .regex(/^(header|json):\S{1,200}$/, 'must be header:<name> or json:<path>')
    .meta({ description: 'Where the signature stands.' }),
  of: z.array(piece).min(1).max(10).default(['body']).meta({ description: 'What is signed, piece by piece.' }),
  algorithm: z.enum(['sha256', 'sha512', 'sha1']).default('sha256'),
  encoding: z.enum(['hex', 'base64']).default('hex'),
  prefix: z.string().max(20).default('').meta({ description: 'Letters before the signature: "sha256=".' }),
  timestamp: z
    .string()
    .regex(/^(header|json):\S{1,200}$/, 'must be header:<name> or json:<path>')
    .optional()
    .meta({ description: 'Where the time of signing stands, in seconds. It must be among what is signed.' }),
  tolerance: durationSchema.default(300_000).meta({ description: 'How old, or how far ahead, that time may be.' }),
});

/** For providers that do not sign: a header that only they and we know. */
const sharedSchema = z.strictObject({
  type: z.literal('shared'),
  header: headerName,
  prefix: z.string().max(20).default('').meta({ description: 'Letters before the secret: "Bearer ".' }),
});

export const signatureSchema = z.discriminatedUnion('type', [hmacSchema, sharedSchema]);
export type SignatureRules = z.output<typeof signatureSchema>;

/** What an event of a provider may be. `failed`: hard, soft or block, by its status and words. `accepted`: the relay took the mail. */
export const HOOK_KINDS = [
  'accepted',
  'delivered',
  'delayed',
  'failed',
  'hard',
  'soft',
  'block',
  'complaint',
  'unsubscribe',
  'ignore',
] as const;

export const hookSchema = z
  .strictObject({
    secretEnv: z
      .string()
      .regex(/^VIVEIRO_WEBHOOK_[A-Z0-9_]{1,60}$/, 'must be a name like VIVEIRO_WEBHOOK_SENDGRID_SECRET')
      .meta({ description: 'The environment variable that holds the secret.' }),
    signature: signatureSchema,
    each: path.optional().meta({ description: 'Where the list of events stands; left out: the body is it, or one.' }),
    id: z
      .array(path)
      .min(1)
      .max(4)
      .meta({ description: "The provider's own id of an event: what stands at these paths. It counts once." }),
    kind: z
      .array(path)
      .min(1)
      .max(3)
      .meta({ description: 'What happened: the values at these paths, joined by a slash.' }),
    kinds: z
      .record(z.string().max(100), z.enum(HOOK_KINDS))
      .meta({ description: 'What those values mean; a * at the end stands for anything.' }),
    send: z.array(path).max(5).default([]).meta({ description: 'Where the id of the send stands (X-Viveiro-Send).' }),
    messageId: z.array(path).max(5).default([]).meta({ description: 'Where the Message-ID of our mail stands.' }),
    recipient: path,
    at: z.strictObject({ path, unit: z.enum(['seconds', 'milliseconds', 'iso']).default('iso') }).optional(),
    status: path.optional(),
    diagnostic: path.optional(),
  })
  .refine((hook) => hook.send.length + hook.messageId.length > 0, {
    path: ['send'],
    message: 'says nowhere which mail it is about; give send or messageId',
  })
  .readonly();
export type HookRules = z.output<typeof hookSchema>;
