import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { IntakeDeps } from '../../api/inbound/take';
import { failure } from '../../domain/errors';
import { answerDomainsOf, type Config } from '../config';
import { createStops } from '../stops';
import { startMailboxReader } from './mailbox';
import { startInboundPort } from './smtp-port';

/** What takes in mail that comes back, beside the API. */
export interface InboundWays {
  /** Of our own mail server; undefined: it does not run. */
  readonly smtpUrl: string | undefined;
  stop(): Promise<void>;
}

interface Ways {
  /** Our own mail server, where a port is set: one process can listen on it. */
  readonly port: boolean;
}

/** Starts the ways in that the settings name. Throws VIV_CONFIG_INVALID, VIV_PORT_IN_USE. */
export async function startInboundWays(
  config: Config,
  o: {
    readonly intake: IntakeDeps;
    readonly ways: Ways;
    readonly onProblem?: ((problem: unknown) => void) | undefined;
  },
): Promise<InboundWays> {
  const { intake, ways, onProblem = () => undefined } = o;
  const { inboundPort: port, inboundMaxBytes: maxBytes, inboundImapUrl: url } = config;
  const stops = createStops();
  const common = { intake, maxBytes, clock: Date.now, onProblem };
  try {
    const server =
      port === undefined || !ways.port
        ? undefined
        : await startInboundPort({ ...common, ...portOptions(config), port });
    if (server) stops.add(server.stop);
    if (url !== undefined) stops.add(startMailboxReader({ ...common, url }).stop);
    return { smtpUrl: server?.url, stop: stops.stop };
  } catch (error) {
    await stops.stop();
    throw error;
  }
}

function portOptions(config: Config) {
  const domains = answerDomainsOf(config);
  if (domains.bounce === undefined && domains.reply === undefined) {
    const problem = 'set VIVEIRO_BOUNCE_DOMAIN or VIVEIRO_REPLY_DOMAIN too: mail is taken for these domains alone';
    throw failure('VIV_CONFIG_INVALID', { name: 'VIVEIRO_INBOUND_PORT', problem });
  }
  const tls = tlsOf(config);
  const isTlsRequired = config.inboundTls === 'require';
  if (isTlsRequired && !tls) {
    const problem = 'set VIVEIRO_INBOUND_TLS_CERT and VIVEIRO_INBOUND_TLS_KEY too: without them nobody can begin TLS';
    throw failure('VIV_CONFIG_INVALID', { name: 'VIVEIRO_INBOUND_TLS', problem });
  }
  return { domains, host: config.inboundHost ?? config.host, tls, isTlsRequired };
}

function tlsOf({ inboundTlsCert: cert, inboundTlsKey: key }: Config) {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) {
    const name = cert === undefined ? 'VIVEIRO_INBOUND_TLS_CERT' : 'VIVEIRO_INBOUND_TLS_KEY';
    throw failure('VIV_CONFIG_INVALID', { name, problem: 'is not set; a certificate and its key belong together' });
  }
  const tls = { cert: pem('VIVEIRO_INBOUND_TLS_CERT', cert), key: pem('VIVEIRO_INBOUND_TLS_KEY', key) };
  try {
    createSecureContext(tls);
    return tls;
  } catch (error) {
    const problem = `${cert} and ${key} are no certificate with its key: ${error instanceof Error ? error.message : error}`;
    throw failure('VIV_CONFIG_INVALID', { name: 'VIVEIRO_INBOUND_TLS_CERT', problem }, error);
  }
}

function pem(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw failure('VIV_CONFIG_INVALID', { name, problem: `${file} cannot be read` }, error);
  }
}
