import { failure } from '../../../domain/errors';
import type { Instant } from '../../../domain/ids';
import type { CertificateAt } from './sns';

const DAY = 86_400_000;
const MINUTE = 60_000;
/** More are not asked for at a time: whoever makes names up cannot make us call Amazon without end. */
const MOST = 20;

interface Held {
  readonly pem: Promise<string>;
  until: Instant;
}

/**
 * Certificates by their address: a good one is kept for a day, a failure for a minute, and one that is being fetched is waited for by all
 * who want it. `read` fetches a text. The address must have been looked at before.
 */
export function createCertificates(o: {
  readonly read: (url: string) => Promise<string>;
  readonly clock: () => Instant;
}): CertificateAt {
  const all = new Map<string, Held>();
  return (url) => {
    const now = o.clock();
    const known = all.get(url);
    if (known && now < known.until) return known.pem;
    for (const [other, { until }] of all) if (until <= now) all.delete(other);
    if (all.size >= MOST) return Promise.reject(unreachable(url, 'too many others were asked for'));
    const held: Held = {
      until: now + DAY,
      pem: o.read(url).catch((error: unknown) => {
        held.until = o.clock() + MINUTE;
        throw unreachable(url, error instanceof Error ? error.message : String(error));
      }),
    };
    all.set(url, held);
    return held.pem;
  };
}

const unreachable = (url: string, problem: string) => failure('VIV_CERTIFICATE_UNREACHABLE', { url, problem });
