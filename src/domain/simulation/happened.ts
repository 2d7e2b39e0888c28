import { EVERY_PURPOSE } from '../consent/scope';
import { EVENTS } from '../event';
import type { FactEvent } from '../facts';
import type { Person } from './person';

type Event = Omit<FactEvent, 'seq'>;

/** What Viveiro itself does about events that it knows; src/store/event-effects.ts does the same to the rows. */
const EFFECTS: { readonly [type: string]: (person: Person, event: Event) => void } = {
  [EVENTS.purchase]: (person, { properties, at }) => {
    const { amount } = properties;
    const isReturn = typeof amount !== 'number' || amount < 0;
    if (!isReturn) person.purchase(amount, at);
  },
  [EVENTS.mailBounced]: (person, { properties, at }) => {
    const { kind = 'hard' } = properties;
    if (kind === 'hard') person.mails.suppress({ reason: 'hard_bounce', at });
  },
  [EVENTS.mailComplained]: (person, { at }) => {
    person.mails.suppress({ reason: 'complaint', at });
  },
  [EVENTS.mailUnsubscribed]: (person, { type, properties, at }) => {
    const { purpose = 'marketing' } = properties;
    if (purpose === EVERY_PURPOSE) person.mails.suppress({ reason: 'unsubscribed', at, scope: 'marketing' });
    else person.mails.withdraw(String(purpose), { source: type, at });
  },
  [EVENTS.consentGiven]: (person, { type, properties, at }) => {
    const { purpose = 'marketing' } = properties;
    person.mails.confirm(String(purpose), { source: type, at });
  },
};

/** Applies what an event means for client status, suppression and consent. */
export function follow(person: Person, event: Event): void {
  if (Object.hasOwn(EFFECTS, event.type)) EFFECTS[event.type]?.(person, event);
}
