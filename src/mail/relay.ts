import { rootCertificates } from 'node:tls';
import type { TlsRules } from '../domain/delivery/account-rules';

/** How a connection is secured; certificates are always checked. */
export interface TlsPolicy extends Pick<TlsRules, 'mode' | 'minVersion'> {
  /** Certificates that vouch for the server beside those that Node knows, as PEM. */
  readonly ca?: string | undefined;
}

/** A mail server that takes our mail. */
export interface Relay {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsPolicy;
  readonly login?: { readonly user: string; readonly pass: string } | undefined;
}

const DEFAULT_TLS: TlsPolicy = { mode: 'opportunistic', minVersion: 'TLSv1.2' };

/**
 * A relay by its URL: `smtp://user:password@host:587` or `smtps://…`, which is TLS from the first byte. A password goes over TLS alone,
 * except to this machine.
 */
export function relayOf(smtpUrl: string, policy: TlsPolicy = DEFAULT_TLS): Relay {
  const { protocol, hostname, port, username, password } = new URL(smtpUrl);
  const isImplicit = protocol === 'smtps:';
  const login = username ? { user: decodeURIComponent(username), pass: decodeURIComponent(password) } : undefined;
  const host = hostname.replace(/^\[|\]$/g, '');
  const mode = isImplicit ? 'implicit' : login && !isThisMachine(host) ? 'require' : policy.mode;
  return { host, port: Number(port) || (isImplicit ? 465 : 587), tls: { ...policy, mode }, login };
}

const isThisMachine = (host: string): boolean => /^(localhost|127(\.\d+){3}|::1)$/.test(host);

/** As the SMTP client wants it. */
export function tlsOptions({ mode, minVersion, ca }: TlsPolicy) {
  return {
    secure: mode === 'implicit',
    requireTLS: mode === 'require',
    tls: { minVersion, ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }) },
  };
}
