import { z } from 'zod';
import { durationSchema, durationText } from '../calendar/duration';
import { slug } from '../sequence/names';
import { secretName } from './secret-name';

/** Longer would outlive the activity that waits for it. */
const LONGEST_TIMEOUT_MS = 60_000;

const url = z
  .url({ protocol: /^https?$/, error: 'must be a URL like https://crm.example.com/hooks', abort: true })
  .refine((text) => !new URL(text).username, 'must not hold a user name or a password');

const endpointSchema = z
  .strictObject({
    url: url.meta({ description: 'Where the message is posted.' }),
    secretEnv: secretName('VIVEIRO_WEBHOOK_CRM_SECRET').meta({
      description: 'The environment variable that holds the secret: whsec_…',
    }),
    timeout: durationSchema
      .refine((ms) => ms <= LONGEST_TIMEOUT_MS, `must be at most ${durationText(LONGEST_TIMEOUT_MS)}`)
      .default(10_000)
      .meta({ description: 'Time for the whole answer.' }),
    tries: z.int().min(1).max(50).default(10).meta({ description: 'The most tries of one message.' }),
    retryFor: durationSchema.default(86_400_000).meta({ description: 'How long a message is tried again.' }),
    allowPrivate: z
      .boolean()
      .default(false)
      .meta({ description: 'Whether it may stand on this machine or in a private network.' }),
  })
  .readonly();
export type Endpoint = z.output<typeof endpointSchema>;

/** The systems that webhook steps may tell, by name. */
export const webhooksSchema = z.strictObject({ endpoints: z.record(slug, endpointSchema).default({}) }).readonly();
export type WebhookRules = z.output<typeof webhooksSchema>;

/** The endpoint of that name; undefined: there is none. */
export function endpointOf(rules: WebhookRules | undefined, name: string): Endpoint | undefined {
  const { endpoints = {} } = rules ?? {};
  return Object.hasOwn(endpoints, name) ? endpoints[name] : undefined;
}
