import { type Instant, newId } from '../domain/ids';
import type { Rules } from '../domain/rules';
import type { Tx } from './db';
import { refit } from './fit';

export interface NewLead {
  readonly contactId: string;
  readonly offer: string;
  readonly source: string;
  readonly campaign?: string;
  readonly at: Instant;
}

/**
 * The lead of a contact in an offer, opened if there is none: one per contact and offer, under the contact's lock. An existing
 * one keeps its source, stage and scores. The fit of all open leads of the contact is judged anew, since a registration may
 * have changed the contact.
 */
export async function openLead(
  tx: Tx,
  rules: Rules,
  { contactId, offer, source, campaign, at }: NewLead,
): Promise<{ readonly id: string; readonly created: boolean }> {
  const when = new Date(at);
  const [opened] = await tx.$queryRaw<{ id: string }[]>`
    INSERT INTO lead (id, contact_id, offer, source, campaign, interest_at, created_at)
    VALUES (${newId()}::uuid, ${contactId}::uuid, ${offer}, ${source}, ${campaign ?? null}, ${when}, ${when})
    ON CONFLICT (contact_id, offer) DO NOTHING RETURNING id`;
  const id = opened?.id ?? (await existing(tx, { contactId, offer }));
  await refit(tx, rules.scoring, { contactId, at });
  return { id, created: opened !== undefined };
}

async function existing(
  tx: Tx,
  { contactId, offer }: { readonly contactId: string; readonly offer: string },
): Promise<string> {
  const [row] = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM lead WHERE contact_id = ${contactId}::uuid AND offer = ${offer}`;
  if (!row) throw new TypeError('the lead that was in the way is gone'); // leads are never deleted under the contact's lock
  return row.id;
}
