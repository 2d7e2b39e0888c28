/**
 * What a template may name: a value to print, an object with known keys, a list, or keys that nobody knows beforehand. Unsure is
 * what not every recipient has, or has empty.
 */
export type Shape = {
  readonly isUnsure?: boolean;
} /** `isInstant`: a point in time, which makes sense to people by a helper alone. */ & (
  | { readonly type: 'value'; readonly isInstant?: boolean }
  | { readonly type: 'object'; readonly keys: { readonly [key: string]: Shape } }
  | { readonly type: 'list'; readonly of: Shape }
  | { readonly type: 'open'; readonly of: Shape }
);

const value: Shape = { type: 'value' };
const instant: Shape = { type: 'value', isInstant: true };
const object = (keys: { readonly [key: string]: Shape }): Shape => ({ type: 'object', keys });
const list = (of: Shape): Shape => ({ type: 'list', of });
const values = (...names: readonly string[]): Shape => object(Object.fromEntries(names.map((name) => [name, value])));
const unsure = (shape: Shape): Shape => ({ ...shape, isUnsure: true });

/** Mails of journeys: src/mail/journey-data.ts fills it. */
const JOURNEY = {
  contact: object({
    name: unsure(value),
    firstName: unsure(value),
    email: value,
    locale: value,
    attributes: { type: 'open', of: unsure(value) },
  }),
  lead: unsure(values('offer', 'source')),
  client: unsure(object({ lastPurchaseOn: value, lastPurchaseAt: instant, purchases: value, revenue: value })),
  webinar: unsure(
    object({ name: value, startsAt: instant, endsAt: instant, title: unsure(value), place: unsure(value) }),
  ),
  sequence: values('title'),
  links: object({
    call: value,
    unsubscribe: value,
    preferences: value,
    confirm: value,
    ebook: unsure(value),
    calendar: unsure(value),
  }),
  sender: values('name', 'postalAddress'),
  today: instant,
} as const satisfies { readonly [key: string]: Shape };

/** Mails to reps and managers: the handoff fills it. */
const SALES = {
  rep: values('name'),
  lead: values('name', 'offer', 'score', 'grade', 'temperature'),
  story: list(values('day', 'text')),
  links: values('accept', 'reject', 'recycle'),
  dueText: value,
} as const satisfies { readonly [key: string]: Shape };

/** The mail itself, for whoever writes the page around a body. Mail that needs no way to unsubscribe has no footer. */
const MAIL = object({
  subject: value,
  preheader: value,
  footer: unsure(object({ postalAddress: value, unsubscribeUrl: value, preferencesUrl: unsure(value) })),
});

/** Templates that the handoff sends by itself; all others are for journeys. */
export const SALES_TEMPLATES: readonly string[] = ['rep-handoff', 'rep-escalation'];

export const isSalesTemplate = (template: string): boolean => SALES_TEMPLATES.includes(template);

const keysFor = (template: string) => (isSalesTemplate(template) ? SALES : JOURNEY);

/** What the head of a template of this name may use. */
export const headShapeFor = (template: string): Shape => object(keysFor(template));

/** What its body may use, and the layout around it. */
export const shapeFor = (template: string): Shape => object({ ...keysFor(template), mail: MAIL });

/** The shape behind a key; undefined when there is none. */
export function shapeAt(shape: Shape, key: string): Shape | undefined {
  if (shape.type === 'open') return key in Object.prototype ? undefined : shape.of; // every object seems to have those
  return shape.type === 'object' && Object.hasOwn(shape.keys, key) ? shape.keys[key] : undefined;
}

/** Everything that may be named under a shape: `contact.firstName`, `contact.attributes.<name>`. */
export function pathsIn(shape: Shape): readonly string[] {
  if (shape.type === 'open') return ['<name>'];
  if (shape.type !== 'object') return [];
  return Object.entries(shape.keys).flatMap(([key, inner]) => {
    const below = pathsIn(inner);
    return below.length > 0 ? below.map((path) => `${key}.${path}`) : [key];
  });
}
