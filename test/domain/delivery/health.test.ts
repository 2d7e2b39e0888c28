import fc from 'fast-check';
import { type RestRules, restSchema } from '../../../src/domain/delivery/account-limits';
import {
  type AccountHealth,
  type AccountOutcome,
  accountOutcome,
  HEALTHY,
  healthAfter,
  probedBy,
  putBack,
  putOut,
  restMs,
  stateOf,
} from '../../../src/domain/delivery/health';
import { MONDAY } from '../../support/builders';

const MINUTE = 60_000;
const RULES = restSchema.parse({ after: 3, within: '10m', for: '1m', growth: 2, atMost: '5m' });
const FAULT: AccountOutcome = { type: 'fault', fault: 'connection', reason: 'ECONNREFUSED' };
const WORKS: AccountOutcome = { type: 'works' };

interface Told {
  readonly at?: number;
  readonly begunAt?: number;
  readonly sendId?: string;
}
const told = (
  health: AccountHealth,
  outcome: AccountOutcome,
  { at = MONDAY, begunAt = at, sendId = 's1' }: Told = {},
) => healthAfter(health, { sendId, begunAt, endedAt: at, outcome }, RULES);
const failing = (times: number, health = HEALTHY, o: Told = {}) =>
  Array.from({ length: times }).reduce<AccountHealth>((one) => told(one, FAULT, o), health);

describe('an account that is in use', () => {
  test('rests after so many faults in a row', () => {
    expect(stateOf(failing(2), MONDAY)).toEqual({ type: 'in_use' });
    expect(stateOf(failing(3), MONDAY)).toEqual({
      type: 'resting',
      since: MONDAY,
      until: MONDAY + MINUTE,
      reason: 'ECONNREFUSED',
    });
  });

  test('does not, when it takes a mail between them, or they lie far apart', () => {
    expect(stateOf(failing(2, told(failing(2), WORKS)), MONDAY).type).toBe('in_use');
    const late = { at: MONDAY + 11 * MINUTE };
    expect(stateOf(failing(1, failing(2), late), late.at).type).toBe('in_use');
  });

  test('is not cleared by a mail that went out before the faults began', () => {
    const health = told(failing(2), WORKS, { begunAt: MONDAY - 1, at: MONDAY + 1 });
    expect(stateOf(failing(1, health), MONDAY).type).toBe('resting');
  });

  test('hears nothing of tries that began before it came back', () => {
    const back = putBack(MONDAY);
    expect(failing(9, back, { begunAt: MONDAY - 1, at: MONDAY + 1 })).toEqual(back);
  });
});

describe('the end of a rest', () => {
  const resting = failing(3);
  const over = MONDAY + MINUTE;
  const probed = () => probedBy(resting, 'probe', over) ?? HEALTHY;

  test('lets one mail find out whether it works, and no other one', () => {
    expect(probedBy(resting, 'probe', over - 1)).toBeUndefined();
    expect(stateOf(resting, over).type).toBe('due');
    expect(stateOf(probed(), over)).toMatchObject({ type: 'probing', since: over });
    expect(probedBy(probed(), 'another', over + 1)).toBeUndefined();
  });

  test('is the end of all trouble when that goes well', () => {
    const health = told(probed(), WORKS, { at: over, sendId: 'probe' });
    expect(stateOf(health, over)).toEqual({ type: 'in_use' });
    expect(health.run).toBeNull();
  });

  test('is the beginning of a longer rest when it fails, up to the longest', () => {
    let health = resting;
    const lengths: number[] = [];
    for (let at = over; lengths.length < 4; at = health.rest?.until ?? 0) {
      const next = probedBy(health, 'probe', at);
      health = told(next ?? health, FAULT, { at, sendId: 'probe' });
      lengths.push((health.rest?.until ?? 0) - at);
    }
    expect(lengths).toEqual([2 * MINUTE, 4 * MINUTE, 5 * MINUTE, 5 * MINUTE]);
    expect(health.rest?.since).toBe(MONDAY);
  });

  test('is put off by a mail that tells nothing: the next one probes', () => {
    const health = told(probed(), { type: 'nothing' }, { at: over, sendId: 'probe' });
    expect(stateOf(health, over).type).toBe('due');
  });

  test('is not kept by a worker that was lost: after the longest time of a try another mail probes', () => {
    const until = probed().probe?.until ?? 0;
    expect(until - over).toBe(3 * MINUTE);
    expect(probedBy(probed(), 'another', until)).toMatchObject({ probe: { sendId: 'another' } });
    const taken = probedBy(probed(), 'another', until) ?? HEALTHY;
    expect(told(taken, WORKS, { at: until, sendId: 'probe' })).toEqual(taken);
  });

  test('is soon forgotten only by an account that has worked for as long as it rested', () => {
    const again = (wait: number) => {
      const back = told(probed(), WORKS, { at: over, sendId: 'probe' });
      return failing(3, back, { at: over + wait }).rest?.nth;
    };
    expect([again(1), again(MINUTE)]).toEqual([2, 1]);
  });
});

test('a person puts an account out, and no mail changes that; put back, it is as new', () => {
  const out = putOut(failing(3), 'moving house', MONDAY);
  expect(stateOf(told(out, WORKS), MONDAY + 99 * MINUTE)).toEqual({
    type: 'out',
    since: MONDAY,
    reason: 'moving house',
  });
  expect(probedBy(out, 'probe', MONDAY + 99 * MINUTE)).toBeUndefined();
  expect(stateOf(putBack(MONDAY), MONDAY)).toEqual({ type: 'in_use' });
});

test('recipients that are refused say that it works; faults that the rules leave out, and what never came so far, say nothing', () => {
  const refused = { type: 'rejected', response: '550 5.1.1 no such user', isNoAddress: true } as const;
  expect(accountOutcome(refused, RULES)).toEqual(WORKS);
  expect(accountOutcome({ type: 'rejected', response: 'Empty message', isNoAddress: false }, RULES).type).toBe(
    'nothing',
  );
  expect(accountOutcome({ type: 'unreachable', problem: 'all were busy' }, RULES).type).toBe('nothing');
  const policy = { type: 'rejected', response: '550 5.7.1 no', isNoAddress: false, fault: 'policy' } as const;
  expect(accountOutcome(policy, RULES).type).toBe('fault');
  expect(accountOutcome(policy, restSchema.parse({ of: ['connection'] })).type).toBe('nothing');
});

test('why it rests names nobody, on one line', () => {
  const words = '421-4.7.0 <ana@example.test> is\r\n421 4.7.0 too much';
  expect(accountOutcome({ type: 'put_off', response: words, fault: 'connection' }, RULES)).toMatchObject({
    reason: '421-4.7.0 <…> is 421 4.7.0 too much',
  });
});

const rules = fc
  .record({
    after: fc.integer({ min: 1, max: 5 }),
    growth: fc.double({ min: 1, max: 4, noNaN: true }),
    first: fc.integer({ min: 1, max: 60 }),
    more: fc.nat({ max: 600 }),
  })
  .map(({ after, growth, first, more }) =>
    restSchema.parse({ after, growth, for: `${first}s`, atMost: `${first + more}s` }),
  );
const tries = fc.array(
  fc.record({ isFault: fc.boolean(), pauseMs: fc.nat({ max: 20_000 }), tookMs: fc.nat({ max: 5_000 }) }),
  { maxLength: 80 },
);

interface OneTry {
  readonly rest: RestRules;
  readonly isFault: boolean;
  readonly sendId: string;
  readonly now: number;
  readonly tookMs: number;
  /** Faults in a row before it. */
  readonly faults: number;
}

/** One mail, and what it must lead to. */
function tried(health: AccountHealth, { rest, isFault, sendId, now, tookMs, faults }: OneTry): AccountHealth {
  const probed = probedBy(health, sendId, now);
  expect(probed !== undefined).toBe(stateOf(health, now).type === 'due');
  if (probed) expect(probedBy(probed, 'another', now)).toBeUndefined();
  const ended = { sendId, begunAt: now, endedAt: now + tookMs, outcome: isFault ? FAULT : WORKS };
  const after = healthAfter(probed ?? health, ended, rest);
  expect(healthAfter(probed ?? health, ended, rest)).toEqual(after); // it depends on nothing else
  expect(after.rest !== null).toBe(isFault && (probed !== undefined || faults + 1 >= rest.after));
  if (!after.rest) return after;
  expect(after.rest.until - ended.endedAt).toBe(restMs(after.rest.nth, rest));
  expect(after.rest.until - ended.endedAt).toBeLessThanOrEqual(rest.atMost);
  expect(after.rest.nth).toBeGreaterThan(probed?.rest?.nth ?? 0);
  return after;
}

// INV-ACCOUNT-RESTS
test('whatever happens, no mail but one probe goes by an account that fails, and each rest in a row is as long as declared', () => {
  fc.assert(
    fc.property(rules, tries, (rest, all) => {
      let [health, now, faults]: [AccountHealth, number, number] = [HEALTHY, MONDAY, 0];
      for (const [index, { isFault, pauseMs, tookMs }] of all.entries()) {
        now += pauseMs;
        if (stateOf(health, now).type === 'resting') continue;
        health = tried(health, { rest, isFault, sendId: `s${index}`, now, tookMs, faults });
        now += tookMs;
        faults = isFault && !health.rest ? faults + 1 : 0;
      }
    }),
  );
});
