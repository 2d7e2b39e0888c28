import { z } from 'zod';
import type { Instant } from '../ids';
import { ACCOUNT_FAULTS, type AccountFault, type Delivery } from '../send/delivery';
import type { RestRules } from './account-limits';
import { MAIL_LIMITS } from './time-limits';

const instant = z.number();
const told = { since: instant, reason: z.string() };

/** What is on record of how an account works; plain JSON, one for all workers. */
export const healthSchema = z
  .object({
    /** Faults in a row, since it last took a mail. */
    run: z.object({ count: z.number(), since: instant, last: instant }).readonly().nullable(),
    /** Null: it is in use. `nth`: of the rests that followed each other. */
    rest: z
      .object({ ...told, nth: z.number(), until: instant, fault: z.enum(ACCOUNT_FAULTS) })
      .readonly()
      .nullable(),
    /** The one mail that finds out whether it works again, and until when its answer is waited for. */
    probe: z.object({ sendId: z.string(), since: instant, until: instant }).readonly().nullable(),
    /** When the last rest ended, and which it was. */
    back: z.object({ at: instant, nth: z.number() }).readonly().nullable(),
    /** A person has put it out. */
    out: z.object(told).readonly().nullable(),
  })
  .readonly();
export type AccountHealth = z.output<typeof healthSchema>;

/** Of an account that has never failed. */
export const HEALTHY: AccountHealth = { run: null, rest: null, probe: null, back: null, out: null };

/** How an account stands. `due`: its rest is over, and the next mail finds out whether it works. */
export type AccountState =
  | { readonly type: 'in_use' }
  | { readonly type: 'resting'; readonly since: Instant; readonly until: Instant; readonly reason: string }
  | { readonly type: 'due'; readonly since: Instant; readonly reason: string }
  | { readonly type: 'probing'; readonly since: Instant; readonly until: Instant; readonly reason: string }
  | { readonly type: 'out'; readonly since: Instant; readonly reason: string };

/** How an account stands at a time, by its record. */
export function stateOf({ rest, probe, out }: AccountHealth, now: Instant): AccountState {
  if (out) return { type: 'out', ...out };
  if (!rest) return { type: 'in_use' };
  const { since, until, reason } = rest;
  if (now < until) return { type: 'resting', since, until, reason };
  if (probe && now < probe.until) return { type: 'probing', since: probe.since, until: probe.until, reason };
  return { type: 'due', since, reason };
}

/** What a try says of its account. `nothing`: the mail never came so far, or another matter ended it. */
export type AccountOutcome =
  | { readonly type: 'works' }
  | { readonly type: 'fault'; readonly fault: AccountFault; readonly reason: string }
  | { readonly type: 'nothing' };

const NOTHING: AccountOutcome = { type: 'nothing' };

/** Recipients and contents that are refused say that the account works: its server listens, and answers. */
export function accountOutcome(delivery: Delivery, { of }: RestRules): AccountOutcome {
  const { fault } = delivery;
  const reason = 'response' in delivery ? delivery.response : delivery.problem;
  if (fault !== undefined) return of.includes(fault) ? { type: 'fault', fault, reason: withoutNames(reason) } : NOTHING;
  return 'response' in delivery && /^[245]\d\d/.test(reason) ? { type: 'works' } : NOTHING;
}

const MOST_LETTERS = 300;

/** On one line, with no address: it is told with mails to others. */
const withoutNames = (reason: string): string =>
  reason
    .replace(/[^\s<>]+@[^\s<>]+/g, '…')
    .replace(/\s+/g, ' ')
    .slice(0, MOST_LETTERS);

/** A try that has ended. */
export interface EndedTry {
  readonly sendId: string;
  readonly begunAt: Instant;
  readonly endedAt: Instant;
  readonly outcome: AccountOutcome;
}

/** The record after a try: pure, and the same record when the try says nothing new. */
export function healthAfter(health: AccountHealth, ended: EndedTry, rules: RestRules): AccountHealth {
  if (health.out) return health;
  return health.rest ? afterRest(health, ended, rules) : inUse(health, ended, rules);
}

/** While it rests the probe alone has a word: all others had begun before. */
function afterRest(health: AccountHealth, { sendId, outcome, endedAt: at }: EndedTry, rules: RestRules): AccountHealth {
  const { rest, probe } = health;
  if (!rest || probe?.sendId !== sendId) return health;
  switch (outcome.type) {
    case 'works':
      return { ...HEALTHY, back: { at, nth: rest.nth } };
    case 'fault':
      return resting({ ...health, probe: null }, { ...outcome, at, nth: rest.nth + 1 }, rules);
    case 'nothing':
      return { ...health, probe: null };
    default:
      throw new TypeError(`unknown outcome ${JSON.stringify(outcome satisfies never)}`);
  }
}

function inUse(health: AccountHealth, { outcome, begunAt, endedAt: at }: EndedTry, rules: RestRules): AccountHealth {
  const { run, back } = health;
  if (outcome.type === 'nothing') return health;
  if (outcome.type === 'works') return run && begunAt >= run.since ? { ...health, run: null } : health;
  if (back && begunAt < back.at) return health; // it had begun before the account came back
  const goesOn = run !== null && at - run.last <= rules.within;
  const next = goesOn
    ? { count: run.count + 1, since: run.since, last: Math.max(at, run.last) }
    : { count: 1, since: at, last: at };
  if (next.count < rules.after) return { ...health, run: next };
  return resting({ ...health, run: next }, { ...outcome, at, nth: nthAfter(back, at, rules) }, rules);
}

/** A rest counts on from the one before until the account has worked for as long as that one lasted. */
function nthAfter(back: AccountHealth['back'], at: Instant, rules: RestRules): number {
  return back && at - back.at < restMs(back.nth, rules) ? back.nth + 1 : 1;
}

/** How long the nth rest in a row lasts (ms). */
export const restMs = (nth: number, { for: first, growth, atMost }: RestRules): number =>
  Math.min(atMost, Math.round(first * growth ** (nth - 1)));

interface Beginning {
  readonly fault: AccountFault;
  readonly reason: string;
  readonly at: Instant;
  readonly nth: number;
}

function resting(health: AccountHealth, { fault, reason, at, nth }: Beginning, rules: RestRules): AccountHealth {
  const since = health.rest?.since ?? at;
  return { ...health, run: null, rest: { since, reason, nth, until: at + restMs(nth, rules), fault } };
}

/** The record with a mail that probes the account; undefined: it is no time for one, or another mail does. */
export function probedBy(health: AccountHealth, sendId: string, now: Instant): AccountHealth | undefined {
  if (stateOf(health, now).type !== 'due') return undefined;
  return { ...health, probe: { sendId, since: now, until: now + MAIL_LIMITS.activityMs } };
}

/** A person puts the account out: no mail goes by it, until one puts it back. */
export const putOut = (health: AccountHealth, reason: string, now: Instant): AccountHealth => ({
  ...health,
  probe: null,
  out: { since: now, reason },
});

/** A person says that it works: whatever was counted against it is forgotten. */
export const putBack = (now: Instant): AccountHealth => ({ ...HEALTHY, back: { at: now, nth: 0 } });
