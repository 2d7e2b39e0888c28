import { CONTACT, entry, type TableEntry, through } from './entry';

/** Who somebody is, what they allow, what they did, and what was concluded from it. Children stand before their parents. */
export const PEOPLE: readonly TableEntry[] = [
  entry('interaction', {
    belongs: [CONTACT],
    erasure: { how: 'delete' },
    isExported: true,
    columns: {
      behaviour: 'type at properties',
      technical: 'seq id contact_id lead_id journey_id idempotency_key body_hash',
    },
  }),
  entry('decision', {
    belongs: [CONTACT],
    erasure: { how: 'delete' },
    isExported: true,
    columns: {
      behaviour: 'kind outcome reason at data',
      technical: 'seq key contact_id journey_id step_id',
    },
  }),
  entry('score_entry', {
    belongs: [CONTACT],
    erasure: { how: 'delete' },
    isExported: true,
    columns: { behaviour: 'kind rule points reason at', technical: 'seq key lead_id contact_id' },
  }),
  entry('page_view', {
    belongs: [through('visitor_id', 'visitor')],
    erasure: { how: 'delete' },
    isExported: true,
    columns: { behaviour: 'at properties', technical: 'id visitor_id' },
  }),
  entry('visitor', {
    belongs: [CONTACT],
    erasure: { how: 'delete' },
    isExported: true,
    columns: { identity: 'id', behaviour: 'first_at last_at joined_at joined_by', technical: 'contact_id' },
  }),
  entry('link_hit', {
    belongs: [CONTACT],
    erasure: { how: 'delete' },
    isExported: true,
    columns: {
      behaviour: 'at received_at judged reason',
      technical: 'id send_id link_id contact_id visitor_id',
    },
  }),
  entry('scripted_event', {
    belongs: [CONTACT],
    erasure: { how: 'delete' },
    columns: { behaviour: 'type properties due_at played_at', technical: 'id contact_id' },
  }),
  entry('purchase', {
    belongs: [CONTACT],
    erasure: { how: 'anonymise', set: { reference: 'unique', contact_id: 'standIn' } },
    isExported: true,
    columns: { behaviour: 'amount is_return at', content: 'reference', technical: 'id contact_id' },
  }),
  entry('client', {
    belongs: [CONTACT],
    erasure: { how: 'delete' },
    isExported: true,
    columns: {
      behaviour: 'status status_at first_purchase_at last_purchase_at purchases revenue',
      technical: 'contact_id',
    },
  }),
  entry('lead', {
    belongs: [CONTACT],
    erasure: { how: 'anonymise', set: { stage: 'closedStage', contact_id: 'standIn' } },
    isExported: true,
    columns: {
      behaviour: 'offer source campaign stage temperature grade fit_points interest interest_at mql_at created_at',
      technical: 'id contact_id',
    },
  }),
  entry('consent', {
    belongs: [CONTACT],
    erasure: {
      how: 'own',
      why: 'what is personal (address, IP, browser, evidence) is taken out; the record stays, as proof and as part of its chain',
    },
    isExported: true,
    withheld: ['salt'],
    mentionsStay: 'the database refuses to change a proof of consent',
    columns: {
      evidence: 'purpose granted basis text source at state text_version locale until personal salt personal_digest',
      technical: 'seq contact_id request_id position previous hash',
    },
  }),
  entry('consent_head', {
    belongs: [CONTACT],
    erasure: { how: 'own', why: 'the end of the chain of proofs stays with it' },
    columns: { technical: 'contact_id position hash mac' },
  }),
  entry('suppression', {
    belongs: [{ column: 'email', of: 'address' }],
    erasure: {
      how: 'own',
      why: 'the address goes, its hash stays: who was erased must not be mailed when they come again',
    },
    isExported: true,
    columns: { contact: 'email hash', behaviour: 'scope reason at', technical: 'id import_id merge_id' },
  }),
  entry('contact', {
    belongs: [{ column: 'id', of: 'contact' }],
    erasure: { how: 'own', why: 'deleted last, in one transaction with whatever has come in meanwhile' },
    isExported: true,
    columns: {
      identity: 'name attributes tags time_zone locale',
      contact: 'email',
      behaviour: 'profiling created_at',
      technical: 'id organisation_id changed_at',
    },
  }),
  entry('organisation', {
    belongs: [],
    erasure: { how: 'own', why: 'deleted with the last contact that belongs to it: it may bear their name' },
    mentionsStay: 'a company may bear the name of a person; its page says so',
    columns: { identity: 'domain name', technical: 'id sector size country created_at' },
  }),
];
