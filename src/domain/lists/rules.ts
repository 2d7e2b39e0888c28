import { z } from 'zod';
import { EVENTS, eventTypeSchema, type IncomingEvent } from '../event';
import { slug } from '../sequence/names';

/** Where the addresses of a mailing list are from. */
export const LIST_ORIGINS = ['bought', 'collected', 'event', 'partner'] as const;
export type ListOrigin = (typeof LIST_ORIGINS)[number];

/** By what right its entries are held and mailed; `none`: they may not be mailed. GDPR art. 6(1). */
export const LIST_BASES = ['none', 'consent', 'contract', 'legitimate_interest'] as const;
export type ListBasis = (typeof LIST_BASES)[number];

const allowanceSchema = z.strictObject({
  basis: z.enum(['consent', 'contract', 'legitimate_interest']).meta({ description: 'A list with this basis' }),
  origins: z
    .array(z.enum(LIST_ORIGINS))
    .min(1)
    .default([...LIST_ORIGINS])
    .meta({ description: 'and one of these origins (default: any)' }),
  purposes: z.array(slug).min(1).optional().meta({ description: 'may be mailed for these purposes (default: any).' }),
});

const interestSchema = z.union([
  eventTypeSchema,
  z.strictObject({
    event: eventTypeSchema,
    outcomes: z.array(slug).min(1).meta({ description: 'Only with one of these in its property `outcome`.' }),
  }),
]);

/** What mailing lists allow, and what makes a lead of an entry. */
export const listsSchema = z
  .strictObject({
    allows: z
      .array(allowanceSchema)
      .default([])
      .meta({ description: 'Which lists may be mailed. What stands here for no list may not be.' }),
    interest: z
      .array(interestSchema)
      .min(1)
      .optional()
      .meta({ description: 'Events by which an entry shows interest, and becomes a lead.' }),
  })
  .readonly();
export type ListRules = z.output<typeof listsSchema>;

/** Where the rules name no events: a reply, a click, a form, a wish to be called, and a call that found somebody interested. */
export const DEFAULT_INTEREST: NonNullable<ListRules['interest']> = [
  EVENTS.mailReplied,
  EVENTS.mailClicked,
  EVENTS.formSubmitted,
  EVENTS.callRequested,
  { event: EVENTS.taskClosed, outcomes: ['interested', 'reached'] },
];

/** Without rules only a consent, which somebody has given, allows mail. */
export const DEFAULT_LISTS: ListRules = {
  allows: [{ basis: 'consent', origins: [...LIST_ORIGINS] }],
  interest: DEFAULT_INTEREST,
};

/** Whether mails of a purpose may go to the entries of a list, as far as its basis goes. */
export function listAllows(
  rules: ListRules,
  list: { readonly origin: ListOrigin; readonly basis: ListBasis },
  purpose: string,
): boolean {
  return rules.allows.some(
    ({ basis, origins, purposes }) =>
      basis === list.basis && origins.includes(list.origin) && (purposes === undefined || purposes.includes(purpose)),
  );
}

/** Types of events that may make a lead of a list entry. */
export const interestTypes = ({ interest = DEFAULT_INTEREST }: ListRules): readonly string[] =>
  interest.map((one) => (typeof one === 'string' ? one : one.event));

/** Whether an event shows the interest of the person that it is about. */
export function showsInterest({ interest = DEFAULT_INTEREST }: ListRules, event: IncomingEvent): boolean {
  return interest.some((one) => {
    if (typeof one === 'string') return one === event.type;
    return one.event === event.type && one.outcomes.includes(String(event.properties?.outcome ?? ''));
  });
}

/** The source of a lead that comes of a mailing list. */
export const listSource = (name: string): string => `list:${name}`;
