import { EVENTS, LEAD_REPEATED } from '../event';

/** Events by which a person shows interest, where the rules name none of their own. Nothing that a machine does is among them. */
export const SIGNS: readonly string[] = [
  EVENTS.mailClicked,
  EVENTS.mailOpened,
  EVENTS.mailReplied,
  EVENTS.formSubmitted,
  EVENTS.leadCreated,
  LEAD_REPEATED,
  EVENTS.callRequested,
  EVENTS.pageViewed,
  EVENTS.purchase,
];
