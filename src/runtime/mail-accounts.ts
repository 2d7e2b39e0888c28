import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type AccountRules, senderDomain } from '../domain/delivery/account-rules';
import { isAligned } from '../domain/delivery/mail-domain';
import type { DeliveryRules } from '../domain/delivery/rules';
import { failure } from '../domain/errors';
import type { Account, Sender } from '../mail/account';
import { type DkimKey, dkimName, readDkimKey } from '../mail/dkim-key';
import type { TlsPolicy } from '../mail/relay';
import type { Config, Environment } from './config';
import { errorCode } from './error-code';

/** What mail needs to leave: the accounts of rules/delivery.yaml, or else how the one relay is met. */
export interface Outgoing {
  /** Undefined: there are none, and VIVEIRO_SMTP_URL takes all mail. */
  readonly accounts: readonly Account[] | undefined;
  readonly tls: TlsPolicy | undefined;
  readonly dkim: DkimKey | undefined;
}

/**
 * Looks all secrets of outgoing mail up, before anything starts. Throws VIV_CONFIG_INVALID for a variable that is not set or makes no
 * sense, and VIV_DKIM_KEY.
 */
export function outgoingOf(config: Config, delivery: DeliveryRules | undefined, environment: Environment): Outgoing {
  const { accounts } = delivery ?? {};
  if (!accounts) return { accounts: undefined, tls: singleTls(config), dkim: singleDkim(config) };
  const resolved = Object.entries(accounts).map(([name, rules]) => accountOf({ config, environment, name, rules }));
  return { accounts: resolved, tls: undefined, dkim: undefined };
}

/** Who writes our mails, for those who send none: no relay is looked at, and its variables need not be set. Throws VIV_DKIM_KEY. */
export function sendersOf(
  config: Config,
  delivery: DeliveryRules | undefined,
  environment: Environment,
): readonly Sender[] {
  const { accounts } = delivery ?? {};
  if (!accounts) return [{ from: config.mailFrom, dkim: singleDkim(config) }];
  return Object.entries(accounts).map(([name, rules]) => senderOf({ config, environment, name, rules }));
}

function singleTls({ smtpTls: mode }: Config): TlsPolicy | undefined {
  return mode === undefined ? undefined : { mode, minVersion: 'TLSv1.2' };
}

/** The key of the one relay, where a selector is set. */
export function singleDkim(config: Config): DkimKey | undefined {
  const { dkimSelector: selector, dkimKeyFile: keyFile, mailFrom, dkimDomain = senderDomain(mailFrom) ?? '' } = config;
  if (selector === undefined) return undefined;
  refuseMisaligned({ name: 'VIVEIRO_DKIM_DOMAIN', from: mailFrom, domain: dkimDomain });
  return keyOf(config, { domain: dkimDomain, selector, keyFile });
}

interface Resolving {
  readonly config: Config;
  readonly environment: Environment;
  readonly name: string;
  readonly rules: AccountRules;
}

function accountOf(resolving: Resolving): Account {
  const { name, rules } = resolving;
  const smtpUrl = urlOf(resolving);
  const { connections } = rules;
  return { name, smtpUrl, connections, tls: policyOf(resolving, smtpUrl), ...senderOf(resolving) };
}

function senderOf({ config, environment, name, rules }: Resolving): Sender {
  const { from = config.mailFrom, dkim } = rules;
  if (!dkim) return { from };
  refuseMisaligned({ name: `account "${name}"`, from, domain: dkim.domain });
  return { from, dkim: keyOf(config, { ...dkim, pem: pemOf(dkim.keyEnv, environment) }) };
}

function urlOf({ environment, name, rules: { urlEnv } }: Resolving): string {
  const url = environment[urlEnv];
  if (!url)
    throw failure('VIV_CONFIG_INVALID', { name: urlEnv, problem: `is not set; SMTP account "${name}" needs it` });
  if (URL.canParse(url) && /^smtps?:\/\/[^/]/.test(url)) return url;
  const problem = 'must be a URL like smtp://user:password@host:587 or smtps://…'; // without what stands there: it is a secret
  throw failure('VIV_CONFIG_INVALID', { name: urlEnv, problem });
}

function policyOf({ rules, name }: Resolving, smtpUrl: string): TlsPolicy {
  const { mode, minVersion, caFile } = rules.tls;
  if (mode === 'implicit' && !smtpUrl.startsWith('smtps:'))
    throw failure('VIV_CONFIG_INVALID', {
      name: rules.urlEnv,
      problem: `must begin with smtps://, since account "${name}" wants TLS from the first byte`,
    });
  return { mode, minVersion, ...(caFile === undefined ? {} : { ca: certificates(name, caFile) }) };
}

function certificates(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const problem = `tls.caFile ${file} cannot be read: ${errorCode(error) ?? error}`;
    throw failure('VIV_CONFIG_INVALID', { name: `account "${name}"`, problem }, error);
  }
}

function refuseMisaligned(o: { readonly name: string; readonly from: string; readonly domain: string }): void {
  const domain = senderDomain(o.from);
  if (domain !== undefined && isAligned(domain, o.domain)) return;
  const problem = `signs as "${o.domain}" what comes from ${o.from}, which receivers do not count as the sender's word; sign with the sender's domain, or one above it`;
  throw failure('VIV_CONFIG_INVALID', { name: o.name, problem });
}

function pemOf(keyEnv: string | undefined, environment: Environment) {
  if (keyEnv === undefined) return undefined;
  // many systems can hold no line ends in a variable
  return { name: keyEnv, text: (environment[keyEnv] ?? '').replaceAll('\\n', '\n') };
}

interface KeyPlace {
  readonly domain: string;
  readonly selector: string;
  readonly keyFile?: string | undefined;
  readonly pem?: { readonly name: string; readonly text: string } | undefined;
}

/** Where `viveiro dkim create` keeps a key. */
export const dkimFile = (dataDir: string, { domain, selector }: Pick<KeyPlace, 'domain' | 'selector'>): string =>
  path.join(dataDir, 'dkim', `${domain}.${selector}.pem`);

/** Reads a key from its place. Throws VIV_DKIM_KEY, which quotes nothing of it. */
export function keyOf({ dataDir }: Pick<Config, 'dataDir'>, place: KeyPlace): DkimKey {
  const { domain, selector, keyFile, pem } = place;
  const file = keyFile === undefined ? dkimFile(dataDir, place) : path.resolve(keyFile);
  const key = pem?.name ?? file;
  const refuse = (problem: string) => failure('VIV_DKIM_KEY', { key, name: dkimName(place), problem });
  if (pem?.text === '') throw refuse('it is not set');
  const text = pem ? pem.text : fileText(file, refuse);
  try {
    return { domain, selector, privateKey: readDkimKey(text) };
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error));
  }
}

function fileText(file: string, refuse: (problem: string) => Error): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = errorCode(error);
    throw refuse(code === 'ENOENT' ? 'there is no such file' : `the system says ${code}`);
  }
}
