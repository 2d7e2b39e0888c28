import { EVENTS, LEAD_REPEATED } from '../event';
import type { LeadFacts } from '../facts';
import type { Person } from './person';
import type { Simulation } from './simulation';

/** Somebody shows interest in an offer: another lead, or the one that they have in it; as src/store/registration.ts. */
export function showInterest(
  simulation: Simulation,
  person: Person,
  { offer, source }: { readonly offer: string; readonly source: string },
): void {
  const { now: at } = simulation;
  person.now = at;
  const known = person.leadIn(offer);
  const leadId = known?.id ?? `${person.facts.contact.id} ${offer}`;
  if (!known) person.openLead(newLead({ id: leadId, offer, source, createdAt: at }));
  const type = known ? LEAD_REPEATED : EVENTS.leadCreated;
  simulation.happen(person, { type, at, journeyId: null, properties: { offer, source } }, { leadId });
}

const newLead = (parts: Pick<LeadFacts, 'id' | 'offer' | 'source' | 'createdAt'>): LeadFacts => ({
  ...parts,
  campaign: null,
  stage: 'new',
  temperature: 'cold',
  grade: 'D',
  score: 0,
});
