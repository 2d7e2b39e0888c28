import fc from 'fast-check';
import { standstillOf } from '../../../src/domain/pause/holding';
import { aLeadAt, anEvent, HOUR } from '../../support/builders';
import { aPause, at, driveThrough, knownAt, type Look } from '../../support/pausing';
import { definitions, EVENT_TYPES } from '../../support/sequences';

const around = fc
  .record({
    pauses: fc.array(
      fc.record({
        mode: fc.constantFrom('freeze' as const, 'elapse' as const, 'skip' as const),
        from: fc.integer({ min: -5, max: 300 }),
        length: fc.integer({ min: 1, max: 200 }),
      }),
      { maxLength: 5 },
    ),
    pokes: fc.array(fc.integer({ min: 0, max: 500 }).map(at), { maxLength: 20 }),
    events: fc.array(fc.record({ hour: fc.integer({ min: 0, max: 500 }), type: fc.constantFrom(...EVENT_TYPES) }), {
      maxLength: 8,
    }),
    takesMs: fc.constantFrom(0, 0, 1, 5 * HOUR),
    paceMs: fc.constantFrom(0, 0, 90_000, 7 * HOUR),
  })
  .map(({ pauses, events, ...rest }) => ({
    ...rest,
    facts: { lead: aLeadAt('nurturing') },
    pauses: pauses.map(({ mode, from, length }, index) =>
      aPause(mode, [from, from + length], { id: `pause ${index}` }),
    ),
    events: events
      .toSorted((a, b) => a.hour - b.hour)
      .map(({ hour, type }, index) => anEvent(index + 1, type, { at: at(hour) })),
  }));

type Around = typeof around extends fc.Arbitrary<infer T> ? T : never;

function always(check: (looks: readonly Look[], around: Around) => void, options = {}): void {
  fc.assert(
    fc.property(definitions(options), around, (definition, drawn) => check(driveThrough(definition, drawn), drawn)),
    { numRuns: 200 },
  );
}

/** Whether the goal, an exit or the gate has ended the journey: nothing else may move it while it is held. */
const isEnded = ({ advanced: { decisions, ended } }: Look) =>
  ended !== null && decisions.some(({ kind }) => kind === 'goal' || kind === 'exit');

// INV-HELD-STANDS-STILL
test('while a pause holds, a journey begins no effect and changes nothing, unless goal or exits end it', () => {
  let holds = 0;
  always((looks, { pauses }) => {
    for (const look of looks) {
      const { state, now, advanced } = look;
      const isHeld = standstillOf(knownAt(pauses, now), now).holds !== undefined;
      // what came of an effect that was under way still counts: a webhook may set what its answer says
      if (!isHeld || state.place.type === 'performing' || isEnded(look)) continue;
      holds += 1;
      expect(advanced).toMatchObject({ changes: [], move: { type: 'await', until: null }, waitsFor: [], ended: null });
      expect(advanced.state.visits).toEqual(visitsOnArrival(look));
    }
  });
  expect(holds).toBeGreaterThan(50);
});

/** A journey that is held before its first step has arrived at it; any other stays where it was. */
function visitsOnArrival({ state, advanced }: Look): Look['state']['visits'] {
  const { place } = advanced.state;
  return state.place.type === 'start' && place.type === 'held' ? { [place.stepId]: 1 } : state.visits;
}

// INV-PAUSES-END
test('a journey whose steps go forward ends, whatever pauses, once they are over', () => {
  always((looks) => expect(looks.at(-1)?.advanced.ended).not.toBeNull(), { isForwardOnly: true });
});

test('no effect is asked for under two keys, and none that was dropped is asked for later', () => {
  always((looks) => {
    const dropped = new Set<string>();
    const keys = new Map<string, string>();
    for (const { advanced } of looks) {
      const { move, state, decisions } = advanced;
      if (move.type === 'perform') {
        const visit = `${move.stepId} ${state.visits[move.stepId]}`;
        expect(dropped.has(visit)).toBe(false);
        expect(keys.get(visit) ?? move.effect.key).toBe(move.effect.key);
        keys.set(visit, move.effect.key);
      }
      for (const { kind, stepId = '' } of decisions)
        if (kind === 'skip') dropped.add(`${stepId} ${state.visits[stepId]}`);
    }
  });
});
