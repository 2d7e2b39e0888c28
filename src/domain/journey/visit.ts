import { explain } from '../conditions';
import { keyOf } from '../ids';
import { planStep, type Step } from '../steps';
import type { Phase, Situation, StepPlan } from '../steps/handler';
import type { Progress } from './progress';
import { stepOf } from './step-map';

interface Standing {
  readonly phase: Phase;
  /** The newest event when the step began. */
  readonly sinceSeq: number;
  /** By how much the end of its wait has moved because clocks stood still (ms). */
  readonly frozenMs?: number;
  /** Of a mail that was asked for before: the variant that it was to be. */
  readonly variant?: string | undefined;
}

/** A step that is being looked at: how the journey stands in it, and since which event. What it shows a step is worked out when asked. */
export class Visit implements Situation {
  readonly step: Step;
  readonly phase: Phase;
  readonly sinceSeq: number;
  readonly frozenMs: number;
  readonly variant: string | undefined;

  constructor(
    readonly progress: Progress,
    stepId: string,
    { phase, sinceSeq, frozenMs = 0, variant }: Standing,
  ) {
    this.step = stepOf(progress.input.definition, stepId);
    this.phase = phase;
    this.sinceSeq = sinceSeq;
    this.frozenMs = frozenMs;
    this.variant = variant;
  }

  get plan(): StepPlan {
    return planStep(this.step, this);
  }

  /** The same visit, looked at in another phase. */
  in(phase: Phase): Visit {
    const { progress, step, sinceSeq, frozenMs, variant } = this;
    return new Visit(progress, step.id, { phase, sinceSeq, frozenMs, variant });
  }

  get facts() {
    return this.progress.facts;
  }

  get now() {
    return this.progress.input.now;
  }

  get seen() {
    return this.progress.seen;
  }

  get used() {
    return this.progress.used;
  }

  get journeyId() {
    return this.progress.input.journey.id;
  }

  get visit() {
    return this.progress.visits[this.step.id] ?? 1;
  }

  get key() {
    const { unread } = this.progress.input;
    return (unread?.keyOf ?? keyOf)(this.journeyId, this.step.id, this.visit);
  }

  get sequence() {
    return this.progress.input.definition.sequence;
  }

  get calendars() {
    return this.progress.input.rules.calendars;
  }

  get explain() {
    return this.progress.input.unread?.explain ?? explain;
  }
}
