import fc from 'fast-check';
import { type StepMap, stepMapSchema } from '../../src/domain/change/step-map';
import { type Definition, definitionSchema } from '../../src/domain/sequence/definition';
import { stepSchema, stepTargets } from '../../src/domain/steps';
import { type SequenceOptions, sequences } from './sequences';

interface DraftStep {
  readonly id: string;
  readonly type: string;
  readonly [key: string]: unknown;
}

/** One change of a sequence; `at` counts steps, round and round. */
type Edit =
  | { readonly type: 'rename' | 'remove'; readonly at: number; readonly isMapped: boolean }
  | { readonly type: 'insert'; readonly at: number; readonly step: 'mail' | 'wait'; readonly isLate: boolean }
  | { readonly type: 'move'; readonly at: number; readonly to: number }
  | { readonly type: 'time'; readonly at: number; readonly time: string }
  /** Another id, another place, and no line in the map. */
  | { readonly type: 'renew'; readonly at: number; readonly to: number };

const EFFECTS = ['task', 'webhook', 'join'] as const;
const at = fc.nat(11);
const time = fc.constantFrom('1s', '1h', '2d', '1w 3d');
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ type: fc.constantFrom('rename' as const, 'remove' as const), at, isMapped: fc.boolean() }),
  fc.record({
    type: fc.constant('insert' as const),
    at,
    step: fc.constantFrom('mail' as const, 'wait' as const),
    isLate: fc.boolean(),
  }),
  fc.record({ type: fc.constant('move' as const), at, to: at }),
  fc.record({ type: fc.constant('time' as const), at, time }),
);

/** Two versions of a random sequence, both going forward alone, and a step map between them; each mail step has a template of its own. */
export interface EditedSequence {
  readonly from: Definition;
  readonly to: Definition;
  readonly map: StepMap;
  /** Mails that the edits added. */
  readonly added: readonly string[];
}

function editedOnce(options: SequenceOptions, rested: typeof withMail): fc.Arbitrary<EditedSequence> {
  return fc
    .tuple(sequences({ isForwardOnly: true, ...options }), edits(1), fc.boolean())
    .map(([input, list, credit]) => {
      const { whole, steps } = draftOf(input, rested);
      const edited = editedBy(steps, list);
      return { from: definitionSchema.parse({ ...whole, steps }), ...versionOf(whole, edited, credit) };
    });
}

/** Of mails and waits for the most part. */
export const editedSequences = editedOnce({}, withMail);
/** Of webhooks, tasks and joins, each with a rest behind it where a journey may move. */
export const editedEffects = editedOnce({ also: [...EFFECTS, ...EFFECTS, ...EFFECTS] }, withRest);

/** Two changes, one after the other; the second may take back the first. */
export const editedTwice: fc.Arbitrary<readonly [EditedSequence, EditedSequence]> = fc
  .tuple(sequences({ isForwardOnly: true }), renewing(edits(1)), renewing(edits(0)), fc.boolean(), fc.boolean())
  .map(([input, first, second, credit, isTakenBack]) => {
    const { whole, steps } = draftOf(input, withMail);
    const from = definitionSchema.parse({ ...whole, steps });
    const once = editedBy(steps, first);
    const one = { from, ...versionOf(whole, once, credit) };
    const twice = editedBy(isTakenBack ? steps : once.steps, second, '2');
    // what the second version does not know comes back without a map: a person may forget one
    return [one, { from: one.to, ...versionOf(whole, twice, credit) }];
  });

function edits(minLength: number): fc.Arbitrary<readonly Edit[]> {
  return fc.array(edit, { minLength, maxLength: 6 });
}

/** With a mail that nobody would know but by its template. */
function renewing(list: fc.Arbitrary<readonly Edit[]>): fc.Arbitrary<readonly Edit[]> {
  const renew = fc.record({ type: fc.constant('renew' as const), at, to: at });
  return fc.tuple(fc.option(renew, { nil: undefined }), list).map(([first, rest]) => (first ? [first, ...rest] : rest));
}

function draftOf(
  input: unknown,
  rested: typeof withMail,
): { readonly whole: object; readonly steps: readonly DraftStep[] } {
  const draft = input as { readonly steps: readonly DraftStep[] }; // as sequences() makes it
  return { whole: draft, steps: draft.steps.flatMap(rested) };
}

/** `round` keeps apart the names that changes after another give. */
const editedBy = (steps: readonly DraftStep[], list: readonly Edit[], round = ''): Edited =>
  list.reduce(applied, { steps, map: {}, late: [], added: [], round });

const versionOf = (whole: object, edited: Edited, credit: boolean): Omit<EditedSequence, 'from'> => ({
  to: definitionSchema.parse({ ...whole, steps: forwardOnly(edited.steps) }),
  map: stepMapSchema.parse({ steps: edited.map, late: edited.late, credit }),
  added: edited.added,
});

/** A mail before each wait, and waits that lead to what is below: most of what can go wrong is about mails and waits. */
function withMail({ next, ...step }: DraftStep): readonly DraftStep[] {
  const mail = (id: string) => ({ id, type: 'mail', template: `t-${id}` });
  if (step.type === 'mail') return [mail(step.id)];
  return step.type.startsWith('wait') ? [mail(`m-${step.id}`), step] : [{ ...step, ...(next ? { next } : {}) }];
}

function withRest({ next, ...step }: DraftStep): readonly DraftStep[] {
  if (step.type === 'mail' || step.type === 'task' || step.type === 'webhook' || step.type === 'join')
    return [step, { id: `w-${step.id}`, type: 'wait', for: '2d' }];
  return [{ ...step, ...(next ? { next } : {}) }];
}

interface Edited {
  readonly steps: readonly DraftStep[];
  readonly map: { readonly [old: string]: string };
  readonly late: readonly string[];
  readonly added: readonly string[];
  readonly round: string;
}

/** The last step, an end, stays last; what was added or renamed before is left alone. */
function applied(edited: Edited, one: Edit): Edited {
  const { steps } = edited;
  const index = one.at % steps.length;
  if (one.type === 'insert') return inserted(edited, one, index);
  const again = one.type === 'renew' ? steps.find(({ id }) => /^r\d?-/.test(id)) : undefined;
  const step = again ?? steps[index];
  if (!step || index === steps.length - 1 || isNamedIn(edited.round, step)) return edited;
  switch (one.type) {
    case 'rename':
      return renamed(edited, step, one.isMapped);
    case 'remove': {
      const map = one.isMapped ? { ...edited.map, [step.id]: 'end' } : edited.map;
      return { ...edited, steps: steps.filter((other) => other !== step), map };
    }
    case 'move':
      return { ...edited, steps: movedTo(steps, step, one.to) };
    case 'renew': {
      const other = renamed(edited, step, false);
      const found = other.steps.find(({ id }) => !steps.some((before) => before.id === id));
      return found ? { ...other, steps: movedTo(other.steps, found, one.to) } : edited;
    }
    case 'time':
      return { ...edited, steps: steps.map((other) => (other === step ? withTime(step, one.time) : other)) };
  }
}

/** The last one stays last. */
function movedTo(steps: readonly DraftStep[], step: DraftStep, to: number): readonly DraftStep[] {
  const rest = steps.filter((other) => other !== step);
  const place = to % rest.length;
  return [...rest.slice(0, place), step, ...rest.slice(place)];
}

const isNamedIn = (round: string, { id }: DraftStep): boolean =>
  id.startsWith(`n${round}-`) || id.startsWith(`r${round}-`);

function inserted(edited: Edited, one: Extract<Edit, { type: 'insert' }>, index: number): Edited {
  const { steps, late, added } = edited;
  const id = `n${edited.round}-${steps.length}-${index}`;
  if (steps.some((other) => other.id === id)) return edited;
  const isMail = one.step === 'mail';
  const step = isMail ? { id, type: 'mail', template: `t-${id}` } : { id, type: 'wait', for: '1h' };
  return {
    ...edited,
    steps: [...steps.slice(0, index), step, ...steps.slice(index)],
    late: isMail && one.isLate ? [...late, id] : late,
    added: isMail ? [...added, id] : added,
  };
}

function renamed(edited: Edited, step: DraftStep, isMapped: boolean): Edited {
  const id = `r${edited.round}-${step.id}`;
  const steps = edited.steps.map((other) => (other === step ? { ...step, id } : other));
  return { ...edited, steps, map: isMapped ? { ...edited.map, [step.id]: id } : edited.map };
}

function withTime(step: DraftStep, to: string): DraftStep {
  if ('for' in step) return { ...step, for: to };
  return 'timeout' in step ? { ...step, timeout: to } : step;
}

/** Whoever goes to a step that is gone, or that stands above now, goes to the last one. */
function forwardOnly(steps: readonly DraftStep[]): readonly DraftStep[] {
  const last = steps.at(-1)?.id ?? '';
  return steps.map((step, index) => {
    const later = steps.slice(index + 1).map(({ id }) => id);
    const strays = stepTargets(stepSchema.parse(step)).filter(({ to }) => !later.includes(to));
    return strays.reduce((draft, { at }) => withAt(draft, at, last), step);
  });
}

function withAt<T extends object>(value: T, [key = '', ...rest]: readonly (string | number)[], to: string): T {
  const part: unknown = Reflect.get(value, key);
  const next = rest.length > 0 && typeof part === 'object' && part !== null ? withAt(part, rest, to) : to;
  const copy = Array.isArray(value) ? [...value] : { ...value };
  Reflect.set(copy, key, next);
  return copy as T; // the same shape with one other text
}
