import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { selectorSchema } from '../domain/delivery/account-rules';
import { failure } from '../domain/errors';
import { MOST_WOKEN_PER_MINUTE, WOKEN_PER_MINUTE } from '../domain/pause/pause';

const port = z.coerce.number('a port is a whole number').int().min(0).max(65_535).optional();
const text = z.string().trim().min(1);
const mailDomain = z
  .string()
  .trim()
  .toLowerCase()
  .max(190) // RFC 5321 §4.5.3.1.3: a path has 256 octets, and the local parts that we make have 60
  .regex(/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/, 'must be a domain like bounces.example.com');

/** Every setting of Viveiro. The name in the environment follows from the key: `dataDir` is VIVEIRO_DATA_DIR. */
const configSchema = z.object({
  dataDir: text.default('.viveiro').describe('Folder of all data: PostgreSQL, Temporal, inbox, secrets.'),
  cacheDir: text.optional().describe('Folder of downloaded programs; default: viveiro in the user cache folder.'),
  databaseUrl: z
    .url({ protocol: /^postgres(ql)?$/, error: 'must be a URL like postgresql://user:password@host:5432/database' })
    .optional()
    .describe('PostgreSQL to use instead of the embedded one.'),
  smtpUrl: z
    .url({ protocol: /^smtps?$/, error: 'must be a URL like smtp://user:password@host:587 or smtps://…' })
    .optional()
    .describe('Relay that takes all mail instead of the built-in inbox, unless rules/delivery.yaml has accounts.'),
  smtpTls: z
    .enum(['require', 'opportunistic'], 'must be require or opportunistic')
    .optional()
    .describe('require: the relay gets mail over TLS or not at all; default: TLS as it is offered.'),
  dkimSelector: selectorSchema
    .optional()
    .describe('Selector of the key that signs mail for the relay; default: it is not signed here.'),
  dkimDomain: mailDomain.optional().describe('Domain that signs; default: that of the sender.'),
  dkimKeyFile: text.optional().describe('File of the key, as PEM; default: where viveiro dkim create has put it.'),
  host: text.default('127.0.0.1').describe('Address that the API listens on; the inbox is for this machine alone.'),
  apiPort: port.describe('Port of the API and the public pages; 0 or none: a free one.'),
  inboxPort: port.describe('Port of the page of the built-in inbox; 0 or none: a free one.'),
  smtpPort: port.describe('SMTP port of the built-in inbox; 0 or none: a free one.'),
  postgresPort: port.describe('Port of the embedded PostgreSQL; 0 or none: a free one.'),
  temporalPort: port.describe('Port of the embedded Temporal server; 0 or none: a free one.'),
  publicUrl: z
    .url({ protocol: /^https?$/, error: 'must be a URL like https://mail.example.com' })
    .optional()
    .describe('Address of the public pages as recipients reach it; default: the API on this machine.'),
  trustedProxies: text
    .regex(
      /^[0-9a-f.:]+(\/\d{1,3})?(\s*,\s*[0-9a-f.:]+(\/\d{1,3})?)*$/i,
      'must be addresses or networks like 10.0.0.1, 10.0.0.0/8, separated by commas',
    )
    .optional()
    .describe(
      'Proxies before the API, whose X-Forwarded-For is believed: else proofs of consent name the address of the proxy.',
    ),
  sequencesDir: text.optional().describe('Folder of sequences, with their rules in rules/; default: the shipped one.'),
  templatesDir: text.optional().describe('Folder of mail templates; default: the shipped one.'),
  formsDir: text.optional().describe('Folder of hosted forms; default: the shipped one.'),
  mailFrom: text.default('Viveiro <hello@viveiro.example>').describe('Sender of all mail.'),
  postalAddress: text
    .default('Viveiro, Rua das Mudas 1, 01000-000 São Paulo, Brazil')
    .describe('Postal address at the foot of marketing mail, which the law of many countries asks for.'),
  linkSecret: z
    .string()
    .min(32, 'must have 32 characters or more')
    .optional()
    .describe('Key that signs links; default: made once and kept in the data folder.'),
  addressKey: z
    .string()
    .min(32, 'must have 32 characters or more')
    .optional()
    .describe(
      'Key of address hashes and consent proofs, the same for ever; default: the link secret. Set it to the old link secret before you change that one.',
    ),
  bounceDomain: mailDomain
    .optional()
    .describe(
      'Domain of return paths, whose mail comes to the inbound port or mailbox; default: bounces go to the sender.',
    ),
  replyDomain: mailDomain
    .optional()
    .describe(
      'Domain of Reply-To, whose mail comes to the inbound port or mailbox; default: replies go to the sender.',
    ),
  sendIdHeader: z
    .string()
    .regex(/^X-[A-Za-z0-9-]{1,70}$/, 'must be the name of a header like X-PM-Metadata-viveiro-send')
    .optional()
    .describe('One more header of each mail with the id of its send, where a mail provider gives only its own back.'),
  inboundPort: port.describe('Port of our own mail server for what comes back; none: it does not run.'),
  inboundHost: text.optional().describe('Address that it listens on; default: that of the API.'),
  inboundMaxBytes: z.coerce
    .number('must be a number of bytes')
    .int()
    .min(10_240)
    .max(50 * 1_048_576)
    .default(10 * 1_048_576)
    .describe('Largest message that it takes, in bytes.'),
  inboundTlsCert: text.optional().describe('File of the certificate with which it offers STARTTLS, as PEM.'),
  inboundTlsKey: text.optional().describe('File of the key of that certificate, as PEM.'),
  inboundTls: z
    .enum(['offer', 'require'])
    .default('offer')
    .describe('Whether it takes mail from whoever does not begin TLS; require: from none.'),
  inboundImapUrl: z
    .url({ protocol: /^imaps?$/, error: 'must be a URL like imaps://user:password@host:993/INBOX' })
    .optional()
    .describe('Mailbox that is read for what comes back.'),
  apiBodyLimit: z.coerce
    .number('must be a number of bytes')
    .int()
    .min(1024)
    .default(1_048_576)
    .describe('Largest body that the API takes, in bytes.'),
  resumePerMinute: z.coerce
    .number('must be a number of journeys')
    .int()
    .min(1)
    .max(MOST_WOKEN_PER_MINUTE)
    .default(WOKEN_PER_MINUTE)
    .describe('How many journeys per minute the end of a pause wakes, unless told.'),
  logLevel: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('warn')
    .describe('How much is logged.'),
});

/** All settings, checked. Paths are absolute. */
export type Config = Readonly<z.infer<typeof configSchema>> & { readonly cacheDir: string };
export type Environment = { readonly [name: string]: string | undefined };

/** Where what comes back from our mails is taken. */
export const answerDomainsOf = ({ bounceDomain: bounce, replyDomain: reply, sendIdHeader }: Config) => ({
  bounce,
  reply,
  sendIdHeader,
});

type Key = keyof typeof configSchema.shape;
const KEYS = Object.keys(configSchema.shape) as Key[]; // Object.keys forgets the names
const PREFIX = 'VIVEIRO_';
/** Secrets of webhook endpoints: rules/webhooks.yaml says which. */
const OF_WEBHOOKS = /^VIVEIRO_WEBHOOK_[A-Z0-9_]+$/;
/** Secrets of SMTP accounts: rules/delivery.yaml says which. */
const OF_ACCOUNTS = /^VIVEIRO_(SMTP_URL|DKIM_PEM)_[A-Z0-9_]+$/;
/** `dataDir` → `VIVEIRO_DATA_DIR`. */
const nameOf = (key: string) => `${PREFIX}${key.replace(/[A-Z]/g, '_$&').toUpperCase()}`;

/** Reads all settings from an environment. Throws VIV_CONFIG_INVALID for a wrong value and for an unknown VIVEIRO_ name. */
export function readConfig(environment: Environment): Config {
  refuseUnknown(environment);
  // an empty variable counts as none: this is how compose files and CI systems write "not set"
  const given = KEYS.map((key) => [key, environment[nameOf(key)] || undefined]);
  const result = configSchema.safeParse(Object.fromEntries(given));
  if (!result.success) {
    const issue = result.error.issues[0];
    throw failure('VIV_CONFIG_INVALID', { name: nameOf(String(issue?.path[0])), problem: issue?.message ?? 'invalid' });
  }
  const { dataDir, cacheDir = userCache(environment), ...rest } = result.data;
  return { ...rest, dataDir: path.resolve(dataDir), cacheDir: path.resolve(cacheDir) };
}

function userCache(environment: Environment): string {
  return path.join(environment.XDG_CACHE_HOME || path.join(environment.HOME || os.homedir(), '.cache'), 'viveiro');
}

function refuseUnknown(environment: Environment): void {
  const known = KEYS.map(nameOf);
  const unknown = Object.keys(environment).find(
    (name) => name.startsWith(PREFIX) && !known.includes(name) && !OF_WEBHOOKS.test(name) && !OF_ACCOUNTS.test(name),
  );
  if (!unknown) return;
  const [closest] = known.toSorted((a, b) => distance(unknown, a) - distance(unknown, b));
  throw failure('VIV_CONFIG_INVALID', { name: unknown, problem: `no such setting; did you mean ${closest}` });
}

/** Levenshtein's: how many letters must be added, left out or changed. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const change = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(change, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

export interface Setting {
  readonly name: string;
  /** As a person may see it: secrets and passwords are hidden; empty: not set. */
  readonly value: string;
  readonly source: 'default' | 'environment';
  readonly description: string;
}

/** All settings with their values, for people: nothing secret in it. */
export function describeConfig(config: Config, environment: Environment): readonly Setting[] {
  return KEYS.map((key) => ({
    name: nameOf(key),
    value: shown(key, config[key]),
    source: environment[nameOf(key)] ? 'environment' : 'default',
    description: configSchema.shape[key].description ?? '',
  }));
}

function shown(key: Key, value: string | number | undefined): string {
  if (value === undefined) return '';
  if (key === 'linkSecret' || key === 'addressKey') return '(hidden)';
  return key.endsWith('Url') ? withoutPassword(String(value)) : String(value);
}

/** The same URL with its password hidden, also where it is a query parameter. */
export function withoutPassword(address: string): string {
  const url = new URL(address);
  if (url.password) url.password = '***';
  if (url.searchParams.has('password')) url.searchParams.set('password', '***');
  return url.href;
}
