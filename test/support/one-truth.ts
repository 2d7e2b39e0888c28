import fc from 'fast-check';
import type { FactEvent, LeadFacts } from '../../src/domain/facts';
import { gateSchema } from '../../src/domain/gate/rules';
import type { Unread } from '../../src/domain/journey/advance';
import { REP_ANSWERS } from '../../src/domain/rehearsal/rep-answer';
import { REP_CLOSES } from '../../src/domain/rehearsal/task-closing';
import type { Rules } from '../../src/domain/rules';
import { scoringSchema } from '../../src/domain/scoring/rules';
import type { Definition } from '../../src/domain/sequence/definition';
import type { Behaviour, Delivered } from '../../src/domain/simulation/behaviour';
import type { Newcomer } from '../../src/domain/simulation/newcomer';
import { Simulation } from '../../src/domain/simulation/simulation';
import type { Reply } from '../../src/domain/webhook/settle';
import { aDefinition, CONTACT_ID, DAY, HOUR, MONDAY, someFacts } from './builders';
import { type Listed, MOST_TURNS } from './plain';
import { SALES } from './sales';
import { EVENT_TYPES, JOINED } from './sequences';

const MINUTE = 60_000;

/** What happens around one journey: in its own words, not by chance. */
export interface Script {
  readonly hasConsent: boolean;
  readonly isAtNight: boolean;
  readonly events: readonly { readonly gapMs: number; readonly type: string; readonly order: number }[];
  /** About the first mail, the second, …; then from the first again. */
  readonly mails: readonly {
    readonly delivery: Delivered;
    readonly reaction: string | null;
    readonly afterMs: number;
  }[];
  readonly handoffs: readonly { readonly action: string | null; readonly afterMs: number }[];
  readonly tasks: readonly { readonly outcome: string | null; readonly afterMs: number }[];
  readonly webhooks: readonly { readonly status: 'delivered' | 'failed' | 'deferred'; readonly gold: boolean }[];
}

const after = fc.constantFrom(0, 1, 20 * MINUTE, HOUR, 7 * HOUR, DAY, 3 * DAY, 9 * DAY);
const someOf = <T>(one: fc.Arbitrary<T>) => fc.array(one, { minLength: 1, maxLength: 4 });

export const scripts: fc.Arbitrary<Script> = fc.record({
  hasConsent: fc.constantFrom(true, true, true, false),
  isAtNight: fc.boolean(),
  events: fc.array(
    fc.record({
      gapMs: after,
      type: fc.constantFrom(...EVENT_TYPES, 'nobody.waits'),
      order: fc.constantFrom(1, 2),
    }),
    { maxLength: 40 },
  ),
  mails: someOf(
    fc.record({
      delivery: fc.constantFrom<Delivered>('accepted', 'accepted', 'accepted', 'rejected', 'unknown'),
      reaction: fc.constantFrom(null, 'mail.clicked', 'mail.clicked', 'mail.unsubscribed', 'mail.bounced'),
      afterMs: after,
    }),
  ),
  handoffs: someOf(fc.record({ action: fc.constantFrom(null, 'accept', 'reject', 'recycle'), afterMs: after })),
  tasks: someOf(fc.record({ outcome: fc.constantFrom(null, 'reached', 'no-answer', 'strange'), afterMs: after })),
  webhooks: someOf(
    fc.record({ status: fc.constantFrom('delivered', 'delivered', 'failed', 'deferred'), gold: fc.boolean() }),
  ),
});

/** Quiet hours, caps and scores that random journeys run into. */
export const TRUTH_RULES: Rules = {
  ...SALES.rules,
  scoring: scoringSchema.parse({
    fit: [
      { name: 'gold', when: { fact: 'contact.attributes.plan', is: 'gold' }, points: 30 },
      { name: 'vip', when: { fact: 'contact.tags', includes: 'vip' }, points: 10 },
      { name: 'looked', when: { did: 'page.viewed', atLeast: 2 }, points: 10 },
    ],
    grades: { A: 30, B: 20, C: 10 },
    interest: [
      { name: 'clicked', on: 'mail.clicked', points: 12, cap: 30 },
      { name: 'looked', on: 'page.viewed', points: 7.5 },
      { name: 'taken', on: 'mail.accepted', points: 1 },
    ],
    halfLife: '14d',
    temperature: { warm: 10, hot: 20 },
    mql: { score: 15, grade: 'B' },
  }),
  gate: gateSchema.parse({
    consentFor: ['marketing'],
    caps: [
      { purpose: 'marketing', most: 1, within: '1h' },
      { purpose: 'marketing', most: 2, within: '2d' },
    ],
    quietHours: { from: '21:00', to: '08:00', purposes: ['marketing'] },
    sendDays: { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat'], purposes: ['marketing'] },
    gap: { atLeast: '3h', purposes: ['marketing', 'newsletter'] },
    sunset: { purposes: ['marketing'], mails: 5, signs: ['mail.clicked', 'page.viewed', 'purchase'] },
  }),
};

/** What random sequences join. */
export const joined: Definition = aDefinition({
  sequence: JOINED,
  reenter: 'always',
  exits: [{ name: 'left', on: 'mail.unsubscribed' }],
  steps: [
    { id: 'greet', type: 'mail', template: 'hello' },
    { id: 'rest', type: 'wait', for: '2d' },
    { id: 'end', type: 'end', outcome: 'done' },
  ],
});

export const LEAD: LeadFacts = {
  id: '0193b6a0-0000-7000-8000-00000000000c',
  offer: 'course',
  source: 'form',
  campaign: null,
  stage: 'new',
  temperature: 'cold',
  grade: 'D',
  score: 0,
  createdAt: MONDAY,
};
export const startOf = ({ isAtNight }: Script): number => MONDAY + (isAtNight ? 14 * HOUR : 0);
export const UNTIL = MONDAY + 400 * DAY;

export function eventsOf(script: Script) {
  let at = startOf(script);
  return script.events.map(({ gapMs, type, order }) => {
    at += gapMs;
    const properties: FactEvent['properties'] =
      type === 'purchase' ? { order, reference: `${at}`, amount: 10 } : { order };
    return { type, at, properties };
  });
}

/** Behaves as the script says: the first mail as its first line, and so on. Make one for each run. */
export function behaving(script: Script): Behaviour {
  const count = { mail: 0, reaction: 0, handoff: 0, task: 0, webhook: 0 };
  const next = <T>(lines: readonly T[], what: keyof typeof count): T => {
    const line = lines[count[what] % lines.length];
    count[what] += 1;
    if (line === undefined) throw new Error('a script has at least one line of each');
    return line;
  };
  return {
    delivery: () => next(script.mails, 'mail').delivery,
    afterMail: (_, { at, sendId }) => {
      const { reaction, afterMs } = next(script.mails, 'reaction');
      return reaction ? [{ type: reaction, dueAt: at + afterMs, properties: { sendId } }] : [];
    },
    afterOffer: (_, { handoffId, offeredAt }) => {
      const { action, afterMs } = next(script.handoffs, 'handoff');
      return action
        ? [{ type: REP_ANSWERS, dueAt: offeredAt + afterMs, properties: { handoffId, action, reason: '' } }]
        : [];
    },
    afterTask: (_, { givenAt, taskId }) => {
      const { outcome, afterMs } = next(script.tasks, 'task');
      return outcome ? [{ type: REP_CLOSES, dueAt: givenAt + afterMs, properties: { taskId, outcome } }] : [];
    },
    webhook: (): Reply => {
      const { status, gold } = next(script.webhooks, 'webhook');
      const answer = { delivered: 200, failed: 404, deferred: 503 }[status];
      return { type: 'answered', status: answer, body: JSON.stringify({ plan: gold ? 'gold' : 'tin' }) };
    },
  };
}

export const newcomerOf = (script: Script): Newcomer => ({
  contact: someFacts().contact,
  lead: LEAD,
  client: null,
  consents: new Map(script.hasConsent ? [['marketing', { granted: true, source: 'test', at: startOf(script) }]] : []),
  isNew: true,
});

/** The stand-ins that a simulation uses where nobody reads. */
export const UNREAD: Unread = { keyOf: (...[a = '', b = '', c = '']) => `${a}|${b}|${c}`, explain: () => '' };

/** The same journey in the simulation engine. */
export function simulated(
  definition: Definition,
  script: Script,
  { isRead }: { readonly isRead: boolean },
): readonly Listed[] {
  const list: Listed[] = [];
  const simulation = new Simulation({
    rules: TRUTH_RULES,
    sequences: new Map([definition, joined].map((one) => [one.sequence, one])),
    behaviour: behaving(script),
    isRead,
    observer: {
      turned: (run, { advanced, now }) => {
        const { path, move, changes, ended, decisions } = advanced;
        const said = decisions.map(({ kind, outcome, reason, key }) => ({ kind, outcome, reason, key }));
        list.push({ journeyId: run.id, now, path, move, changes, ended: ended?.outcome ?? null, decisions: said });
      },
    },
  });
  const planned = eventsOf(script).map(({ at, ...event }) => ({ ...event, dueAt: at }));
  simulation.add(() => newcomerOf(script), { sequence: definition.sequence, at: startOf(script), planned });
  // journeys that go round are followed for so many turns
  simulation.run(UNTIL, () => list.length < MOST_TURNS);
  return list.slice(0, MOST_TURNS);
}

export const contactOf = (): Newcomer['contact'] => ({ ...someFacts().contact, id: CONTACT_ID });
