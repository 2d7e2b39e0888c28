import type { Instant } from '../ids';

/** Something that happens at a moment. One object for each, since a simulation has millions: the queue writes its order into it. */
export abstract class Happening {
  order = 0;

  constructor(readonly at: Instant) {}

  abstract happens(): void;
}

class Plain extends Happening {
  constructor(
    at: Instant,
    private readonly does: () => void,
  ) {
    super(at);
  }

  happens(): void {
    this.does();
  }
}

/** Width of a bucket: entries of the one that is open are kept in order, all others are only put aside. */
const BUCKET_MS = 3_600_000;

/**
 * What is to happen, by time; what is for the same moment happens in the order in which it was put in. Costs nothing for the time
 * between. What is put in for the past happens next.
 */
export class TimeQueue {
  private readonly buckets = new Map<number, Happening[]>();
  /** Numbers of the buckets that are there, as a binary heap. */
  private readonly numbers: number[] = [];
  private open: Happening[] = [];
  private openNumber = Number.NEGATIVE_INFINITY;
  private next = 0;
  private count = 0;

  put(at: Instant, does: () => void): void {
    this.add(new Plain(at, does));
  }

  add(happening: Happening): void {
    this.count += 1;
    happening.order = this.count;
    const number = Math.floor(happening.at / BUCKET_MS);
    if (number <= this.openNumber) this.insert(happening);
    else this.putAside(number, happening);
  }

  private putAside(number: number, entry: Happening): void {
    const bucket = this.buckets.get(number);
    if (bucket) {
      bucket.push(entry);
      return;
    }
    this.buckets.set(number, [entry]);
    this.addNumber(number);
  }

  /** Takes out what happens next, if that is at `until` at the latest. */
  take(until: Instant): Happening | undefined {
    while (this.next >= this.open.length) if (!this.openNext(until)) return undefined;
    const entry = this.open[this.next];
    if (entry === undefined || entry.at > until) return undefined;
    this.next += 1;
    return entry;
  }

  private openNext(until: Instant): boolean {
    const [number] = this.numbers;
    if (number === undefined || number * BUCKET_MS > until) return false;
    this.takeNumber();
    this.open = (this.buckets.get(number) ?? []).sort(byTime);
    this.buckets.delete(number);
    this.openNumber = number;
    this.next = 0;
    return true;
  }

  /** Into the open bucket, behind all that is for the same moment. */
  private insert(entry: Happening): void {
    const { open } = this;
    let [low, high] = [this.next, open.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((open[middle]?.at ?? entry.at) <= entry.at) low = middle + 1;
      else high = middle;
    }
    open.splice(low, 0, entry);
  }

  private addNumber(number: number): void {
    const { numbers } = this;
    let at = numbers.push(number) - 1;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      if ((numbers[parent] ?? number) <= number) break;
      numbers[at] = numbers[parent] ?? number;
      at = parent;
    }
    numbers[at] = number;
  }

  private takeNumber(): void {
    const { numbers } = this;
    const last = numbers.pop();
    if (last === undefined || numbers.length === 0) return;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= numbers.length) break;
      const child = (numbers[left + 1] ?? Number.POSITIVE_INFINITY) < (numbers[left] ?? 0) ? left + 1 : left;
      const smaller = numbers[child] ?? last;
      if (smaller >= last) break;
      numbers[at] = smaller;
      at = child;
    }
    numbers[at] = last;
  }
}

const byTime = (one: Happening, other: Happening): number => one.at - other.at || one.order - other.order;
