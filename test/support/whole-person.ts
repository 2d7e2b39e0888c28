import { newId } from '../../src/domain/ids';
import { applyPurchase } from '../../src/store/clients';
import { recordConsent } from '../../src/store/consents';
import { type Db, transaction } from '../../src/store/db';
import { addSuppression } from '../../src/store/suppression-list';
import { DAY, MONDAY } from './builders';
import { aJourney, aWaitFor, ENDS, published, type Someone, someone } from './journeys';
import { aLead, aPerson, writeEvents, writePeople } from './people';
import { SALES } from './sales';

/** Made up, and nobody else's in a database of tests. */
export const ANA = {
  email: 'ana.silva@viva.test',
  name: 'Ana Beatriz Silva',
  phone: '+55 11 98765-4321',
  ip: '203.0.113.77',
} as const;

export interface WholePerson extends Someone {
  readonly journeyId: string;
  readonly sendId: string;
  readonly handoffId: string;
  readonly visitorId: string;
}

const at = new Date(MONDAY);

/** Somebody who has a row in every table in which a contact can have one, with their name and address wherever a text may stand. */
export async function aWholePerson(db: Db, parts: { readonly email?: string } = {}): Promise<WholePerson> {
  const email = parts.email ?? ANA.email;
  const said = `${ANA.name} <${email}>`;
  const organisation = { name: `${ANA.name} ME`, sector: null, size: 1, country: 'BR' };
  const attributes = { phone: ANA.phone, note: `write to ${email}` };
  const who = await someone(db, { email, name: ANA.name, attributes, organisation, leads: [aLead()] });
  const { contactId, leadId } = who;
  await aConsent(db, contactId);
  const version = await published(db, { steps: [aWaitFor('call.made', '30d'), ...ENDS] });
  const { journeyId } = await aJourney(db, version, { who });
  await writeEvents(db, [
    { contactId, journeyId, type: 'form.submitted', at: MONDAY, properties: { words: said, phone: ANA.phone } },
  ]);
  await transaction(db, (tx) =>
    applyPurchase(tx, SALES.rules.lifecycle, {
      contactId,
      reference: `of ${email}`,
      amount: 12.5,
      isReturn: false,
      at: MONDAY,
    }),
  );
  await addSuppression(db, { address: { email }, scope: 'purpose:newsletter', at: MONDAY });
  const ids = { sendId: newId(), handoffId: newId(), visitorId: newId() };
  await itsMail(db, { ...who, ...ids, journeyId, said, email });
  await itsSales(db, { ...who, ...ids, journeyId, said, email });
  await itsMerge(db, { ...who, ...ids, journeyId, said, email });
  await itsVisits(db, { ...who, ...ids, journeyId, said, email });
  await itsComing(db, { ...who, ...ids, journeyId, said, email });
  await db.scoreEntry.create({
    data: { key: newId(), leadId, contactId, kind: 'interest', rule: 'clicks', points: 5, reason: said, at },
  });
  return { ...who, ...ids, journeyId };
}

function aConsent(db: Db, contactId: string): Promise<void> {
  const proof = { ip: ANA.ip, userAgent: 'Browser/1', evidence: { form: 'course', name: ANA.name } };
  return transaction(db, (tx) =>
    recordConsent(tx, {
      contactId,
      purpose: 'marketing',
      granted: true,
      basis: 'consent',
      text: 'Send me offers',
      textVersion: '2026-11',
      locale: 'en',
      source: 'form course',
      at: MONDAY,
      proof,
    }),
  );
}

interface Its extends WholePerson {
  readonly said: string;
  readonly email: string;
}

async function itsMail(db: Db, { contactId, journeyId, sendId, said, email }: Its): Promise<void> {
  const send = { stepId: 'hello', purpose: 'marketing', template: 'hello', plannedAt: at };
  await db.send.create({
    data: {
      ...send,
      id: sendId,
      contactId,
      journeyId,
      recipient: email,
      status: 'accepted',
      messageId: `<${sendId}@viva.test>`,
      subject: `Hello ${ANA.name}`,
      bodyHash: 'abc',
      response: `250 ok ${email}`,
      reason: `accepted for ${said}`,
      attempts: 1,
      settledAt: at,
    },
  });
  const heard = { type: 'put_off', response: `450 later ${email}` };
  const planned = { ...send, contactId, journeyId, recipient: email, messageId: '', heard };
  await db.send.create({ data: { ...planned, id: newId(), status: 'planned' } });
  await db.sendAttempt.create({
    data: { token: newId(), sendId, outcome: 'accepted', reached: 'replied', problem: `250 ${email}`, endedAt: at },
  });
  await db.link.create({
    data: { id: newId(), sendId, contactId, name: 'course', url: `https://viva.test/?mail=${email}` },
  });
  await db.linkHit.create({ data: { id: newId(), sendId, contactId, at, judged: 'person' } });
  const raw = Buffer.from(`From: ${said}\r\n\r\nCall me: ${ANA.phone}`);
  const inbound = {
    way: 'smtp',
    kind: 'reply',
    standing: 'applied',
    reason: said,
    subject: said,
    details: { to: email },
  };
  const row = { ...inbound, receivedAt: at, raw, rawBytes: raw.length };
  await db.inbound.create({ data: { ...row, id: newId(), key: newId(), sendId, contactId, sender: email } });
  await db.inbound.create({ data: { ...row, id: newId(), key: newId(), sender: email, standing: 'kept' } });
}

async function itsSales(db: Db, { contactId, journeyId, leadId, handoffId, said }: Its): Promise<void> {
  const about = { contactId, journeyId, leadId, stepId: 'sell', team: 'sales' };
  await db.handoff.create({
    data: { ...about, id: handoffId, status: 'offered', reason: said, offeredAt: at, dueAt: at },
  });
  await db.send.create({
    data: {
      id: newId(),
      journeyId,
      handoffId,
      stepId: 'sell',
      recipient: 'rita@viva.test',
      purpose: 'transactional',
      template: 'handoff-offer',
      status: 'accepted',
      messageId: `<${newId()}@viva.test>`,
      subject: `New lead: ${said}`,
      plannedAt: at,
      settledAt: at,
    },
  });
  await db.task.create({
    data: {
      ...about,
      id: newId(),
      kind: 'call',
      title: `Call ${said}`,
      note: said,
      status: 'open',
      createdAt: at,
      dueAt: at,
    },
  });
  const webhook = { journeyId, contactId, stepId: 'tell', endpoint: 'crm', reason: said, plannedAt: at };
  for (const status of ['planned', 'delivered']) await db.webhook.create({ data: { ...webhook, id: newId(), status } });
}

async function itsVisits(db: Db, { contactId, visitorId, said }: Its): Promise<void> {
  await db.visitor.create({
    data: { id: visitorId, contactId, firstAt: at, lastAt: at, joinedAt: at, joinedBy: 'form' },
  });
  await db.pageView.create({ data: { id: newId(), visitorId, at, properties: { page: `/hello?${said}` } } });
  await db.scriptedEvent.create({ data: { id: newId(), contactId, dueAt: at, type: 'x', properties: { said } } });
  await db.pause.create({
    data: {
      id: newId(),
      mode: 'elapse',
      contactId,
      reason: `${said} is away`,
      since: at,
      endedAt: new Date(MONDAY + DAY),
    },
  });
  const entry = { origin: 'by hand', cause: said };
  await db.waiting.create({
    data: { id: newId(), contactId, sequence: 'later', priority: 0, entry, reason: said, since: at },
  });
}

/** It came by an import and stands on a mailing list; a form in its name is held. */
async function itsComing(db: Db, { contactId, leadId, said, email }: Its): Promise<void> {
  const importId = newId();
  await db.importRow.create({ data: { importId, number: 1, contactId, outcome: 'updated', leadId } });
  await db.importChange.create({ data: { importId, contactId, field: 'name', before: said, after: said } });
  await db.listEntry.create({ data: { listId: newId(), contactId, importId, addedAt: at, suppressed: false } });
  const held = { form: 'course', at, standing: 'held', reasons: ['links'], bodyHash: 'x', block: 'x', address: 'x' };
  await db.formSubmission.create({ data: { ...held, id: newId(), registration: { contact: { email, name: said } } } });
}

/** Another contact was merged into this one, with a consent of its own. */
async function itsMerge(db: Db, { contactId, journeyId, said }: Its): Promise<void> {
  const [former] = await writePeople(db, [aPerson({ name: 'Ana' })]);
  if (!former) throw new Error('nobody was written');
  await aConsent(db, former.contactId);
  await db.contactAddress.updateMany({ where: { contactId: former.contactId }, data: { contactId } });
  await db.contact.delete({ where: { id: former.contactId } });
  const id = newId();
  await db.contactMerge.create({ data: { id, contactId, mergedId: former.contactId, reason: said, by: 'rita', at } });
  const row = { mergeId: id, contactId, table: 'contact', action: 'removed', keys: [], before: { said } };
  await db.contactMergeRow.create({ data: { ...row, position: 1 } });
  await db.journeyTwin.create({ data: { journeyId, twinId: newId(), mergeId: id, contactId } });
}
