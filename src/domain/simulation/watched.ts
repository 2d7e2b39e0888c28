import type { Instant } from '../ids';
import type { Definition } from '../sequence/definition';
import { templateOf } from '../steps/mail';
import type { Course, TestedMail, TestedSkip } from './backtest';
import type { Observer, SimulatedHandoff } from './observer';
import type { Run } from './run';

/** Notes what a draft, and what it joins, would do with a contact. */
export class Watched implements Observer {
  private readonly journeys = new Map<Run, { readonly enteredAt: Instant; outcome: string }>();
  private readonly mails: TestedMail[] = [];
  private readonly skips: TestedSkip[] = [];
  private readonly handoffs: { readonly team: string; readonly at: Instant }[] = [];
  private deferred = 0;

  constructor(private readonly draft: Definition) {}

  entered(run: Run, enteredAt: Instant): void {
    if (run.definition === this.draft) this.journeys.set(run, { enteredAt, outcome: 'running' });
  }

  sent: Required<Observer>['sent'] = (_, { stepId: step, template, at }) => {
    this.mails.push({ step, template, at });
  };

  unsent: Required<Observer>['unsent'] = (run, { stepId, verdict, deferral, now: at }) => {
    if (deferral) this.deferred += 1;
    else if (verdict.type !== 'send')
      this.skips.push({ step: stepId, template: templateAt(run, stepId), at, reason: verdict.reason });
  };

  turned: Required<Observer>['turned'] = (run, { advanced }) => {
    if (advanced.ended) this.ends(run, advanced.ended.outcome);
  };

  offered({ team, offeredAt: at }: SimulatedHandoff): void {
    this.handoffs.push({ team, at });
  }

  ends(run: Run, outcome: string): void {
    const journey = this.journeys.get(run);
    if (journey) journey.outcome = outcome;
  }

  course(): Course {
    const { mails, skips, deferred, handoffs } = this;
    return { journeys: [...this.journeys.values()], mails, skips, deferred, handoffs };
  }
}

function templateAt({ definition, state: { place } }: Run, stepId: string): string {
  const step = definition.steps.find(({ id }) => id === stepId);
  if (step?.type !== 'mail') throw new TypeError(`step ${stepId} is no mail`);
  return templateOf(step, place.type === 'performing' ? place.variant : undefined);
}
