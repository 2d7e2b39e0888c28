import { CONTACT, entry, type TableEntry, through } from './entry';

/** Mails, journeys and what sales does. Children stand before their parents: a row is found through the parent that is still theirs. */
export const JOURNEYS: readonly TableEntry[] = [
  entry('send_attempt', {
    belongs: [through('send_id', 'send')],
    erasure: { how: 'anonymise', set: { problem: 'erased', body_hash: 'null' } },
    isExported: true,
    withheld: ['token'],
    columns: { content: 'problem body_hash', technical: 'token send_id outcome reached reply_code ended_at' },
  }),
  entry('link', {
    belongs: [CONTACT],
    erasure: { how: 'delete' },
    isExported: true,
    columns: { content: 'name url', technical: 'id send_id contact_id' },
  }),
  entry('inbound', {
    belongs: [CONTACT, through('send_id', 'send'), { column: 'sender', of: 'address' }],
    erasure: {
      how: 'anonymise',
      set: {
        sender: 'empty',
        subject: 'empty',
        details: 'emptyObject',
        reason: 'erased',
        raw: 'null',
        contact_id: 'null',
      },
    },
    isExported: true,
    columns: {
      contact: 'sender',
      content: 'subject details raw reason',
      technical: 'id key way kind standing code known_by send_id contact_id received_at raw_bytes',
    },
  }),
  entry('webhook', {
    belongs: [CONTACT],
    erasure: { how: 'delete' },
    isExported: true,
    columns: {
      content: 'reason',
      technical: 'id journey_id contact_id step_id endpoint status attempts planned_at settled_at',
    },
  }),
  entry('task', {
    belongs: [CONTACT],
    erasure: { how: 'anonymise', set: { title: 'erased', note: 'null', contact_id: 'standIn' } },
    isExported: true,
    columns: {
      content: 'title note outcome',
      technical: 'id journey_id contact_id lead_id step_id kind team rep_id status created_at due_at closed_at',
    },
  }),
  entry('send', {
    belongs: [CONTACT, { ...through('handoff_id', 'handoff'), isForOthers: true }],
    // no variant: the mail counts for no side of an experiment, since nobody knows any more whether it was clicked
    erasure: {
      how: 'anonymise',
      set: {
        recipient: 'empty',
        subject: 'null',
        body_hash: 'null',
        response: 'null',
        heard: 'null',
        reason: 'erased',
        variant: 'null',
        contact_id: 'null',
      },
    },
    isExported: true,
    withheld: ['lease_token', 'lease_until', 'heard'],
    columns: {
      contact: 'recipient',
      content: 'subject body_hash response reason heard',
      technical:
        'id contact_id journey_id handoff_id step_id purpose template template_version_id variant status message_id lease_token lease_until attempts account account_day account_slot planned_at settled_at',
    },
  }),
  entry('handoff', {
    belongs: [CONTACT],
    erasure: { how: 'anonymise', set: { reason: 'null', contact_id: 'standIn' } },
    isExported: true,
    columns: {
      content: 'reason',
      technical: 'id journey_id contact_id lead_id step_id team rep_id status offered_at due_at answered_at',
    },
  }),
  entry('interest', {
    belongs: [CONTACT],
    erasure: { how: 'delete' },
    columns: { technical: 'journey_id event_type kind contact_id' },
  }),
  entry('waiting', {
    belongs: [CONTACT],
    erasure: { how: 'delete' },
    isExported: true,
    columns: {
      behaviour: 'entry reason since until',
      technical: 'id seq contact_id lead_id sequence group priority',
    },
  }),
  entry('pause', {
    belongs: [CONTACT],
    erasure: { how: 'delete' },
    isExported: true,
    columns: {
      content: 'reason begun_by ended_by',
      technical: 'id mode sequence contact_id since ended_at wakes_till',
    },
  }),
  entry('journey', {
    belongs: [CONTACT],
    erasure: {
      how: 'anonymise',
      set: { entry_key: 'null', last_turn: 'endedTurn', reason: 'erased', held_by: 'null', contact_id: 'standIn' },
    },
    isExported: true,
    withheld: ['last_turn'],
    columns: {
      behaviour: 'last_turn entered_at ended_at outcome reason entry_key step_id due_at',
      technical: 'id contact_id lead_id sequence version_id status turn parent_id join_id held_by swept_on',
    },
  }),
];
