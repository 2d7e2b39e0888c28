import { CONTACT, entry, type TableEntry } from './entry';

const PUBLISHED = 'a published version never changes; it is written by the company, about nobody';
const STAFF = 'those who work with Viveiro: an erasure of them as a contact leaves their work alone';

/** What is about nobody: what the company has published, who works with it, and what keeps Viveiro running. */
export const SYSTEM: readonly TableEntry[] = [
  entry('erasure', {
    // found by its contact, and not exported: it keeps hashes and counts
    belongs: [CONTACT],
    erasure: { how: 'own', why: 'the proof of the erasure: a hash of the address, and counts' },
    mentionsStay: 'while it is under way it holds what its own proof looks for',
    columns: {
      identity: 'identifiers',
      technical:
        'id contact_id address_hash status origin by scope asked_at due_at started_at ended_at stand_in pause_id suppressions counts proof',
    },
  }),
  entry('retention_run', {
    columns: { technical: 'id at data_class action count' },
  }),
  entry('consent_anchor', { columns: { technical: 'id through records previous hash mac at' } }),
  entry('consent_text', { mentionsStay: PUBLISHED, columns: { technical: 'purpose version locale text since' } }),
  entry('key_check', { columns: { technical: 'name value' } }),
  entry('inbound_mailbox', {
    mentionsStay: 'a mailbox of the company',
    columns: { technical: 'name uid_validity last_uid read_at' },
  }),
  entry('refusal', { columns: { technical: 'day kind name code count' } }),
  // hashes of addresses of the net, until the daily sweep
  entry('rate', { columns: { technical: 'sender tokens given at' } }),
  entry('sequence_version', {
    mentionsStay: PUBLISHED,
    columns: { technical: 'id sequence version definition source checksum published_at' },
  }),
  entry('template_version', {
    mentionsStay: PUBLISHED,
    columns: { technical: 'id template version content checksum published_at' },
  }),
  entry('date_sweep', { columns: { technical: 'sequence through' } }),
  entry('experiment', { columns: { technical: 'sequence step_id winner reason decided_at' } }),
  entry('account_day', { columns: { technical: 'account day taken' } }),
  entry('smtp_account', { columns: { technical: 'name health pace' } }),
  entry('smtp_account_change', {
    mentionsStay: 'what servers and operators say of an account of the company; addresses are taken out of it',
    columns: { technical: 'id account at change reason' },
  }),
  entry('rep', {
    mentionsStay: STAFF,
    columns: { identity: 'name', contact: 'email', technical: 'id team weight active is_manager current_weight' },
  }),
  entry('api_key', { mentionsStay: STAFF, columns: { technical: 'id name hash created_at revoked_at' } }),
  entry('rehearsal', {
    columns: {
      technical: 'id name database task_queue status seed options started_at finished_at summary',
    },
  }),
];

/** Tables of others, which are looked through and never written: of them each column is technical. */
export const FOREIGN: readonly string[] = [
  '_prisma_migrations',
  'graphile_worker._private_job_queues',
  'graphile_worker._private_jobs',
  'graphile_worker._private_known_crontabs',
  'graphile_worker._private_tasks',
  'graphile_worker.migrations',
];
