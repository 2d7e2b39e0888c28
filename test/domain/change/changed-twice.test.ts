import fc from 'fast-check';
import { stepsAhead } from '../../../src/domain/change/ahead';
import { migrated } from '../../../src/domain/change/migrated';
import { JOURNEY_ID, someRules } from '../../support/builders';
import { deepFrozen, drive, happenings, type TakenTurn } from '../../support/drive';
import { type EditedSequence, editedTwice } from '../../support/edits';

const { calendars } = someRules;

interface Run {
  readonly turns: readonly TakenTurn[];
  /** The changes that it has moved by, each with the steps that stood ahead of it then. */
  readonly moves: readonly {
    readonly edited: EditedSequence;
    readonly ahead: ReadonlySet<string>;
    readonly turn: number;
  }[];
}

/** Moves a journey twice, each time at a turn or as soon after as it can move. */
function run(changes: readonly EditedSequence[], around: Parameters<typeof drive>[1], when: readonly number[]): Run {
  const moves: Run['moves'][number][] = [];
  const [first] = changes;
  if (!first) throw new Error('there are two');
  const turns = drive(first.from, around, {
    beforeTurn: ({ turn, state, facts, now }) => {
      const edited = changes[moves.length];
      if (!edited || turn < Math.max(1, when[moves.length] ?? 1)) return undefined;
      const { from, to, map } = edited;
      const result = migrated(deepFrozen(state), { from, to, map, journeyId: JOURNEY_ID, facts, calendars, now });
      if (result.type !== 'moves') return undefined;
      moves.push({ edited, ahead: stepsAhead(to, result.stepId), turn });
      return { definition: to, state: result.state };
    },
  });
  return { turns, moves };
}

const runs = fc.tuple(editedTwice, happenings, fc.tuple(fc.nat(4), fc.nat(6)));

function mailsIn(turns: readonly TakenTurn[]) {
  return turns.flatMap(({ input: { definition, state, outcome, turn } }) => {
    if (outcome?.effect !== 'mail' || outcome.status === 'deferred' || state.place.type !== 'performing') return [];
    const { stepId, key } = state.place;
    const step = definition.steps.find(({ id }) => id === stepId);
    return step?.type === 'mail' ? [{ template: step.template, stepId, key, turn }] : [];
  });
}

// INV-MIGRATE-NO-SECOND-MAIL
function neverTwice({ turns }: Run): void {
  const mails = mailsIn(turns);
  const templates = mails.map(({ template }) => template);
  expect(templates).toEqual([...new Set(templates)]);
  expect(new Set(mails.map(({ key }) => key)).size).toBe(mails.length);
}

// INV-MIGRATE-NOTHING-LATE
function nothingLate({ turns, moves }: Run): void {
  for (const [index, { edited, ahead, turn }] of moves.entries()) {
    const until = moves[index + 1]?.turn ?? Number.POSITIVE_INFINITY;
    const onIt = mailsIn(turns).filter((mail) => mail.turn >= turn && mail.turn < until);
    const late = onIt.filter(({ stepId }) => edited.added.includes(stepId) && !ahead.has(stepId));
    expect(late.filter(({ stepId }) => !edited.map.late.includes(stepId))).toEqual([]);
  }
}

test('through two changes, or one that is taken back, no mail comes twice, none comes late, and the journey ends', () => {
  let movedTwice = 0;
  const property = fc.property(runs, ([changes, around, when]) => {
    const ran = run(changes, around, when);
    movedTwice += ran.moves.length === 2 ? 1 : 0;
    neverTwice(ran);
    nothingLate(ran);
    expect(ran.turns.at(-1)?.advanced.move.type).toBe('end'); // INV-MIGRATE-ENDS
  });
  fc.assert(property, { numRuns: 1500 });
  expect(movedTwice).toBeGreaterThan(75); // a control: there was something to go wrong
});
