import type { Instant } from '../domain/ids';
import { Remembered } from './remembered';

const MINUTE_MS = 60_000;

interface Bucket {
  /** Undefined: all of it. */
  left?: number;
  at: Instant;
}

/** How much one sender may still do: `perMinute` at once, and then as much in each minute. In the memory of one process. */
export class Rate {
  private readonly buckets = new Remembered<Bucket>(() => ({ at: 0 }));

  /** How long (ms) it must wait; 0: it may, and that is counted. */
  take(sender: string, { perMinute, now }: { readonly perMinute: number; readonly now: Instant }): number {
    const bucket = this.buckets.of(sender);
    const { left = perMinute, at } = bucket;
    const filled = Math.min(perMinute, left + (Math.max(0, now - at) * perMinute) / MINUTE_MS);
    bucket.left = filled >= 1 ? filled - 1 : filled;
    bucket.at = now;
    return filled >= 1 ? 0 : Math.ceil(((1 - filled) * MINUTE_MS) / perMinute);
  }
}
