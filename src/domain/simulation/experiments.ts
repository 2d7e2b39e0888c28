import { type Compared, comparedIn } from '../experiment/compared';
import { type VariantCount, winnerOf } from '../experiment/winner';
import type { Instant } from '../ids';
import type { Definition } from '../sequence/definition';
import type { Observer } from './observer';
import type { Run } from './run';

/** Winners by sequence and step. */
export interface Winners {
  readonly [sequence: string]: { readonly [stepId: string]: string };
}

/** A mail of a variant whose recipient still has time, or whose time is not counted yet. */
interface Sent {
  readonly sendId: string;
  readonly variant: string;
  readonly at: Instant;
  isSuccess: boolean;
}

/** The comparisons of variants: mails are counted and winners decided as src/store/experiments.ts does it with the rows. */
export class Experiments {
  private readonly open: readonly Comparison[];
  private winners: Winners;

  constructor(
    definitions: Iterable<Definition>,
    { observer, decided = {} }: { readonly observer: Observer; readonly decided?: Winners },
  ) {
    this.winners = decided;
    this.open = [...definitions]
      .flatMap(comparedIn)
      .filter(({ sequence, stepId, variants }) => !variants.includes(decided[sequence]?.[stepId] ?? ''))
      .map((compared) => new Comparison(compared));
    this.observer = observer;
  }

  private readonly observer: Observer;

  /** Of the sequence's steps; undefined: none has won. */
  winnersOf(sequence: string): Winners[string] | undefined {
    return this.winners[sequence];
  }

  sent(
    run: Run,
    mail: { readonly stepId: string; readonly sendId: string; readonly variant?: string; readonly at: Instant },
  ): void {
    const { variant } = mail;
    if (variant === undefined) return;
    this.of(run, mail.stepId)?.add(run, { ...mail, variant });
  }

  clicked(sendId: unknown, at: Instant): void {
    for (const comparison of this.open) comparison.clicked(String(sendId), at);
  }

  /** The journey has reached its goal. */
  reached(run: Run, at: Instant): void {
    for (const comparison of this.open) comparison.reached(run, at);
  }

  /** Decides what is clear; what is decided stays. */
  decide(now: Instant): void {
    for (const comparison of this.open) {
      const winner = comparison.decide(now);
      if (winner === undefined) continue;
      const { sequence, stepId } = comparison.compared;
      this.winners = { ...this.winners, [sequence]: { ...this.winners[sequence], [stepId]: winner } };
      this.observer.decided?.({ sequence, stepId, winner, now });
    }
  }

  private of({ definition }: Run, stepId: string): Comparison | undefined {
    return this.open.find(({ compared }) => compared.stepId === stepId && compared.sequence === definition.sequence);
  }
}

/** One step's variants. Once the winner is known, nothing is kept any more. */
class Comparison {
  private readonly young: Sent[] = [];
  private readonly bySend = new Map<string, Sent>();
  private readonly byRun = new WeakMap<Run, Sent[]>();
  private readonly counts: Map<string, { sent: number; successes: number }>;
  private isDecided = false;

  constructor(readonly compared: Compared) {
    this.counts = new Map(compared.variants.map((variant) => [variant, { sent: 0, successes: 0 }]));
  }

  add(run: Run, { sendId, variant, at }: Omit<Sent, 'isSuccess'>): void {
    if (this.isDecided) return;
    const sent = { sendId, variant, at, isSuccess: false };
    this.young.push(sent);
    if (this.compared.rule.by === 'clicks') this.bySend.set(sendId, sent);
    else this.byRun.set(run, [...(this.byRun.get(run) ?? []), sent]);
  }

  clicked(sendId: string, at: Instant): void {
    this.succeed(this.bySend.get(sendId), at);
  }

  reached(run: Run, at: Instant): void {
    for (const sent of this.byRun.get(run) ?? []) this.succeed(sent, at);
  }

  private succeed(sent: Sent | undefined, at: Instant): void {
    if (sent && at <= sent.at + this.compared.rule.within) sent.isSuccess = true;
  }

  /** The variant that has won now. */
  decide(now: Instant): string | undefined {
    if (this.isDecided) return undefined;
    this.countRipe(now);
    const counts = [...this.counts].map(([variant, count]): VariantCount => ({ variant, ...count }));
    const comparison = winnerOf(counts, this.compared.rule);
    if (comparison.type === 'open') return undefined;
    this.isDecided = true;
    this.young.length = 0;
    this.bySend.clear();
    return comparison.winner;
  }

  /** Mails whose recipients have had their time, the oldest first. */
  private countRipe(now: Instant): void {
    const ripe = now - this.compared.rule.within;
    const firstYoung = this.young.findIndex(({ at }) => at > ripe);
    for (const { sendId, variant, isSuccess } of this.young.splice(
      0,
      firstYoung < 0 ? this.young.length : firstYoung,
    )) {
      this.bySend.delete(sendId);
      const count = this.counts.get(variant);
      if (!count) continue;
      count.sent += 1;
      if (isSuccess) count.successes += 1;
    }
  }
}
