import { z } from 'zod';
import { secretName } from '../webhook/secret-name';
import { pathSchema, timeAtSchema } from './mapping-rules';
import { signatureSchema } from './signature-rules';

const path = pathSchema('message.headers.to');

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
    secretEnv: secretName('VIVEIRO_WEBHOOK_MAILGUN_KEY')
      .optional()
      .meta({ description: 'The environment variable that holds the secret, where the signature has one.' }),
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
    at: timeAtSchema(path).optional(),
    status: path.optional(),
    diagnostic: path.optional(),
  })
  .refine((hook) => hook.send.length + hook.messageId.length > 0, {
    path: ['send'],
    message: 'says nowhere which mail it is about; give send or messageId',
  })
  .readonly();
export type HookRules = z.output<typeof hookSchema>;
