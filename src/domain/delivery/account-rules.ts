import { z } from 'zod';
import { dateSchema } from '../calendar/schema';
import { slug } from '../sequence/names';
import { ratesSchema, restSchema } from './account-limits';
import { mailDomain } from './mail-domain';

const SENDER = /^(?:[^<>\r\n]*[^<>\s] <)?[^\s@<>,;"]+@([a-z0-9-]+(?:\.[a-z0-9-]+)+)>?$/i;

/** The domain that a sender, `Name <address>` or an address, writes from, in lower case; undefined: it is no sender. */
export function senderDomain(sender: string): string | undefined {
  const isWhole = sender.includes('<') === sender.endsWith('>');
  return isWhole ? SENDER.exec(sender)?.[1]?.toLowerCase() : undefined;
}

const sender = z
  .string()
  .max(320)
  .refine((text) => senderDomain(text) !== undefined, 'not a sender; write it like Viva <hello@viva.example>')
  .meta({ description: 'Who writes, `Name <address>`. Default: VIVEIRO_MAIL_FROM.' });

const envOf = (prefix: string) =>
  z.string().regex(new RegExp(`^${prefix}[A-Z0-9_]+$`), `not the name of a variable; write it like ${prefix}NEWS`);

/** How a connection is secured. Certificates are always checked. */
export const tlsSchema = z
  .strictObject({
    mode: z.enum(['require', 'opportunistic', 'implicit']).default('require').meta({
      description:
        'require: STARTTLS, or no mail goes. opportunistic: STARTTLS where it is offered. implicit: TLS from the first byte (smtps).',
    }),
    minVersion: z.enum(['TLSv1.2', 'TLSv1.3']).default('TLSv1.2').meta({ description: 'Older versions are refused.' }),
    caFile: z.string().min(1).optional().meta({
      description: 'File of certificates, as PEM, that vouch for the server beside those that Node knows.',
    }),
  })
  .readonly();
export type TlsRules = z.output<typeof tlsSchema>;

/** RFC 6376 §3.1: a selector is one or more labels of a domain name. */
export const selectorSchema = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'not a selector; use lower-case letters, digits and -, like v1');

const dkimSchema = z
  .strictObject({
    domain: mailDomain.meta({ description: 'Signs: the domain of the sender, or one above it.' }),
    selector: selectorSchema.meta({ description: 'Which of its keys, as `viveiro dkim create` was told.' }),
    keyFile: z.string().min(1).optional().meta({
      description:
        'File of the private key, as PEM. Default: where `viveiro dkim create` has put it in the data folder.',
    }),
    keyEnv: envOf('VIVEIRO_DKIM_PEM_').optional().meta({
      description: 'Environment variable that holds the private key itself, as PEM, in place of a file.',
    }),
  })
  .refine(({ keyFile, keyEnv }) => keyFile === undefined || keyEnv === undefined, {
    error: 'names two keys; leave one out',
    path: ['keyEnv'],
  })
  .readonly();

const MOST_A_DAY = 10_000_000;

const warmUpSchema = z
  .strictObject({
    from: dateSchema.meta({ description: 'The first day, by the clocks of the company.' }),
    perDay: z.array(z.int().min(1).max(MOST_A_DAY)).min(1).max(365).readonly().meta({
      description: 'Most mails of each day, from the first on. After the last there is no limit.',
    }),
  })
  .readonly();
export type WarmUp = z.output<typeof warmUpSchema>;

/** An SMTP account by which mail goes out. Its secrets stand in the environment. */
export const accountSchema = z
  .strictObject({
    urlEnv: envOf('VIVEIRO_SMTP_URL_').meta({
      description: 'Environment variable with the server and its password: smtp://user:password@host:587.',
    }),
    from: sender.optional(),
    weight: z
      .number()
      .min(0.001)
      .max(1000)
      .default(1)
      .meta({ description: 'Its share of the mails, beside the others.' }),
    purposes: z.array(slug).min(1).readonly().optional().meta({
      description: 'It sends mails of these purposes, and only such. Default: all that no other account names.',
    }),
    connections: z.int().min(1).max(100).default(5).meta({ description: 'Most connections of one worker at once.' }),
    tls: tlsSchema.prefault({}),
    dkim: dkimSchema.optional(),
    warmUp: warmUpSchema.optional(),
    rest: restSchema.prefault({}).meta({ description: 'When it rests because it fails, and how long.' }),
    rates: ratesSchema.optional().meta({ description: 'Most mails by it, of all workers together.' }),
  })
  .readonly();
export type AccountRules = z.output<typeof accountSchema>;

export const accountsSchema = z.record(slug, accountSchema).refine((all) => Object.keys(all).length > 0, {
  error: 'names no account; leave it out, and VIVEIRO_SMTP_URL takes all mail',
});
export type Accounts = Readonly<z.output<typeof accountsSchema>>;
