import type { Instant } from '../domain/ids';

/** Addresses that are remembered: whoever was not seen for longest is forgotten, with a full bucket. */
const MOST_KNOWN = 20_000;
const MINUTE_MS = 60_000;

interface Bucket {
  left: number;
  at: Instant;
}

/** How much one sender may still do: `perMinute` at once, and then as much in each minute. In the memory of one process. */
export class Rate {
  private readonly buckets = new Map<string, Bucket>();

  /** How long (ms) it must wait; 0: it may, and that is counted. */
  take(sender: string, { perMinute, now }: { readonly perMinute: number; readonly now: Instant }): number {
    const { left, at } = this.buckets.get(sender) ?? { left: perMinute, at: now };
    const filled = Math.min(perMinute, left + (Math.max(0, now - at) * perMinute) / MINUTE_MS);
    this.buckets.delete(sender); // the newest stand last
    this.buckets.set(sender, { left: filled >= 1 ? filled - 1 : filled, at: now });
    for (const known of this.buckets.keys()) {
      if (this.buckets.size <= MOST_KNOWN) break;
      this.buckets.delete(known);
    }
    return filled >= 1 ? 0 : Math.ceil(((1 - filled) * MINUTE_MS) / perMinute);
  }
}
