import { z } from 'zod';
import { durationSchema, durationText } from '../calendar/duration';
import { type Found, senseless } from '../yaml/problem';

const DAY = 86_400_000;

const kept = <A extends string>(description: string, afterwards: readonly [A, ...A[]]) =>
  z
    .strictObject({
      keepFor: durationSchema.meta({ description: 'How long it is kept, like 1095d for three years.' }),
      afterwards: z.enum(afterwards).meta({ description: 'What becomes of it then.' }),
    })
    .readonly()
    .optional()
    .meta({ description });

/**
 * How long each class of data is kept, and what becomes of it then: GDPR art. 5(1)(e), LGPD art. 15 and 16. What is not named here
 * stays until its contact is erased.
 */
export const retentionSchema = z
  .strictObject({
    interactions: kept('Events of contacts, but purchases. Those of a contact with a journey under way stay.', [
      'delete',
    ]),
    decisions: kept('Stored reasons. Those of a contact with a journey under way stay.', ['delete']),
    scores: kept('Changes of scores. Those of a contact with a journey under way stay.', ['delete']),
    mails: kept('Settled sends with their tries, links and clicks. Sends in doubt stay.', ['anonymise']),
    inbound: kept('What came back: bounces, replies, complaints. Raw messages go earlier: inbound.yaml.', [
      'anonymise',
    ]),
    handoffs: kept('Handoffs and tasks that are closed.', ['anonymise']),
    webhooks: kept('Settled messages to other systems.', ['delete']),
    purchases: kept('Purchases, and their events. Status and revenue of the client stay.', ['anonymise']),
    proofs: kept('What is personal in proofs of consent of contacts who allow nothing any more, from the last word.', [
      'anonymise',
    ]),
    contacts: kept('Contacts of whom nothing was heard, who are no clients and have no journey under way.', ['erase']),
    erasures: kept('Records of erasures that are over.', ['delete']),
  })
  .readonly();
export type RetentionRules = z.output<typeof retentionSchema>;
export type RetentionClass = keyof RetentionRules;
export type RetentionAction = 'delete' | 'anonymise' | 'erase';

/** With no file: nothing goes by its age alone. */
export const DEFAULT_RETENTION: RetentionRules = {};

/** What is due by the rules at a moment. */
export interface DueClass {
  readonly dataClass: RetentionClass;
  readonly action: RetentionAction;
  /** How long it is kept (ms). */
  readonly keepFor: number;
}

/** The classes that have a rule, in the order in which they are gone through: contacts last, since they take the rest along. */
export function classesOf(rules: RetentionRules): readonly DueClass[] {
  return CLASSES.flatMap((dataClass) => {
    const rule = rules[dataClass];
    return rule ? [{ dataClass, action: rule.afterwards, keepFor: rule.keepFor }] : [];
  });
}

export const CLASSES = Object.keys(retentionSchema.unwrap().shape) as readonly RetentionClass[]; // Object.keys forgets the names

/** What waits, caps, late answers and retries look back at. */
const LEAST: { readonly [C in RetentionClass]?: { readonly ms: number; readonly why: string } } = {
  interactions: { ms: 30 * DAY, why: 'waits, scores and retries of events look back at them' },
  decisions: { ms: 30 * DAY, why: 'viveiro why answers from them' },
  scores: { ms: 30 * DAY, why: 'caps of scoring rules count them' },
  mails: { ms: 90 * DAY, why: 'caps of the gate count them, and bounces come late' },
  inbound: { ms: 30 * DAY, why: 'the pattern of soft bounces counts them' },
  proofs: { ms: 365 * DAY, why: 'whoever relies on consent must be able to show it (GDPR art. 7(1))' },
  contacts: { ms: 180 * DAY, why: 'a quiet half year is no end' },
  erasures: { ms: 365 * DAY, why: 'they are the proof that somebody was erased' },
};

/** What makes no sense in retention.yaml although its schema lets it pass. */
export function retentionProblems(rules: RetentionRules): readonly Found[] {
  const short = CLASSES.flatMap((dataClass) => {
    const [rule, least] = [rules[dataClass], LEAST[dataClass]];
    if (!rule || !least || rule.keepFor >= least.ms) return [];
    const fix = `write ${durationText(least.ms)} or more`;
    return [senseless([dataClass, 'keepFor'], `too short for ${dataClass}: ${least.why}`, fix)];
  });
  const { mails, proofs } = rules;
  const outlived =
    mails && proofs && proofs.keepFor < mails.keepFor
      ? [
          senseless(
            ['proofs', 'keepFor'],
            'proofs of consent would go before the mails that rest on them',
            `write ${durationText(mails.keepFor)} or more, as for mails`,
          ),
        ]
      : [];
  return [...short, ...outlived];
}
