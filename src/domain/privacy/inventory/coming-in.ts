import { CONTACT, entry, type TableEntry } from './entry';

/** Where people come from: imports, mailing lists, forms. */
export const COMING_IN: readonly TableEntry[] = [
  entry('import_change', {
    belongs: [CONTACT],
    erasure: { how: 'delete' },
    isExported: true,
    columns: { identity: 'before after', technical: 'seq import_id contact_id field' },
  }),
  entry('import_row', {
    belongs: [CONTACT],
    erasure: { how: 'delete' },
    isExported: true,
    columns: { technical: 'import_id number contact_id outcome lead_id interaction_id consent_seq' },
  }),
  entry('list_entry', {
    belongs: [CONTACT],
    erasure: { how: 'delete' },
    isExported: true,
    columns: {
      behaviour: 'interest interested_at',
      technical: 'id list_id contact_id import_id added_at suppressed lead_id',
    },
  }),
  entry('form_submission', {
    belongs: [CONTACT, { column: 'registration', of: { addressAt: ['contact', 'email'] } }],
    erasure: { how: 'delete' },
    isExported: true,
    withheld: ['body_hash', 'block', 'address'],
    columns: {
      content: 'registration',
      technical: 'id form at standing reasons body_hash block address contact_id settled_at',
    },
  }),
  entry('import_run', {
    columns: {
      technical:
        'id kind name file fingerprint list_id status rows_done report rejects_file rejects_bytes at ended_at undone_at undone',
    },
  }),
  entry('mailing_list', {
    mentionsStay: 'evidence of where a list is from',
    columns: {
      content: 'text evidence',
      technical:
        'id name origin collected_on basis purpose evidence_name evidence_hash offer campaign cost currency created_at',
    },
  }),
];
