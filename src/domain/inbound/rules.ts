import { z } from 'zod';
import { durationSchema } from '../calendar/duration';
import { slug } from '../sequence/names';
import { authenticitySchema } from './authenticity-rules';
import { hookSchema } from './hook-rules';

const DAY = 86_400_000;
const MEGABYTE = 1_048_576;

const mailboxName = z
  .string()
  .regex(/^[a-z0-9._-]{1,64}$/, 'not the part of an address before the @; write it like fbl');

/** What follows from what comes back. */
export const inboundSchema = z
  .strictObject({
    soft: z
      .strictObject({
        suppressAfter: z
          .int()
          .min(1)
          .max(100)
          .default(5)
          .meta({ description: 'Mails in a row that must have bounced softly.' }),
        within: durationSchema.default(14 * DAY).meta({ description: 'The time in which they must have bounced.' }),
        deliveredAfter: durationSchema
          .default(2 * DAY)
          .meta({ description: 'An accepted mail that has not bounced for so long counts as delivered.' }),
      })
      .prefault({})
      .meta({ description: 'When soft bounces suppress an address. Hard ones do at once, blocks never.' }),
    addresses: z
      .array(mailboxName)
      .max(20)
      .default(['postmaster', 'abuse', 'fbl'])
      .meta({ description: 'Local parts that our own port takes beside the signed ones: where complaints go.' }),
    trustAddressAlone: z.boolean().default(false).meta({
      description: 'Whether a report that brings nothing of our mail back counts for whomever it names.',
    }),
    authenticity: authenticitySchema
      .prefault({})
      .meta({ description: 'Who really wrote a reply, and what one may do of which nobody knows.' }),
    keepRawFor: durationSchema.default(90 * DAY).meta({ description: 'How long messages are kept as they came.' }),
    keepRawBytes: z
      .int()
      .min(0)
      .max(10 * MEGABYTE)
      .default(MEGABYTE / 4)
      .meta({ description: 'How much of each is kept.' }),
    hooks: z
      .record(slug, hookSchema)
      .default({})
      .meta({ description: 'Mail providers that tell by webhook, by name: POST /v1/inbound/hooks/<name>.' }),
  })
  .readonly();
export type InboundRules = z.output<typeof inboundSchema>;

/** With no file. */
export const DEFAULT_INBOUND: InboundRules = inboundSchema.parse({});
