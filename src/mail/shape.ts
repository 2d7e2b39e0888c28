/** What a template may name: a value to print, an object with known keys, a list, or keys that nobody knows beforehand. */
export type Shape =
  | { readonly type: 'value' }
  | { readonly type: 'object'; readonly keys: { readonly [key: string]: Shape } }
  | { readonly type: 'list'; readonly of: Shape }
  | { readonly type: 'open'; readonly of: Shape };

const value: Shape = { type: 'value' };
const object = (keys: { readonly [key: string]: Shape }): Shape => ({ type: 'object', keys });
const list = (of: Shape): Shape => ({ type: 'list', of });
const values = (...names: readonly string[]): Shape => object(Object.fromEntries(names.map((name) => [name, value])));

/** Mails of journeys: src/mail/journey-data.ts fills it. */
const JOURNEY = object({
  contact: object({
    name: value,
    firstName: value,
    email: value,
    locale: value,
    attributes: { type: 'open', of: value },
  }),
  lead: values('offer', 'source'),
  client: values('lastPurchaseOn'),
  sequence: values('title'),
  links: values('call', 'unsubscribe'),
  sender: values('name', 'postalAddress'),
});

/** Mails to reps and managers: the handoff fills it. */
const SALES = object({
  rep: values('name'),
  lead: values('name', 'offer', 'score', 'grade', 'temperature'),
  story: list(values('day', 'text')),
  links: values('accept', 'reject', 'recycle'),
  dueText: value,
});

/** Templates that the handoff sends by itself; all others are for journeys. */
export const SALES_TEMPLATES: readonly string[] = ['rep-handoff', 'rep-escalation'];

/** What the templates of this name may use. */
export const shapeFor = (template: string): Shape => (SALES_TEMPLATES.includes(template) ? SALES : JOURNEY);

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
