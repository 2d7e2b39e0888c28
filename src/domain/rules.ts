import type { Calendars } from './calendar/calendars';
import type { LifecycleRules } from './client/rules';
import type { PurposeRules } from './consent/purposes';
import type { DeliveryRules } from './delivery/rules';
import type { EngagementRules } from './engagement/rules';
import type { GateRules } from './gate/rules';
import type { RoutingRules } from './handoff/rules';
import type { IdentityRules } from './identity/rules';
import type { InboundRules } from './inbound/rules';
import type { ListRules } from './lists/rules';
import type { ScoringRules } from './scoring/rules';
import type { Segments } from './segments/segments';
import type { DeclaredEvents } from './sequence/declared-events';
import type { Sources } from './source/rules';
import type { WebhookRules } from './webhook/rules';

/** The rules that a company sets, read from sequences/rules/*.yaml. */
export interface Rules {
  readonly scoring: ScoringRules;
  readonly lifecycle: LifecycleRules;
  readonly routing: RoutingRules;
  readonly gate: GateRules;
  readonly calendars: Calendars;
  /** Absent: the company declares none, so any event type may be its own. */
  readonly events?: DeclaredEvents;
  readonly segments: Segments;
  /** Absent: mails go out as they come. */
  readonly delivery?: DeliveryRules;
  /** Absent: `DEFAULT_IDENTITY` holds. */
  readonly identity?: IdentityRules;
  /** Absent: `DEFAULT_INBOUND` holds. */
  readonly inbound?: InboundRules;
  /** Absent: `DEFAULT_ENGAGEMENT` holds. */
  readonly engagement?: EngagementRules;
  /** Absent: no other system tells of leads. */
  readonly sources?: Sources;
  /** Absent: `DEFAULT_PURPOSES` hold. */
  readonly purposes?: PurposeRules;
  /** Absent: `DEFAULT_LISTS` holds. */
  readonly lists?: ListRules;
  /** Absent: there is no other system to tell. */
  readonly webhooks?: WebhookRules;
}
