import { routed } from '../delivery/route';
import type { DeliveryRules } from '../delivery/rules';
import type { EffectOutcome } from '../journey/move';
import { Lanes } from './lanes';
import { type AskedMail, performMail, tellWaiting, type Waiting } from './mails';
import { Provider } from './resources';
import type { Run } from './run';
import type { Simulation } from './simulation';

/** The mails of a simulation on their way: through their lane, the gate, and the provider. */
export class Post {
  private readonly provider: Provider;
  private readonly lanes: Lanes | undefined;

  constructor(private readonly simulation: Simulation) {
    const { resources = {}, rules } = simulation.setting;
    this.provider = new Provider(resources);
    this.lanes = rules.delivery && this.lanesOf(rules.delivery);
  }

  private lanesOf(rules: DeliveryRules): Lanes {
    const { simulation } = this;
    return new Lanes({ now: () => simulation.now, at: (at, happens) => simulation.at(at, happens) }, rules);
  }

  /** What comes of a mail now; undefined: it waits, and its journey goes on when its turn has come. */
  send(run: Run, asked: AskedMail): EffectOutcome | undefined {
    const { lanes } = this;
    if (lanes === undefined) return this.perform(run, asked);
    // the lane first, as in life: the gate is asked when a mail's turn has come
    const route = this.routeOf(run, asked);
    if (!route || lanes.take(route, () => this.takeTurn(run, { ...asked, hasWaitedFor: 'lane' })))
      return this.perform(run, asked);
    tellWaiting(this.simulation, run, asked.stepId);
    return undefined;
  }

  private routeOf({ definition, person: { facts } }: Run, { stepId, effect }: AskedMail) {
    const { rules } = this.simulation.setting;
    const move = routed({ type: 'perform', stepId, effect }, { definition, rules, facts });
    return move.type === 'perform' && move.effect.type === 'mail' ? move.effect.route : undefined;
  }

  private perform(run: Run, asked: AskedMail): EffectOutcome | undefined {
    const done: EffectOutcome | Waiting = performMail(this.simulation, run, { asked, provider: this.provider });
    if (!('waitsUntil' in done)) return done;
    const { key, stepId } = done;
    this.simulation.at(done.waitsUntil, () =>
      this.takeTurn(run, { stepId, effect: { type: 'mail', key }, hasWaitedFor: 'provider' }),
    );
    return undefined;
  }

  /** A mail whose turn has come: rules and gate may say otherwise by now. False: its journey does not ask for it any more. */
  private takeTurn(run: Run, { effect, ...asked }: AskedMail): boolean {
    const { place } = run.state;
    if (run.isOver || place.type !== 'performing' || place.key !== effect.key) return false;
    const outcome = this.perform(run, { ...asked, effect: { ...effect, variant: place.variant } });
    if (outcome) this.simulation.take(run, outcome);
    return true;
  }
}
