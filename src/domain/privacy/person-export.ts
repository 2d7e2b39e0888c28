import { z } from 'zod';

const time = z.iso.datetime({ offset: true });
const maybe = time.nullable();
const text = z.string();
const anyJson = z.json();

const consent = z.strictObject({
  purpose: text,
  state: z.enum(['given', 'requested', 'withdrawn', 'unsaid']),
  basis: text,
  text: text.meta({ description: 'The exact words that were shown.' }),
  textVersion: text.nullable(),
  locale: text.nullable(),
  source: text,
  at: time,
  until: maybe,
  proof: anyJson.meta({ description: 'Address, IP, browser, evidence; null: erased.' }),
});

const mail = z.strictObject({
  id: text,
  at: maybe.meta({ description: 'When it came to an end; null: it has not.' }),
  plannedAt: time,
  status: text,
  to: text,
  purpose: text,
  template: text,
  subject: text.nullable(),
  sequence: text.nullable(),
  why: z.array(text).meta({ description: 'The decisions about it, in words, the oldest first.' }),
  links: z.array(z.strictObject({ name: text, url: text })),
});

/**
 * What a person gets who asks for their data: GDPR art. 15 and 20, LGPD art. 18 I, II, V and art. 19. `schema` names this shape; a later
 * one adds, and gets another name when it takes away or changes.
 */
export const personExportSchema = z.strictObject({
  schema: z.literal('viveiro.person-export/1'),
  madeAt: time,
  person: z.strictObject({
    contactId: text,
    email: text,
    name: text.nullable(),
    locale: text,
    timeZone: text,
    attributes: z.record(text, anyJson),
    tags: z.array(text),
    organisation: anyJson,
    onRecordSince: time,
    isProfiled: z.boolean().meta({ description: 'false: they object to profiling, and are not scored.' }),
    isClient: z.boolean(),
  }),
  /** GDPR art. 15(1)(a), (c), (d). */
  processing: z.strictObject({
    purposes: z.array(z.strictObject({ purpose: text, name: text, bases: z.array(text), state: text.nullable() })),
    recipients: z.array(z.strictObject({ recipient: text, messages: z.int() })),
    retention: z.array(z.strictObject({ dataClass: text, keepFor: text, afterwards: text })),
  }),
  /** Where the data came from: GDPR art. 15(1)(g). */
  sources: z.array(z.strictObject({ at: time, what: text, source: text, campaign: text.nullable() })),
  consents: z.array(consent),
  suppressions: z.array(z.strictObject({ scope: text, reason: text, at: time })),
  leads: z.array(
    z.strictObject({
      id: text,
      offer: text,
      source: text,
      campaign: text.nullable(),
      stage: text,
      temperature: text,
      grade: text,
      fitPoints: z.number(),
      interest: z.number(),
      createdAt: time,
    }),
  ),
  /** The logic involved, and what came of it: GDPR art. 15(1)(h), LGPD art. 20. */
  scoring: z.strictObject({
    logic: z.array(text),
    changes: z.array(
      z.strictObject({ at: time, leadId: text, kind: text, rule: text, points: z.number(), reason: text }),
    ),
  }),
  journeys: z.array(
    z.strictObject({
      id: text,
      sequence: text,
      status: text,
      enteredAt: time,
      endedAt: maybe,
      outcome: text.nullable(),
      reason: text.nullable(),
    }),
  ),
  mails: z.array(mail),
  decisions: z.array(
    z.strictObject({
      at: time,
      kind: text,
      outcome: text,
      reason: text,
      sequence: text.nullable(),
      step: text.nullable(),
    }),
  ),
  interactions: z.array(z.strictObject({ at: time, type: text, properties: anyJson })),
  handoffs: z.array(
    z.strictObject({ offeredAt: time, team: text, status: text, reason: text.nullable(), answeredAt: maybe }),
  ),
  tasks: z.array(z.strictObject({ createdAt: time, kind: text, title: text, status: text, note: text.nullable() })),
  records: z
    .record(text, z.array(z.record(text, anyJson)))
    .meta({ description: 'Every row of every table that is about them, as it is kept. Its columns may change.' }),
});
export type PersonExport = z.output<typeof personExportSchema>;
