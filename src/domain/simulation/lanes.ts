import { lanesOf } from '../delivery/lanes';
import type { DeliveryRules } from '../delivery/rules';
import type { Instant } from '../ids';
import type { MailRoute } from '../journey/move';
import { Heap } from './heap';

/** Lets a mail go whose turn has come; false: it is not wanted any more, and the turn is the next one's. */
export type Goes = () => boolean;

interface Waiting {
  readonly priority: number;
  /** Its place in the turns of the sequences. */
  readonly pass: number;
  readonly order: number;
  readonly goes: Goes;
}

const SECOND = 1000;

const comesBefore = (one: Waiting, other: Waiting): boolean => {
  if (one.priority !== other.priority) return one.priority < other.priority;
  return one.pass === other.pass ? one.order < other.order : one.pass < other.pass;
};

interface Clock {
  now(): Instant;
  at(at: Instant, happens: () => void): void;
}

/**
 * The limits of rules/delivery.yaml: mails of a lane go one after the other, by priority, and within one by the shares of their
 * sequences, as the server hands them out.
 */
export class Lanes {
  private readonly lanes: ReadonlyMap<string, Lane>;

  constructor(clock: Clock, rules: DeliveryRules) {
    this.lanes = new Map(
      lanesOf(rules).flatMap(({ name, perSecond }) =>
        perSecond === null ? [] : [[name, new Lane(clock, SECOND / perSecond)] as const],
      ),
    );
  }

  /** Whether the mail may go now; else it waits, and `goes` is called when its turn has come. */
  take(route: MailRoute, goes: Goes): boolean {
    return this.lanes.get(route.lane)?.take(route, goes) ?? true;
  }
}

/** Passes count up for each sequence by the inverse of its share, so those with a greater share come more often. */
class Lane {
  private readonly waiting = new Heap(comesBefore);
  private readonly passes = new Map<string, number>();
  private reached = 0;
  private freeAt: Instant = Number.NEGATIVE_INFINITY;
  private count = 0;
  private isServing = false;

  constructor(
    private readonly clock: Clock,
    private readonly gapMs: number,
  ) {}

  take(route: MailRoute, goes: Goes): boolean {
    const now = this.clock.now();
    if (this.waiting.size === 0 && this.freeAt <= now) {
      this.freeAt = now + this.gapMs;
      return true;
    }
    this.add(route, goes);
    if (this.waiting.size === 1 && !this.isServing) this.clock.at(this.freeAt, () => this.next());
    return false;
  }

  private add({ priority, sequence, share }: MailRoute, goes: Goes): void {
    const key = `${priority} ${sequence}`;
    const pass = Math.max(this.passes.get(key) ?? 0, this.reached) + 1 / share;
    this.passes.set(key, pass);
    this.count += 1;
    this.waiting.add({ priority, pass, order: this.count, goes });
  }

  /** A turn that nobody wants is taken by the next. Whoever goes may bring another mail, which waits behind. */
  private next(): void {
    this.isServing = true;
    let isTaken = false;
    while (!isTaken) {
      const first = this.waiting.removeFirst();
      if (!first) break;
      this.reached = Math.max(this.reached, first.pass);
      this.freeAt = this.clock.now() + this.gapMs;
      isTaken = first.goes();
    }
    this.isServing = false;
    if (!isTaken) this.freeAt = this.clock.now();
    if (this.waiting.size > 0) this.clock.at(this.freeAt, () => this.next());
    else this.passes.clear();
  }
}
