import fc from 'fast-check';
import { stepsAhead } from '../../../src/domain/change/ahead';
import { type Migrated, migrated } from '../../../src/domain/change/migrated';
import { END, SAME_STEPS, targetOf } from '../../../src/domain/change/step-map';
import type { AdvanceInput } from '../../../src/domain/journey/advance';
import type { JourneyState } from '../../../src/domain/journey/state';
import { JOURNEY_ID, someRules } from '../../support/builders';
import { deepFrozen, drive, type Happenings, happenings, type TakenTurn } from '../../support/drive';
import { type EditedSequence, editedEffects, editedSequences } from '../../support/edits';

const RUNS = { numRuns: 400 };
/** Where rare things are to be seen. */
const MANY = { numRuns: 1000 };
const { calendars } = someRules;

type At = Pick<AdvanceInput, 'turn' | 'state' | 'facts' | 'now'>;

interface Run {
  readonly turns: readonly TakenTurn[];
  readonly results: readonly Migrated[];
  readonly edited: EditedSequence;
  readonly around: Happenings;
  /** Where the journey was when it moved, and its state after. */
  readonly moved: { readonly at: At; readonly state: JourneyState; readonly stepId: string } | undefined;
}

/** Moves a journey to its edited version at a turn, or as soon after as it can move. */
function run(edited: EditedSequence, around: Happenings, when: number): Run {
  const { from, to, map } = edited;
  const results: Migrated[] = [];
  let moved: Run['moved'];
  const turns = drive(from, around, {
    beforeTurn: (at) => {
      if (moved || at.turn < Math.max(1, when)) return undefined;
      const { state, facts, now } = at;
      const change = { from, to, map, journeyId: JOURNEY_ID, facts, calendars, now };
      const result = migrated(deepFrozen(state), change);
      results.push(result);
      if (result.type !== 'moves') return undefined;
      moved = { at, state: result.state, stepId: result.stepId };
      return { definition: to, state: result.state };
    },
  });
  return { turns, results, edited, around, moved };
}

function always(
  check: (run: Run) => void,
  runs: { readonly numRuns: number; readonly seed?: number } = RUNS,
  of = editedSequences,
): void {
  fc.assert(
    fc.property(of, happenings, fc.nat(6), (edited, around, when) => check(run(edited, around, when))),
    runs,
  );
}

/** The mails that had an answer other than "later": template and key. */
function mailsIn(turns: readonly TakenTurn[]) {
  return turns.flatMap(({ input: { definition, state, outcome } }) => {
    if (outcome?.effect !== 'mail' || outcome.status === 'deferred' || state.place.type !== 'performing') return [];
    const { stepId, key } = state.place;
    const step = definition.steps.find(({ id }) => id === stepId);
    return step?.type === 'mail' ? [{ template: step.template, stepId, key }] : [];
  });
}

test('the random changes see it all: journeys that move, with and without credit, that stay for each reason, and that end', () => {
  const seen = new Set<string>();
  always(({ results, moved }) => {
    for (const result of results) {
      seen.add(result.type);
      if (result.type === 'stays') seen.add(result.reason.replace(/"[^"]*"/g, '…'));
      if (result.type === 'moves' && result.credited) seen.add('credited');
    }
    if (moved?.state.passBy) seen.add('a mail to pass by');
    if (moved?.state.detour) seen.add('a late mail');
  }, MANY);
  expect([...seen]).toEqual(
    expect.arrayContaining([
      'moves',
      'stays',
      'ends',
      'credited',
      'a mail to pass by',
      'a late mail',
      'step … is gone',
      'a mail is on its way: try again in a moment',
      'sales has the handoff …, and the new version has no handoff of that id',
    ]),
  );
});

// INV-MIGRATE-NO-SECOND-MAIL
test('no mail is sent a second time because its journey moved', () => {
  always(({ turns }) => {
    const mails = mailsIn(turns);
    expect(new Set(mails.map(({ template }) => template)).size).toBe(mails.length);
    expect(new Set(mails.map(({ key }) => key)).size).toBe(mails.length);
  });
});

// INV-MIGRATE-NOTHING-TWICE
test('no webhook, task or joined sequence comes a second time because its journey moved', () => {
  const seen = new Set<string>();
  always(
    ({ turns, edited: { to, map } }) => {
      const done = turns.flatMap(({ input: { definition, state, outcome }, advanced: { changes } }) => {
        const told = outcome?.effect === 'webhook' && state.place.type === 'performing' ? [state.place.stepId] : [];
        const given = changes.flatMap((change) =>
          change.type === 'join' ? [change.stepId] : change.type === 'task' ? [change.task.stepId] : [],
        );
        const nowOf = (id: string) => (definition === to || map.steps[id] === END ? id : (targetOf(map, to, id) ?? id));
        return [...told, ...given].map(nowOf);
      });
      for (const { advanced } of turns)
        for (const { kind, outcome } of advanced.decisions) if (outcome === 'skipped') seen.add(kind);
      expect(new Set(done).size).toBe(done.length);
    },
    { ...MANY, seed: 20260105 }, // rare things are to be seen, in every run
    editedEffects,
  );
  expect([...seen]).toEqual(expect.arrayContaining(['webhook', 'task', 'join']));
});

// INV-MIGRATE-NOTHING-LATE
test('an added mail behind the place of a journey is sent only when asked for', () => {
  always(({ turns, edited: { to, map, added }, moved }) => {
    if (!moved) return;
    const ahead = stepsAhead(to, moved.stepId);
    const strays = mailsIn(turns).filter(({ stepId }) => added.includes(stepId) && !ahead.has(stepId));
    expect(strays.filter(({ stepId }) => !map.late.includes(stepId))).toEqual([]);
  });
});

// INV-MIGRATE-ENDS
test('a journey that moved ends', () => {
  always(({ turns, edited: { from, to }, around }) => {
    const mostTurns = 2 + 3 * (from.steps.length + to.steps.length) + around.events.length + around.effects.length;
    expect(turns.length).toBeLessThanOrEqual(mostTurns);
    expect(turns.at(-1)?.advanced.move.type).toBe('end');
  });
});

// INV-MIGRATE-IDEMPOTENT
test('moving gives the same again, and from a version to itself changes nothing', () => {
  always(({ edited: { from, to, map }, moved }) => {
    if (!moved) return;
    const { state, facts, now } = moved.at;
    const change = { journeyId: JOURNEY_ID, facts, calendars, now };
    expect(migrated(state, { ...change, from, to, map })).toMatchObject({ type: 'moves', state: moved.state });
    if (moved.state.detour) return; // it is on its way already
    const again = migrated(moved.state, { ...change, from: to, to, map: SAME_STEPS });
    expect(again).toEqual({ type: 'moves', state: moved.state, stepId: moved.stepId, notes: [] });
  });
});
