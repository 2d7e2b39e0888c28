import fc from 'fast-check';
import { advance } from '../../../src/domain/journey/advance';
import { checkDefinition } from '../../../src/domain/sequence/checks';
import type { Definition } from '../../../src/domain/sequence/definition';
import { drive, type Happenings, happenings, type TakenTurn } from '../../support/drive';
import { expectSame } from '../../support/same';
import { definitions, EVENT_TYPES } from '../../support/sequences';

const RUNS = { numRuns: 200 };

/** Checks every random journey through every random sequence. */
function always(check: (turns: readonly TakenTurn[], definition: Definition, around: Happenings) => void): void {
  fc.assert(
    fc.property(definitions(), happenings, (definition, around) =>
      check(drive(definition, around), definition, around),
    ),
    RUNS,
  );
}

function whatHappened({ input, advanced }: TakenTurn): readonly string[] {
  const decisions = advanced.decisions.map(({ kind, outcome }) => (kind === 'branch' ? `branch ${outcome}` : kind));
  const settled = input.outcome ? [`${input.outcome.effect} ${input.outcome.status}`] : [];
  const isWoken = input.state.place.type === 'performing' && !input.outcome;
  const waits = advanced.decisions.flatMap(({ kind, outcome }) => (kind === 'wait' ? [`wait ${outcome}`] : []));
  return [...decisions, ...waits, ...settled, ...(isWoken ? ['woken while an effect is under way'] : [])];
}

test('the random sequences are ones that could be published', () => {
  fc.assert(
    fc.property(definitions(), (definition) => {
      const found = checkDefinition(definition, {});
      expect(found.filter(({ severity }) => severity === 'error')).toEqual([]);
    }),
    RUNS,
  );
});

test('the random journeys see it all: each step type, goal and exit, events in waits, deferrals, and journeys that go on', () => {
  const seen = new Set<string>();
  always((turns) => {
    for (const what of turns.flatMap(whatHappened)) seen.add(what);
    seen.add(`ends: ${turns.at(-1)?.advanced.move.type === 'end'}`);
  });
  expect([...seen]).toEqual(
    expect.arrayContaining([
      'branch event',
      'branch timeout',
      'branch yes',
      'branch no',
      'goal',
      'exit',
      'update',
      'wait',
      'wait open',
      'wait missed',
      'wait missing',
      'handoff',
      'end',
      'mail deferred',
      'mail exit',
      'handoff recycled',
      'woken while an effect is under way',
      'ends: true',
      'ends: false',
    ]),
  );
});

// INV-ADVANCE-TOTAL
test('advance answers whatever happens, in a bounded number of steps, and changes nothing that it was given', () => {
  always((turns) => expect(turns.length).toBeGreaterThan(0)); // drive freezes every input, and a throw fails the property
});

// INV-JOURNEY-ENDS
test('a journey whose steps go forward ends', () => {
  fc.assert(
    fc.property(definitions({ isForwardOnly: true }), happenings, (definition, around) => {
      const mostTurns = 2 + 3 * definition.steps.length + around.events.length + around.effects.length;
      expect(drive(definition, around, { maxTurns: mostTurns }).at(-1)?.advanced.move.type).toBe('end');
    }),
    RUNS,
  );
});

// INV-TIME-PASSES
test('a journey that goes round rests each time: time passes, or something happens', () => {
  always((turns, { steps }, { events }) => {
    const atOnce = new Map<number, number>();
    for (const { input } of turns) atOnce.set(input.now, (atOnce.get(input.now) ?? 0) + 1);
    expect(Math.max(...atOnce.values())).toBeLessThanOrEqual(2 * steps.length + events.length + 1);
  });
});

// INV-STATE-JSON
test('state, move, decisions and changes are plain JSON: a round trip loses nothing, and the journey goes on from it', () => {
  always((turns) => {
    for (const { input, advanced } of turns) {
      const { state, move, waitsFor, ended, changes } = advanced;
      const whole = { state, move, waitsFor, ended, changes };
      expectSame(JSON.parse(JSON.stringify(whole)), whole);
      expectSame(advance(JSON.parse(JSON.stringify(input))), advanced);
    }
  });
});

// INV-ADVANCE-PURE
test('the same turn gives the same answer', () => {
  always((turns) => {
    for (const { input, advanced } of turns) expectSame(advance(input), advanced);
  });
});

// INV-EFFECT-KEYS
test('an effect has one key for each occurrence of its step, however often it is performed, and no two share one', () => {
  always((turns) => {
    const keys = new Map<string, string>();
    for (const { advanced } of turns) {
      const { move, state } = advanced;
      if (move.type !== 'perform') continue;
      const occurrence = `${move.stepId} ${state.visits[move.stepId]}`;
      expect(keys.get(occurrence) ?? move.effect.key).toBe(move.effect.key);
      keys.set(occurrence, move.effect.key);
    }
    expect(new Set(keys.values()).size).toBe(keys.size);
  });
});

// INV-DECISION-KEYS
test('no two decisions of a journey share a key', () => {
  always((turns) => {
    const keys = turns.flatMap(({ advanced }) => advanced.decisions.map(({ key }) => key));
    expect(new Set(keys).size).toBe(keys.length);
  });
});

// INV-VISITS-GROW
test('visits and the horizon never fall', () => {
  always((turns) => {
    for (const { input, advanced } of turns) {
      expect(advanced.state.seen.horizon).toBeGreaterThanOrEqual(input.state.seen.horizon);
      const fallen = Object.entries(input.state.visits).filter(
        ([id, count]) => (advanced.state.visits[id] ?? 0) < count,
      );
      expect(fallen).toEqual([]);
    }
  });
});

// INV-EVENT-ONCE
test('no event is used by two waits', () => {
  always((turns, _definition, { events }) => {
    const used = turns.flatMap(({ advanced }) => advanced.decisions).filter(({ outcome }) => outcome === 'event');
    for (const type of EVENT_TYPES) {
      const came = events.filter((event) => event.type === type).length;
      expect(used.filter(({ reason }) => reason === `${type} came`).length).toBeLessThanOrEqual(came);
    }
  });
});

// INV-RULES-ALWAYS
test('after each turn of a journey that goes on, neither its goal nor an exit holds', () => {
  always((turns) => {
    for (const { input, advanced } of turns) {
      if (advanced.move.type === 'end' || advanced.changes.length > 0) continue;
      const again = advance({ ...input, state: advanced.state, outcome: undefined, turn: input.turn + 1 });
      expect(
        again.decisions.filter(({ kind }) => kind === 'goal' || (kind === 'exit' && again.ended?.outcome !== 'exit')),
      ).toEqual([]);
    }
  });
});
