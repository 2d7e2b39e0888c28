import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { Instant } from '../domain/ids';
import type { CertificateAt } from '../mail/inbound/signature/sns';
import type { Db } from '../store/db';
import type { TurnDeps } from '../store/turn';
import type { LoadedForm } from './forms/load';
import type { Limits } from './limits';

/** What the routes work with. */
export interface ApiDeps {
  readonly db: Db;
  readonly turn: TurnDeps;
  /** Signs links and form tokens. */
  readonly linkSecret: string;
  /** Where people reach this server, without a slash at the end. */
  readonly publicUrl: string;
  /** By name, from `loadForms`. */
  readonly forms: ReadonlyMap<string, LoadedForm>;
  /** Business time of a request. */
  readonly clock: () => Instant;
  /** Largest body in bytes; 1 MB if left out. */
  readonly bodyLimit?: number;
  /** What a connection may ask; DEFAULT_LIMITS if left out. */
  readonly limits?: Limits;
  /** Addresses or networks of proxies whose X-Forwarded-For is believed, separated by commas; none: nobody's is. */
  readonly trustedProxies?: string | undefined;
  /** Serve pages for people at this machine without a key: only when the server is bound to loopback. */
  readonly localPages?: boolean;
  /** Secrets of mail providers, by the name of their environment variable; none: every message of theirs is refused. */
  readonly secretOf?: (name: string) => string | undefined;
  /** Fetches the certificates of Amazon SNS; left out: only those in the rules are believed. */
  readonly certificateAt?: CertificateAt;
  readonly logger?: FastifyBaseLogger;
}

/** One resource: adds its routes to `app`, each with `config.access`. */
export type Routes = (app: FastifyInstance, deps: ApiDeps) => void;
