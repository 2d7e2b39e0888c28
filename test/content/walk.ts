import { chance } from '../../src/domain/chance';
import type { ContactFacts, FactEvent, LeadFacts } from '../../src/domain/facts';
import type { Instant } from '../../src/domain/ids';
import type { HandoffStatus } from '../../src/domain/journey/move';
import { type Script, scriptSchema } from '../../src/domain/rehearsal/script';
import type { ScriptedEvent } from '../../src/domain/rehearsal/scripted-event';
import type { Rules } from '../../src/domain/rules';
import type { Definition } from '../../src/domain/sequence/definition';
import type { Behaviour } from '../../src/domain/simulation/behaviour';
import { behaviourOf } from '../../src/domain/simulation/model';
import type { Person } from '../../src/domain/simulation/person';
import { Simulation } from '../../src/domain/simulation/simulation';
import { DAY } from '../support/builders';

export interface Walker {
  readonly definition: Definition;
  readonly rules: Rules;
  /** Null: nobody does a thing, neither the contact nor a rep. */
  readonly script: Script | null;
  readonly contact: ContactFacts;
  /** Null for a client. */
  readonly lead: LeadFacts | null;
  readonly hasConsent: boolean;
  readonly startsAt: Instant;
  /** What happens besides what persona and rep do. */
  readonly planned?: readonly ScriptedEvent[];
}

/** What came of one journey, walked in pure code: the real decisions, the real scores, the real gate, the real personas. */
export interface Walked {
  readonly outcome: string;
  readonly endedAt: Instant;
  readonly sent: readonly { readonly stepId: string; readonly template: string; readonly at: Instant }[];
  readonly events: readonly FactEvent[];
  readonly answers: readonly HandoffStatus[];
  readonly escalations: number;
  readonly lead: LeadFacts | null;
}

const MOST_DAYS = 400;
const CLIENT = {
  status: 'inactive',
  firstPurchaseAt: 0,
  lastPurchaseAt: 0,
  purchases: 1,
  revenue: 10,
  statusAt: 0,
} as const;

/** Walks through the simulation; chance is that of rehearsals. */
export function walk(walker: Walker): Walked {
  const { definition, rules, contact, lead, hasConsent, startsAt, planned = [] } = walker;
  const sent: { stepId: string; template: string; at: Instant }[] = [];
  const events: FactEvent[] = [];
  const answers: HandoffStatus[] = [];
  let escalations = 0;
  let end: { readonly outcome: string; readonly at: Instant; readonly person: Person } | undefined;
  const simulation = new Simulation({
    rules,
    sequences: new Map([[definition.sequence, definition]]),
    behaviour: behaviourIn(walker),
    isRead: true,
    observer: {
      sent: (_, { stepId, template, at }) => sent.push({ stepId, template, at }),
      happened: (_, event) => events.push(event),
      escalated: () => {
        escalations += 1;
      },
      closed: (_, { status }) => answers.push(status),
      turned: ({ person }, { advanced, now }) => {
        if (advanced.ended) end = { outcome: advanced.ended.outcome, at: now, person };
      },
    },
  });
  const granted = { granted: true, source: 'walk', at: 0 };
  simulation.add(
    () => ({
      contact,
      lead,
      client: lead ? null : CLIENT,
      consents: new Map(hasConsent ? [[definition.purpose, granted]] : []),
      isNew: true,
    }),
    { sequence: definition.sequence, at: startsAt, planned, ...(lead ? { event: LEAD_CREATED } : {}) },
  );
  simulation.run(startsAt + MOST_DAYS * DAY, () => end === undefined);
  if (!end) throw new Error(`${definition.sequence} does not end within ${MOST_DAYS} days`);
  return { outcome: end.outcome, endedAt: end.at, sent, events, answers, escalations, lead: end.person.facts.lead };
}

const LEAD_CREATED = { type: 'lead.created', properties: {} };

function behaviourIn({ script }: Walker): Behaviour {
  if (script) return behaviourOf({ script, draw: chance });
  const silent = behaviourOf({ script: scriptSchema.parse({ reps: 'silent' }), draw: chance });
  return { ...silent, afterMail: () => [] };
}
