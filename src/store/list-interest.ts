import { EVENTS, type IncomingEvent } from '../domain/event';
import { keyOf } from '../domain/ids';
import { DEFAULT_LISTS, listSource, showsInterest } from '../domain/lists/rules';
import type { Tx } from './db';
import { openLeads } from './leads';
import { type ListOfEntry, listsOfEntries } from './lists';
import type { TurnDeps } from './turn';
import { ingestByTurn } from './turn-calls';

/**
 * Makes leads of list entries that have shown interest, each once: with the list as its source, and the event `lead.created`, by which
 * sequences enter. For events that this transaction has recorded, at most one of each contact, under the contacts' locks. Answers, for each,
 * the workflows that are woken. Costs one statement where events show interest, none for others.
 */
export async function leadsFromLists(
  tx: Tx,
  deps: TurnDeps,
  events: readonly IncomingEvent[],
): Promise<readonly (readonly string[])[]> {
  const rules = deps.rules.lists ?? DEFAULT_LISTS;
  const interested = events.filter((event) => showsInterest(rules, event));
  if (interested.length === 0) return [];
  const lists = await listsOfEntries(
    tx,
    interested.map(({ contactId }) => contactId),
  );
  const pokes: (readonly string[])[] = [];
  for (const event of events) {
    const list = interested.includes(event) ? lists.get(event.contactId) : undefined;
    pokes.push(list ? await leadFrom(tx, deps, { event, list }) : []);
  }
  return pokes;
}

async function leadFrom(
  tx: Tx,
  deps: TurnDeps,
  { event, list }: { readonly event: IncomingEvent; readonly list: ListOfEntry },
): Promise<readonly string[]> {
  const { contactId, at } = event;
  const { name, offer, campaign } = list;
  const source = listSource(name);
  const about = { contactId, offer, source, at, ...(campaign === null ? {} : { campaign }) };
  const [lead] = await openLeads(tx, [{ ...about, interest: event.type }]);
  if (!lead?.created) return [];
  const { pokes } = await ingestByTurn(tx, deps, {
    type: EVENTS.leadCreated,
    contactId,
    leadId: lead.id,
    at,
    idempotencyKey: keyOf(EVENTS.leadCreated, lead.id),
    properties: { offer, source, list: name, interest: event.type, ...(campaign === null ? {} : { campaign }) },
  });
  return pokes;
}
