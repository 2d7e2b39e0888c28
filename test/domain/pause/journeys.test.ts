import fc from 'fast-check';
import type { Pause } from '../../../src/domain/pause/pause';
import { aDefinition, anEvent, HOUR, MONDAY } from '../../support/builders';
import { type Around, aPause, at, driveThrough, endHour, look, mailsIn, told } from '../../support/pausing';

const END = { id: 'done', type: 'end' };
const rest = (hours: number) => ({ id: 'rest', type: 'wait', for: `${hours}h` });
const mail = (id: string) => ({ id, type: 'mail', template: 'hello' });
const waits = (hours: number) => aDefinition({ steps: [rest(hours), END] });
const RUNS = { numRuns: 1_000 };

const drawnPauses = (modes: readonly Pause['mode'][]): fc.Arbitrary<readonly Pause[]> =>
  fc
    .array(
      fc.record({
        mode: fc.constantFrom(...modes),
        from: fc.integer({ min: -5, max: 60 }),
        length: fc.integer({ min: 1, max: 30 }),
      }),
      { maxLength: 5 },
    )
    .map((drawn) =>
      drawn.map(({ mode, from, length }, index) => aPause(mode, [from, from + length], { id: `pause ${index}` })),
    );
/** Moments to the millisecond, often those at which pauses begin and end. */
const drawnPokes = fc.array(
  fc.oneof(
    fc.integer({ min: 0, max: 150 }).map(at),
    fc.integer({ min: 0, max: 150 * HOUR }).map((ms) => MONDAY + ms),
  ),
  { maxLength: 12 },
);

const lasts = ({ since, endedAt }: Pause, hour: number) =>
  since <= at(hour) && (endedAt === null || endedAt > at(hour));

/** When a wait of so many hours ends, told hour by hour: it begins when nothing holds, its clock runs unless one freezes. */
function endByModel(hours: number, pauses: readonly Pause[]): number {
  let [ran, hasBegun] = [0, false];
  for (let hour = 0; ; hour += 1) {
    const isHeld = pauses.some((pause) => pause.mode !== 'skip' && lasts(pause, hour));
    if (hasBegun && ran >= hours && !isHeld) return hour;
    hasBegun ||= !isHeld;
    if (hasBegun && !pauses.some((pause) => pause.mode === 'freeze' && lasts(pause, hour))) ran += 1;
  }
}

describe('a wait', () => {
  it.each<[string, number, readonly Pause[], number]>([
    ['no pause', 24, [], 24],
    ['a freeze inside', 24, [aPause('freeze', [10, 15])], 29],
    ['two freezes inside', 24, [aPause('freeze', [10, 15]), aPause('freeze', [26, 28])], 31],
    ['freezes that overlap', 24, [aPause('freeze', [10, 15]), aPause('freeze', [12, 20])], 34],
    ['a freeze across its end', 24, [aPause('freeze', [20, 30])], 34],
    ['a freeze that begins at its end', 24, [aPause('freeze', [24, 30])], 30],
    ['a freeze that ends as it begins', 24, [aPause('freeze', [-3, 0])], 24],
    ['an elapse inside', 24, [aPause('elapse', [10, 15])], 24],
    ['an elapse across its end', 24, [aPause('elapse', [10, 40])], 40],
    ['an elapse across the end of a freeze', 24, [aPause('freeze', [10, 15]), aPause('elapse', [12, 31])], 31],
    ['a skip', 24, [aPause('skip', [10, 90])], 24],
    ['a skip inside a freeze', 24, [aPause('freeze', [10, 15]), aPause('skip', [11, 14])], 29],
    ['a pause before the first step', 24, [aPause('elapse', [-1, 6])], 30],
  ])('with %s', (_name, hours, pauses, end) => {
    expect(endHour(driveThrough(waits(hours), { pauses }))).toBe(end);
    expect(endByModel(hours, pauses)).toBe(end);
  });

  // INV-FREEZE-GIVES-BACK
  it('ends when its clock has run for its length and nothing holds, whenever the journey is looked at meanwhile', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        drawnPauses(['freeze', 'freeze', 'elapse', 'skip']),
        drawnPokes,
        (hours, pauses, pokes) => {
          expect(endHour(driveThrough(waits(hours), { pauses, pokes }))).toBe(endByModel(hours, pauses));
        },
      ),
      RUNS,
    );
  });

  it('ends by the model also when it stands between mails that take their time', () => {
    const definition = aDefinition({ steps: [mail('first'), rest(24), mail('second'), END] });
    const pauses = [aPause('freeze', [10, 15]), aPause('elapse', [27, 33])];
    const looks = driveThrough(definition, { pauses, takesMs: HOUR });
    expect(mailsIn(looks)).toEqual(['0h first', '33h second']); // due at hour 30, after 1 of the mail, 24 and 5
  });

  it('until a date keeps its date under a freeze, and is over if that has passed', () => {
    const definition = aDefinition({
      steps: [{ id: 'rest', type: 'wait', until: { time: '18:00', zone: 'UTC' } }, END],
    });
    const before = driveThrough(definition, { pauses: [aPause('freeze', [1, 5])], pokes: [at(2)] });
    expect(endHour(before)).toBe(6);
    expect(endHour(driveThrough(definition, { pauses: [aPause('freeze', [1, 8])] }))).toBe(8);
  });

  it('of a state from before pauses goes on as it stood', () => {
    const place = { type: 'waiting', stepId: 'rest', until: at(24), sinceSeq: 0 } as const;
    const state = { v: 1, place, visits: { rest: 1 }, seen: { horizon: 0, used: [] } } as const;
    const around = { pauses: [aPause('freeze', [1, 5])] };
    const advanced = look(waits(24), around, { state, now: at(10), outcome: undefined, turn: 3 });
    expect(advanced.move).toEqual({ type: 'await', stepId: 'rest', until: at(24) });
  });
});

describe('a hold', () => {
  // INV-HOLD-TOLD-ONCE
  it('is told once per pause, however often the journey is looked at, and told to be over at most once for each', () => {
    fc.assert(
      fc.property(drawnPauses(['freeze', 'elapse', 'skip']), drawnPokes, (pauses, pokes) => {
        const definition = aDefinition({
          steps: [mail('a'), rest(20), { id: 'sell', type: 'handoff', sla: '1d' }, END],
        });
        const looks = driveThrough(definition, { pauses, pokes });
        const said = looks.flatMap(({ advanced }) => advanced.decisions.filter(({ kind }) => kind === 'pause'));
        const keys = said.map(({ outcome, data, stepId }) => `${outcome} ${data?.pauseId} ${stepId}`);
        expect(new Set(keys).size).toBe(keys.length);
        expect(looks.at(-1)?.advanced.ended).not.toBeNull();
      }),
      RUNS,
    );
  });
  it('says what holds, why, and what was given back', () => {
    const pauses = [aPause('freeze', [10, 34], { scope: 'sequence test', reason: 'prices are wrong' })];
    const looks = driveThrough(waits(24), { pauses, pokes: [at(11), at(12)] });
    expect(looks.flatMap(({ advanced }) => advanced.decisions).filter(({ kind }) => kind === 'pause')).toMatchObject([
      {
        stepId: 'rest',
        outcome: 'held',
        at: at(11),
        reason: 'paused: sequence test, clocks stopped (prices are wrong)',
        data: { pauseId: 'freeze 10' },
      },
      {
        stepId: 'rest',
        outcome: 'resumed',
        at: at(34),
        reason: 'no longer paused: sequence test; the wait gets back 1d',
        data: { pauseId: 'freeze 10', givenBackMs: 24 * HOUR },
      },
    ]);
  });

  it('waits for no time and no event, and keeps no timer', () => {
    const definition = aDefinition({
      steps: [{ id: 'watch', type: 'waitFor', event: 'purchase', timeout: '1d' }, END],
    });
    const [, held] = driveThrough(definition, { pauses: [aPause('freeze', [1, null])], pokes: [at(2)] });
    expect(held?.advanced).toMatchObject({
      move: { type: 'await', until: null },
      waitsFor: [],
      state: { place: { type: 'waiting', heldBy: 'freeze 1', until: at(25) } },
    });
  });

  it('by a pause whose end lies ahead of the clock of the journey lasts until then by itself', () => {
    const pauses = [aPause('elapse', [-1, 2])];
    const place = { type: 'held', stepId: 'rest', sinceSeq: 0, heldBy: 'elapse -1' } as const;
    const state = { v: 1, place, visits: { rest: 1 }, seen: { horizon: 0, used: [] } } as const;
    const around: Around = { facts: { pauses } };
    const early = look(waits(24), around, { state, now: at(1), outcome: undefined, turn: 1 });
    expect(early).toMatchObject({ move: { type: 'await', until: at(2) }, decisions: [] });
    const later = look(waits(24), around, { state: early.state, now: at(2), outcome: undefined, turn: 2 });
    expect(later.move).toEqual({ type: 'await', stepId: 'rest', until: at(26) });
  });

  it('passes from a pause that ends to one that lasts', () => {
    const pauses = [aPause('elapse', [-1, 5]), aPause('freeze', [2, 9])];
    expect(told(driveThrough(waits(24), { pauses }))).toEqual([
      '0h pause held',
      '5h pause held',
      '9h pause resumed',
      '9h wait waits',
      '33h end completed',
    ]);
  });

  it('does not keep the goal and exits from ending the journey', () => {
    const definition = aDefinition({ goal: { name: 'bought', on: 'purchase' }, steps: [rest(24), END] });
    const events = [anEvent(1, 'purchase', { at: at(3) })];
    const looks = driveThrough(definition, { pauses: [aPause('freeze', [-1, null])], events, pokes: [at(3)] });
    expect(told(looks)).toEqual(['0h pause held', '3h goal bought']);
  });

  it('paced at its end, gives a frozen wait no more than stood still', () => {
    const pauses = [aPause('freeze', [10, 15])];
    const looks = driveThrough(waits(24), { pauses, pokes: [at(12)], paceMs: 3 * HOUR });
    expect(endHour(looks)).toBe(29);
    expect(endHour(driveThrough(waits(24), { pauses, pokes: [at(12)], paceMs: 20 * HOUR }))).toBe(35);
  });
});

describe('an event that comes while held', () => {
  const definition = aDefinition({
    steps: [
      { id: 'watch', type: 'waitFor', event: 'purchase', timeout: '1d', onEvent: 'came', onTimeout: 'silent' },
      { id: 'came', type: 'end', outcome: 'came' },
      { id: 'silent', type: 'end', outcome: 'silent' },
    ],
  });
  const bought = (hour: number) => [anEvent(1, 'purchase', { at: at(hour) })];

  it('counts after the pause, not before', () => {
    const looks = driveThrough(definition, {
      pauses: [aPause('freeze', [2, 60])],
      pokes: [at(3), at(51)],
      events: bought(50),
    });
    expect(told(looks)).toEqual([
      '0h wait waits',
      '3h pause held',
      '60h pause resumed',
      '60h branch event',
      '60h end came',
    ]);
  });

  it('counts when the step had not begun', () => {
    const looks = driveThrough(definition, { pauses: [aPause('elapse', [-1, 60])], events: bought(50) });
    expect(told(looks)).toEqual(['0h pause held', '60h pause resumed', '60h branch event', '60h end came']);
  });

  it('comes too late when clocks ran on and its time had passed', () => {
    const looks = driveThrough(definition, { pauses: [aPause('elapse', [2, 60])], events: bought(50) });
    expect(told(looks).at(-1)).toBe('60h end silent');
  });

  it('extends nothing: the timeout under a freeze ends by what was left', () => {
    const looks = driveThrough(definition, { pauses: [aPause('freeze', [2, 60])], events: bought(83), pokes: [at(3)] });
    expect(told(looks).slice(-2)).toEqual(['82h branch timeout', '82h end silent']);
  });
});

describe('an effect that is under way when a pause begins', () => {
  const definition = aDefinition({ steps: [mail('first'), mail('second'), END] });

  it('ends as it ends; the step behind it is held', () => {
    const looks = driveThrough(definition, { pauses: [aPause('elapse', [1, 8])], takesMs: 2 * HOUR });
    expect(told(looks)).toEqual(['2h pause held', '8h pause resumed', '10h end completed']);
    expect(mailsIn(looks)).toEqual(['0h first', '8h second']);
  });

  it('and is deferred is held, then performed again under its key', () => {
    const effects = [{ effect: 'mail', status: 'deferred', until: at(4), reason: 'quiet hours' }] as const;
    const looks = driveThrough(definition, { pauses: [aPause('freeze', [1, 8])], takesMs: 2 * HOUR, effects });
    expect(mailsIn(looks)).toEqual(['0h first', '8h first', '10h second']);
    expect(told(looks).slice(0, 2)).toEqual(['2h pause held', '8h pause resumed']);
    const keys = looks.flatMap(({ advanced: { move } }) => (move.type === 'perform' ? [move.effect.key] : []));
    expect(keys[0]).toBe(keys[1]);
  });

  it('and makes the gate end the journey ends it', () => {
    const effects = [{ effect: 'mail', status: 'exit', reason: 'withdrawn' }] as const;
    const looks = driveThrough(definition, { pauses: [aPause('freeze', [1, null])], takesMs: 2 * HOUR, effects });
    expect(looks.at(-1)?.advanced.ended).toMatchObject({ outcome: 'exit' });
  });

  it('that is a handoff goes on: people work', () => {
    const selling = aDefinition({ steps: [{ id: 'sell', type: 'handoff', sla: '1d' }, END] });
    const first = driveThrough(selling, { effects: [{ effect: 'handoff', status: 'accepted', reason: '' }] })[0];
    const state = first?.advanced.state;
    if (!state) throw new Error('no first look');
    const around = { pauses: [aPause('freeze', [1, null])] };
    const woken = look(selling, around, { state, now: at(2), outcome: undefined, turn: 1 });
    expect(woken).toMatchObject({ state: { place: { type: 'performing' } }, move: { type: 'perform' }, decisions: [] });
  });
});

describe('a skip', () => {
  it('goes on past mails and webhooks, says so, and never sends them', () => {
    const definition = aDefinition({
      steps: [
        mail('first'),
        { id: 'tell', type: 'webhook', endpoint: 'crm' },
        rest(10),
        { id: 'tag', type: 'update', tag: ['seen'] },
        mail('second'),
        END,
      ],
    });
    const looks = driveThrough(definition, { pauses: [aPause('skip', [-1, 5])] });
    expect(told(looks)).toEqual([
      '0h skip skipped',
      '0h skip skipped',
      '0h wait waits',
      '10h update set',
      '10h end completed',
    ]);
    expect(mailsIn(looks)).toEqual(['10h second']);
    expect(looks[0]?.advanced.decisions[0]).toMatchObject({
      stepId: 'first',
      reason: 'paused: everything, mails and webhooks that fall due are dropped (a test)',
    });
  });

  // INV-SKIP-FINAL
  it('drops each mail that falls due in it, once and for all, and no other', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 6 }),
        drawnPauses(['skip']),
        drawnPokes,
        (gaps, pauses, pokes) => {
          const steps = gaps.flatMap((hours, index) => [{ ...rest(hours), id: `rest${index}` }, mail(`mail${index}`)]);
          const looks = driveThrough(aDefinition({ steps: [...steps, END] }), { pauses, pokes });
          let due = 0;
          const sent = gaps.flatMap((hours, index) => {
            due += hours;
            return pauses.some((pause) => lasts(pause, due)) ? [] : [`${due}h mail${index}`];
          });
          expect(mailsIn(looks)).toEqual(sent);
          const skipped = looks.flatMap(({ advanced }) => advanced.decisions.filter(({ kind }) => kind === 'skip'));
          expect(skipped.length).toBe(gaps.length - sent.length);
        },
      ),
      RUNS,
    );
  });

  it('drops a mail that had been deferred, and names its send', () => {
    const effects = [{ effect: 'mail', status: 'deferred', until: at(4), reason: 'quiet hours' }] as const;
    const looks = driveThrough(aDefinition({ steps: [mail('first'), END] }), {
      pauses: [aPause('skip', [2, 9])],
      effects,
    });
    expect(told(looks)).toEqual(['4h skip skipped', '4h end completed']);
    const [key] = looks.flatMap(({ advanced: { move } }) => (move.type === 'perform' ? [move.effect.key] : []));
    expect(looks.at(-1)?.advanced.decisions[0]?.data).toEqual({ sendId: key });
  });

  it('lets handoffs and tasks wait, and go on at its end', () => {
    const handoff = aDefinition({ steps: [{ id: 'sell', type: 'handoff', sla: '1d' }, END] });
    const effects = [{ effect: 'handoff', status: 'accepted', reason: 'good' }] as const;
    const sold = driveThrough(handoff, { pauses: [aPause('skip', [-1, 9])], pokes: [at(2)], effects });
    expect(told(sold)).toEqual(['0h pause held', '9h pause resumed', '9h handoff accepted', '9h end completed']);
    const task = aDefinition({ steps: [{ id: 'call', type: 'task', kind: 'call', title: 'Call', due: '2h' }, END] });
    const called = driveThrough(task, { pauses: [aPause('skip', [-1, 9])], pokes: [at(2)] });
    expect(told(called)).toEqual([
      '0h pause held',
      '9h pause resumed',
      '9h wait waits',
      '11h task overdue',
      '11h end completed',
    ]);
  });

  it('leaves a task that a person has already be done', () => {
    const task = aDefinition({ steps: [{ id: 'call', type: 'task', kind: 'call', title: 'Call', due: '8h' }, END] });
    const looks = driveThrough(task, { pauses: [aPause('skip', [1, 90])], pokes: [at(2)] });
    expect(told(looks)).toEqual(['0h wait waits', '8h task overdue', '8h end completed']);
  });

  it('inside a freeze drops nothing until the freeze is over', () => {
    const definition = aDefinition({ steps: [mail('first'), mail('second'), END] });
    const looks = driveThrough(definition, { pauses: [aPause('freeze', [-1, 5]), aPause('skip', [2, 7])] });
    expect(told(looks)).toEqual([
      '0h pause held',
      '5h pause resumed',
      '5h skip skipped',
      '5h skip skipped',
      '5h end completed',
    ]);
  });
});

test('the watch over someone in the holdout group is a wait like others, and nothing is sent', () => {
  const split = { id: 'half', type: 'split', branches: [{ name: 'all' }], holdout: { weight: 1_000_000, for: '10h' } };
  const definition = aDefinition({
    steps: [{ ...split, branches: [{ name: 'all', weight: 0.000_001 }] }, mail('first'), END],
  });
  const looks = driveThrough(definition, { pauses: [aPause('freeze', [2, 5])], pokes: [at(3)] });
  expect(looks.at(-1)?.advanced.ended?.outcome).toBe('holdout');
  expect(endHour(looks)).toBe(13);
  expect(mailsIn(looks)).toEqual([]);
});
