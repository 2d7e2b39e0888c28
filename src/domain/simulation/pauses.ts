import type { Instant } from '../ids';
import type { Advanced } from '../journey/advance';
import type { EffectOutcome } from '../journey/move';
import type { Pause, PauseMode } from '../pause/pause';
import type { Run } from './run';
import type { Simulation } from './simulation';

/** A pause that a simulation plays through. */
export interface PlannedPause {
  readonly mode: PauseMode;
  /** Only of this sequence; absent: of everything. */
  readonly sequence?: string;
  readonly from: Instant;
  readonly to: Instant;
  /** Journeys woken per minute once it is over. */
  readonly perMinute: number;
}

const MINUTE = 60_000;

interface Lasting {
  readonly planned: PlannedPause;
  readonly held: Set<Run>;
  pause: Pause;
}

/** Pauses as journeys meet them: as facts. Their ends wake those that they hold, no more per minute than is said. */
export class Pauses {
  private known: readonly Lasting[] = [];
  private readonly bySequence = new Map<string, readonly Pause[]>();

  constructor(
    private readonly simulation: Simulation,
    planned: readonly PlannedPause[],
  ) {
    for (const [index, one] of planned.entries()) simulation.at(one.from, () => this.begin(one, index));
  }

  private begin(planned: PlannedPause, index: number): void {
    const { mode, sequence, from: since, to } = planned;
    const scope = sequence === undefined ? 'everything' : `sequence ${sequence}`;
    const pause: Pause = { id: `pause-${index + 1}`, mode, scope, reason: 'simulated', since, endedAt: null };
    const lasting: Lasting = { planned, pause, held: new Set() };
    this.known = [...this.known, lasting];
    this.bySequence.clear();
    this.simulation.at(to, () => this.end(lasting, index));
  }

  /** Nobody knows the end of a pause before it has come. */
  private end(lasting: Lasting, index: number): void {
    const { simulation } = this;
    const { now } = simulation;
    lasting.pause = { ...lasting.pause, endedAt: now };
    this.bySequence.clear();
    const { id } = lasting.pause;
    const apartMs = MINUTE / lasting.planned.perMinute;
    const held = [...lasting.held].filter((run) => isHeldBy(run, id));
    lasting.held.clear();
    for (const [place, run] of held.entries())
      simulation.at(now + Math.ceil(place * apartMs), () => isHeldBy(run, id) && simulation.take(run));
    const lastsMs = Math.ceil(Math.max(0, held.length - 1) * apartMs);
    simulation.setting.observer.resumed?.({ index, held: held.length, lastsMs, now });
  }

  /** What a journey knows of pauses. */
  of({ definition: { sequence } }: Run): readonly Pause[] {
    const known = this.bySequence.get(sequence);
    if (known) return known;
    const pauses = this.known.filter((one) => concerns(one, sequence)).map(({ pause }) => pause);
    this.bySequence.set(sequence, pauses);
    return pauses;
  }

  /** After a turn: whom it holds, and what was dropped. */
  note(
    run: Run,
    turn: {
      readonly advanced: Advanced;
      readonly from: string | undefined;
      readonly outcome: EffectOutcome | undefined;
    },
  ): void {
    for (const [index, lasting] of this.known.entries()) {
      const { pause, planned, held } = lasting;
      if (pause.endedAt !== null || !concerns(lasting, run.definition.sequence)) continue;
      if (isHeldBy(run, pause.id)) held.add(run);
      if (planned.mode !== 'skip') continue;
      const count = droppedIn(run, turn);
      if (count > 0) this.simulation.setting.observer.dropped?.({ index, count });
    }
  }
}

const concerns = ({ planned }: Lasting, sequence: string): boolean =>
  planned.sequence === undefined || planned.sequence === sequence;

const isHeldBy = ({ isOver, state: { place } }: Run, pauseId: string): boolean =>
  !isOver && 'heldBy' in place && place.heldBy === pauseId;

/** Mails and webhooks that the turn went past without an outcome: only a pause makes a journey do so. */
function droppedIn({ definition, stepId }: Run, { advanced, from, outcome }: Parameters<Pauses['note']>[1]): number {
  const passed = [...(outcome === undefined && from !== undefined ? [from] : []), ...advanced.path];
  if (passed.at(-1) === stepId) passed.pop();
  return passed.filter((id) => definition.steps.some((step) => step.id === id && isDropped(step.type))).length;
}

const isDropped = (type: string): boolean => type === 'mail' || type === 'webhook';
