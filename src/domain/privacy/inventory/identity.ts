import { CONTACT, entry, type TableEntry } from './entry';

/** By what contacts are found, and who was merged into whom. */
export const IDENTITY: readonly TableEntry[] = [
  entry('contact_merge_row', {
    belongs: [CONTACT],
    erasure: { how: 'delete' },
    // copies of rows that are handed out themselves
    columns: { content: 'before after', technical: 'merge_id position contact_id table_name action keys' },
  }),
  entry('journey_twin', {
    belongs: [CONTACT],
    erasure: { how: 'delete' },
    columns: { technical: 'journey_id twin_id merge_id contact_id' },
  }),
  entry('contact_merge', {
    belongs: [CONTACT, { column: 'merged_id', of: 'contact', isForOthers: true }],
    erasure: {
      how: 'own',
      why: 'deleted with the contact: until then its proofs are found by it; of one that was taken back with either',
    },
    isExported: true,
    columns: { content: 'reason by', technical: 'id contact_id merged_id at undone_at' },
  }),
  entry('contact_address', {
    belongs: [CONTACT],
    erasure: { how: 'own', why: 'deleted with the contact: until then nobody else can have its address' },
    isExported: true,
    columns: { contact: 'key home', technical: 'contact_id derived' },
  }),
  entry('address_rules', { columns: { technical: 'id fingerprint' } }),
];
