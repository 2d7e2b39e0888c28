import fc from 'fast-check';
import type { Json } from '../../src/domain/ids';
import { type Definition, definitionSchema } from '../../src/domain/sequence/definition';
import { fallsThrough, stepTargets } from '../../src/domain/steps';

/** Event types that random sequences wait for and random contacts do. */
export const EVENT_TYPES = ['page.viewed', 'mail.clicked', 'purchase', 'mail.unsubscribed'] as const;

export interface SequenceOptions {
  /** Steps go forward alone, so that every journey ends. */
  readonly isForwardOnly?: boolean;
  readonly maxSteps?: number;
}

const duration = fc.constantFrom('1s', '1h', '2d', '1w 3d');
const eventType = fc.constantFrom(...EVENT_TYPES);
const condition: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(
    { fact: 'contact.attributes.plan', is: 'gold' },
    { fact: 'contact.attributes.plan', exists: false },
    { fact: 'contact.locale', startsWith: 'pt' },
    { fact: 'lead.stage', in: ['nurturing', 'mql'] },
    { all: [{ fact: 'contact.attributes.size', atLeast: 10 }, { not: { did: 'purchase' } }] },
  ),
  eventType.chain((did) => fc.integer({ min: 1, max: 3 }).map((atLeast) => ({ did, within: '2d', atLeast }))),
);

/** Names a later step, or (where time passes in the step, so that no circle is without a wait) any step. */
type Target = fc.Arbitrary<string>;
interface Targets {
  readonly later: Target;
  readonly any: Target;
}

const idOf = (index: number) => `s${index}`;

function body({ later, any }: Targets): fc.Arbitrary<object> {
  const time = fc.constantFrom('00:30', '02:30', '09:00', '23:59');
  const weekday = fc.oneof(fc.constantFrom('mon', 'sun'), fc.constant(['tue', 'fri']));
  const until = fc.record({ time, weekday }, { requiredKeys: ['time'] });
  // until a calendar that is open, or a date that is past, missing or neither: it may go on at once, so it only goes forward
  const atOnce = fc.oneof(
    fc.constantFrom({ calendar: 'office' }, { calendar: 'none' }),
    fc.record(
      {
        date: fc.constantFrom('contact.attributes.plan', 'lead.createdAt', 'contact.createdAt'),
        offset: fc.constantFrom('-1d', '3d 2h', '36h'),
        time,
        missed: later,
        missing: later,
      },
      { requiredKeys: ['date'] },
    ),
  );
  return fc.oneof(
    fc.record(
      { type: fc.constant('mail'), template: fc.constant('hello'), next: later },
      { requiredKeys: ['type', 'template'] },
    ),
    fc.record({ type: fc.constant('wait'), for: duration, next: any }, { requiredKeys: ['type', 'for'] }),
    fc.record({ type: fc.constant('wait'), until, next: any }, { requiredKeys: ['type', 'until'] }),
    fc.record(
      { type: fc.constant('wait'), until: atOnce, within: fc.constant('office'), next: later },
      { requiredKeys: ['type', 'until'] },
    ),
    fc.record(
      {
        type: fc.constant('waitFor'),
        event: fc.oneof(eventType, fc.uniqueArray(eventType, { minLength: 1 })),
        timeout: duration,
        onEvent: any,
        onTimeout: any,
      },
      { requiredKeys: ['type', 'event', 'timeout'] },
    ),
    fc.record(
      { type: fc.constant('checkpoint'), when: condition, then: later, else: later },
      { requiredKeys: ['type', 'when'] },
    ),
    fc.record(
      { type: fc.constant('update'), set: fc.constantFrom({ plan: 'gold' }, { size: 12, plan: null }), next: later },
      { requiredKeys: ['type', 'set'] },
    ),
    fc.record(
      { type: fc.constant('update'), stage: fc.constantFrom('nurturing', 'mql', 'lost'), next: later },
      { requiredKeys: ['type', 'stage'] },
    ),
    fc.record(
      {
        type: fc.constant('handoff'),
        sla: duration,
        onAccepted: any,
        onRejected: any,
        onRecycled: any,
        onExpired: any,
      },
      { requiredKeys: ['type', 'sla'] },
    ),
    fc.record({ type: fc.constant('end'), outcome: fc.constantFrom('done', 'gone') }, { requiredKeys: ['type'] }),
  );
}

const rule = (name: string): fc.Arbitrary<object> =>
  fc.oneof(
    eventType.map((on) => ({ name, on })),
    condition.map((when) => ({ name, when })),
    fc.tuple(eventType, condition).map(([on, when]) => ({ name, on, when })),
  );

/** Random sequences as files say them, such as could be published: all names exist, every step is reached, no circle is without a wait. */
export function sequences({ isForwardOnly = false, maxSteps = 8 }: SequenceOptions = {}): fc.Arbitrary<Json> {
  return fc.integer({ min: 1, max: maxSteps }).chain((count) => {
    const target = (from: number) => fc.integer({ min: from, max: count }).map(idOf);
    const steps = Array.from({ length: count }, (_, index) => {
      const later = target(index + 1);
      return body({ later, any: isForwardOnly ? later : target(0) }).map((step) => ({ id: idOf(index), ...step }));
    });
    const last = { id: idOf(count), type: 'end' };
    return fc
      .record(
        { steps: fc.tuple(...steps), goal: rule('reached'), exits: fc.tuple(rule('gone')) },
        { requiredKeys: ['steps'] },
      )
      .map((parts) =>
        withoutUnreached({
          sequence: 'random',
          title: 'Random',
          audience: 'lead',
          enter: {},
          ...parts,
          steps: [...parts.steps, last],
        }),
      );
  });
}

interface Draft {
  readonly [key: string]: unknown;
  readonly steps: readonly { readonly id: string }[];
}

/** Leaves out steps that no step leads to; whoever goes on to the step below keeps it. */
function withoutUnreached(draft: Draft): Json {
  const { steps } = definitionSchema.parse(draft);
  const reached = new Set(['s0']);
  for (const id of reached) {
    const index = steps.findIndex((step) => step.id === id);
    const step = steps[index];
    const below = steps[index + 1];
    if (!step) throw new Error(`no step ${id}`);
    for (const to of [
      ...stepTargets(step).map((target) => target.to),
      ...(fallsThrough(step) && below ? [below.id] : []),
    ])
      reached.add(to); // a set grows while it is walked
  }
  const input = { ...draft, steps: draft.steps.filter(({ id }) => reached.has(id)) };
  return JSON.parse(JSON.stringify(input)); // as it comes from a file
}

/** The same, compiled. */
export const definitions = (options?: SequenceOptions): fc.Arbitrary<Definition> =>
  sequences(options).map((input) => definitionSchema.parse(input));
