import type { ClientFacts, ContactFacts, FactEvent, LeadFacts, OrganisationFacts } from '../facts';
import type { GateFacts } from '../gate/gate';
import type { Engagement } from '../gate/sunset';
import type { Instant } from '../ids';
import type { Interest } from '../scoring/interest';
import type { PastJourney } from '../sequence/reentry';
import type { UnderWay } from './carry-on';
import type { HeldLead } from './leads';

/** Somebody as they come into a simulation. */
export interface Newcomer {
  readonly contact: ContactFacts;
  /** Null for clients. `score` is not looked at: `interest` is. */
  readonly lead: LeadFacts | null;
  readonly client: (ClientFacts & { readonly statusAt: Instant }) | null;
  readonly organisation?: OrganisationFacts | null;
  readonly interest?: Interest;
  /** Points that capped rules have given so far. */
  readonly given?: ReadonlyMap<string, number>;
  /** The newest word by purpose. */
  readonly consents: ReadonlyMap<string, NonNullable<GateFacts['consent']>>;
  readonly suppression?: GateFacts['suppression'];
  /** Mails that caps, or the gap between mails, may still count. */
  readonly mailed?: readonly { readonly purpose: string; readonly at: Instant }[];
  /** How they have taken mails so far, where a sunset is declared. */
  readonly engagement?: Engagement;
  /** What happened before, oldest first. */
  readonly events?: readonly Omit<FactEvent, 'seq'>[];
  /** Instead of `events`: what journeys under way may still see, as it is numbered on record. */
  readonly recorded?: { readonly events: readonly FactEvent[]; readonly lastSeq: number };
  /** Leads besides the newest. */
  readonly otherLeads?: readonly HeldLead[];
  /** Journeys that have not ended; they go on from where they stand. */
  readonly underWay?: readonly UnderWay[];
  readonly past?: readonly (PastJourney & { readonly sequence: string })[];
  /** Whether the grade is judged now: for leads that are new. */
  readonly isNew: boolean;
}
