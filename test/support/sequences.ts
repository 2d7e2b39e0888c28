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
  /** With every step type there is, or with those of `steps`; default: those that need nobody else. */
  readonly also?: readonly LaterStep[];
}

/** Step types that ask for tasks, other systems, other sequences, or for what a contact is like. */
export const LATER_STEPS = [
  'split',
  'score',
  'task',
  'webhook',
  'join',
  'goto',
  'variants',
  'branches',
  'events',
  'tags',
] as const;
export type LaterStep = (typeof LATER_STEPS)[number];
/** The sequence that random ones join. */
export const JOINED = 'joined';
/** What it says where journeys are rehearsed: with a shipped template, and a wait as long as nothing else that random ones wait for. */
export const REHEARSED_JOINED: Json = {
  sequence: JOINED,
  title: 'Joined',
  audience: 'lead',
  enter: {},
  reenter: 'always',
  exits: [{ name: 'left', on: 'mail.unsubscribed' }],
  steps: [
    { id: 'greet', type: 'mail', template: 'course-numbers' },
    { id: 'rest', type: 'wait', for: '30h' },
    { id: 'end', type: 'end', outcome: 'done' },
  ],
};

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

const OUTCOMES = ['reached', 'no-answer'] as const;

/** The steps that `also` may name. */
const LATER_BODIES: { readonly [S in LaterStep]: (targets: Targets) => fc.Arbitrary<object> } = {
  split: ({ later }) =>
    fc.record(
      {
        type: fc.constant('split'),
        by: fc.constant('half'),
        branches: fc.tuple(
          fc.record({ name: fc.constant('one'), weight: fc.constantFrom(1, 3), to: later }, { requiredKeys: ['name'] }),
          fc.record({ name: fc.constant('other'), to: later }, { requiredKeys: ['name'] }),
        ),
        holdout: fc.record({ weight: fc.constant(1), for: duration }),
        next: later,
      },
      { requiredKeys: ['type', 'branches'] },
    ),
  score: ({ later }) =>
    fc.record(
      { type: fc.constant('score'), points: fc.constantFrom(5, -2.5, 25), next: later },
      { requiredKeys: ['type', 'points'] },
    ),
  task: ({ any }) =>
    fc.record(
      {
        type: fc.constant('task'),
        kind: fc.constantFrom('call', 'todo'),
        title: fc.constant('Call'),
        due: duration,
        outcomes: fc.record({ [OUTCOMES[0]]: any, [OUTCOMES[1]]: any }, { requiredKeys: [] }),
        onOverdue: any,
        next: any,
      },
      { requiredKeys: ['type', 'kind', 'title', 'due'] },
    ),
  webhook: ({ later }) =>
    fc.record(
      {
        type: fc.constant('webhook'),
        endpoint: fc.constant('crm'),
        set: fc.constant({ plan: 'plan' }),
        onFailed: later,
        next: later,
      },
      { requiredKeys: ['type', 'endpoint'] },
    ),
  join: ({ later }) =>
    fc.oneof(
      fc.record(
        { type: fc.constant('join'), sequence: fc.constantFrom(JOINED, 'unknown'), next: later },
        { requiredKeys: ['type', 'sequence'] },
      ),
      fc.record(
        {
          type: fc.constant('join'),
          sequence: fc.constant(JOINED),
          wait: fc.constant(true),
          timeout: duration,
          outcomes: fc.record({ done: later, refused: later }, { requiredKeys: [] }),
          onTimeout: later,
          next: later,
        },
        { requiredKeys: ['type', 'sequence', 'wait', 'timeout'] },
      ),
    ),
  goto: ({ later }) =>
    fc.record(
      { type: fc.constant('goto'), to: later, most: fc.constantFrom(1, 2), next: later },
      { requiredKeys: ['type', 'to', 'most'] },
    ),
  variants: ({ later }) =>
    fc.record(
      {
        type: fc.constant('mail'),
        variants: fc.constant([
          { name: 'short', template: 'hello' },
          { name: 'long', template: 'offer', weight: 2 },
        ]),
        next: later,
      },
      { requiredKeys: ['type', 'variants'] },
    ),
  branches: ({ later }) =>
    fc.record(
      {
        type: fc.constant('checkpoint'),
        branches: fc.array(fc.record({ when: condition, to: later }), { minLength: 1, maxLength: 3 }),
        else: later,
      },
      { requiredKeys: ['type', 'branches'] },
    ),
  events: ({ any }) =>
    fc.record(
      {
        type: fc.constant('waitFor'),
        events: fc.array(
          fc.record(
            { event: eventType, where: condition, same: fc.constant({ property: 'order' }), to: any },
            { requiredKeys: ['event'] },
          ),
          { minLength: 1, maxLength: 3 },
        ),
        timeout: duration,
        onEvent: any,
        onTimeout: any,
      },
      { requiredKeys: ['type', 'events', 'timeout'] },
    ),
  tags: ({ later }) =>
    fc.record(
      { type: fc.constant('update'), tag: fc.constant(['vip']), untag: fc.constantFrom([], ['cold']), next: later },
      { requiredKeys: ['type', 'tag'] },
    ),
};

const rule = (name: string): fc.Arbitrary<object> =>
  fc.oneof(
    eventType.map((on) => ({ name, on })),
    condition.map((when) => ({ name, when })),
    fc.tuple(eventType, condition).map(([on, when]) => ({ name, on, when })),
    fc.tuple(eventType, condition).map(([on, where]) => ({ name, on, where })),
  );

/** Random sequences as files say them, such as could be published: all names exist, every step is reached, no circle is without a wait. */
export function sequences({
  isForwardOnly = false,
  maxSteps = 8,
  also = [],
}: SequenceOptions = {}): fc.Arbitrary<Json> {
  const bySize = new Map<number, fc.Arbitrary<Json>>();
  return fc.integer({ min: 1, max: maxSteps }).chain((count) => {
    const made = bySize.get(count) ?? sequencesOf(count, { isForwardOnly, also });
    bySize.set(count, made); // to make one costs more than to draw from it
    return made;
  });
}

function sequencesOf(count: number, { isForwardOnly, also }: Required<Omit<SequenceOptions, 'maxSteps'>>) {
  const target = (from: number) => fc.integer({ min: from, max: count }).map(idOf);
  const steps = Array.from({ length: count }, (_, index) => {
    const later = target(index + 1);
    const targets = { later, any: isForwardOnly ? later : target(0) };
    const more = also.map((type) => LATER_BODIES[type](targets));
    const step = more.length === 0 ? body(targets) : fc.oneof(body(targets), ...more);
    return step.map((parts) => ({ id: idOf(index), ...parts }));
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
