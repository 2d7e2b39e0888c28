import { type ContactInput, upsertContact } from './contacts';
import { type Db, transaction } from './db';
import { refit } from './fit';
import { joinByDomain } from './organisations';
import type { TurnDeps } from './turn';

/** Puts a contact on record without a lead, or brings it up to date. Throws VIV_ADDRESS_INVALID. */
export function addContact(
  db: Db,
  { rules }: TurnDeps,
  contact: ContactInput,
): Promise<{ readonly id: string; readonly created: boolean }> {
  return transaction(db, async (tx) => {
    const added = await upsertContact(tx, contact, rules);
    await joinByDomain(tx, rules, { contactId: added.id, at: contact.at });
    await refit(tx, rules.scoring, { contactId: added.id, at: contact.at });
    return added;
  });
}
