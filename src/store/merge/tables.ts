/** How rows that belong to a contact are moved by a merge: whatever names a contact must stand here, or among those that stay. */
export interface MovedTable {
  readonly table: string;
  /** What tells its rows apart when the merge is taken back, and of which type it is. */
  readonly key: string;
  readonly type: 'uuid' | 'bigint' | 'text';
  /** Of which a contact has one row: that of who stays is kept. SQL over alias `t`. */
  readonly one?: string;
}

/** Every name here is ours, never input: they are put into statements. */
export const MOVED_TABLES: readonly MovedTable[] = [
  { table: 'interaction', key: 'seq', type: 'bigint' },
  { table: 'score_entry', key: 'seq', type: 'bigint' },
  { table: 'decision', key: 'seq', type: 'bigint' },
  { table: 'purchase', key: 'id', type: 'uuid' },
  { table: 'lead', key: 'id', type: 'uuid' },
  { table: 'journey', key: 'id', type: 'uuid' },
  { table: 'interest', key: 'journey_id', type: 'uuid' },
  { table: 'pause', key: 'id', type: 'uuid' },
  {
    table: 'waiting',
    key: 'id',
    type: 'uuid',
    one: `t.sequence, coalesce(t.lead_id::text, ''), coalesce(t.entry->>'key', '')`,
  },
  { table: 'webhook', key: 'id', type: 'uuid' },
  { table: 'handoff', key: 'id', type: 'uuid' },
  { table: 'task', key: 'id', type: 'uuid' },
  { table: 'send', key: 'id', type: 'uuid' },
  { table: 'link', key: 'id', type: 'uuid' },
  { table: 'link_hit', key: 'id', type: 'uuid' },
  { table: 'visitor', key: 'id', type: 'uuid' },
  { table: 'inbound', key: 'id', type: 'uuid' },
  { table: 'scripted_event', key: 'id', type: 'uuid' },
  { table: 'list_entry', key: 'id', type: 'uuid', one: 't.list_id' },
  { table: 'contact_merge', key: 'id', type: 'uuid' },
  { table: 'contact_merge_row', key: 'merge_id', type: 'uuid' },
  { table: 'journey_twin', key: 'journey_id', type: 'uuid' },
  { table: 'form_submission', key: 'id', type: 'uuid' },
];

/** Tables that name a contact and are seen to otherwise, with the reason. */
export const NOT_MOVED: { readonly [table: string]: string } = {
  consent: 'the chain of a contact is sealed: the words that hold are appended to the chain of who stays',
  consent_head: 'stays with its chain',
  import_row: 'tells what an import did, and to whom it did it',
  import_change: 'tells what an import changed, and of whom it did',
  client: 'two clients are summed up',
  erasure: 'follows a merge by itself; the record of one that is over stays as it was',
  contact_address: 'moved first of all, since everyone is found by it',
};

/** Tables that name a lead: two leads in the same offer become one. */
export const LEAD_TABLES: readonly MovedTable[] = [
  { table: 'list_entry', key: 'id', type: 'uuid' },
  { table: 'interaction', key: 'seq', type: 'bigint' },
  { table: 'journey', key: 'id', type: 'uuid' },
  { table: 'waiting', key: 'id', type: 'uuid' },
  { table: 'handoff', key: 'id', type: 'uuid' },
  { table: 'task', key: 'id', type: 'uuid' },
  { table: 'score_entry', key: 'seq', type: 'bigint' },
];
