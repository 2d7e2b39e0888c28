import type { LeadFacts, Stage } from '../facts';
import type { Interest } from '../scoring/interest';

/** A lead of a person, with what its score is made of. */
export interface HeldLead {
  readonly lead: LeadFacts;
  readonly interest: Interest;
  /** Points that capped rules have given so far. */
  readonly given: Map<string, number>;
}

/** The leads of somebody who has several, but for the one that is looked at. */
export class OtherLeads {
  private readonly leads = new Map<string, HeldLead>();

  /** Undefined: there are none. */
  static of(held: readonly HeldLead[]): OtherLeads | undefined {
    if (held.length === 0) return undefined;
    const others = new OtherLeads();
    for (const one of held) others.hold({ ...one, given: new Map(one.given) });
    return others;
  }

  hold(held: HeldLead): void {
    this.leads.set(held.lead.id, held);
  }

  /** Takes one out; undefined: it is not there. */
  take(id: string): HeldLead | undefined {
    const held = this.leads.get(id);
    this.leads.delete(id);
    return held;
  }

  all(): readonly LeadFacts[] {
    return [...this.leads.values()].map(({ lead }) => lead);
  }

  stages(): ReadonlyMap<string, Stage> {
    return new Map(this.all().map(({ id, stage }) => [id, stage]));
  }
}

/** Which of the leads an event gives interest to: the one that it names, that of its journey, that in its offer, else all. */
export function meantBy(
  leads: readonly LeadFacts[],
  {
    leadId,
    ofJourney,
    offer,
  }: { readonly leadId?: string; readonly ofJourney?: string | null; readonly offer: unknown },
): readonly string[] {
  if (leadId !== undefined) return [leadId];
  if (ofJourney !== undefined) return ofJourney === null ? [] : [ofJourney];
  const meant = typeof offer === 'string' ? leads.filter((lead) => lead.offer === offer) : leads;
  return meant.map(({ id }) => id);
}
