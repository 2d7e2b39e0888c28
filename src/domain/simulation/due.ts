import type { FactEvent } from '../facts';
import type { Instant } from '../ids';
import type { Person } from './person';
import { Happening } from './queue';
import type { Run } from './run';
import type { Simulation } from './simulation';

/** What somebody will do. */
export class Planned extends Happening {
  constructor(
    private readonly simulation: Simulation,
    private readonly person: Person,
    private readonly event: Omit<FactEvent, 'seq'>,
  ) {
    super(Math.max(event.at, simulation.now));
  }

  happens(): void {
    this.simulation.happen(this.person, this.event);
  }
}

/** The end of a journey's rest, unless it has taken another turn meanwhile. */
export class Rest extends Happening {
  private readonly turn: number;

  constructor(
    private readonly simulation: Simulation,
    private readonly run: Run,
    until: Instant,
  ) {
    super(Math.max(until, simulation.now));
    this.turn = run.turn;
  }

  happens(): void {
    if (this.run.turn === this.turn) this.simulation.take(this.run);
  }
}
