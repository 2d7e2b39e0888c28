import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import type { Definition } from '../../../src/domain/sequence/definition';
import {
  behaving,
  contactOf,
  eventsOf,
  joined,
  LEAD,
  type Script,
  scripts,
  simulated,
  startOf,
  TRUTH_RULES,
  UNREAD,
  UNTIL,
} from '../../support/one-truth';
import { type Listed, plainly } from '../../support/plain';
import { definitions, LATER_STEPS } from '../../support/sequences';

/** More or fewer, and others: by these variables. */
const RUNS = Number(process.env.ONE_TRUTH_RUNS ?? 10_000);
const SEED = Number(process.env.ONE_TRUTH_SEED ?? 20260105);

const whole = definitions({ also: LATER_STEPS });

const plain = (sequence: Definition, script: Script, { isRead }: { readonly isRead: boolean }): readonly Listed[] =>
  plainly({
    sequence,
    others: [joined],
    rules: TRUTH_RULES,
    contact: contactOf(),
    lead: LEAD,
    hasConsent: script.hasConsent,
    startsAt: startOf(script),
    until: UNTIL,
    events: eventsOf(script),
    behaviour: behaving(script),
    ...(isRead ? {} : { unread: UNREAD }),
  });

/** A sequence that goes round at once throws in either way. */
function listOf(run: () => readonly Listed[]): readonly Listed[] | string {
  try {
    return run();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

// INV-ONE-TRUTH
test(`the simulation takes the same turns as advance alone (seed ${SEED}, ${RUNS} journeys)`, () => {
  let count = 0;
  fc.assert(
    fc.property(whole, scripts, (definition, script) => {
      count += 1;
      const isRead = count % 2 === 0;
      const one = listOf(() => simulated(definition, script, { isRead }));
      const other = listOf(() => plain(definition, script, { isRead }));
      // the matcher tells a difference well, and takes ten times as long to find none
      if (!isDeepStrictEqual(one, other)) expect(one).toEqual(other);
    }),
    { numRuns: RUNS, seed: SEED },
  );
}, 120_000);

test('the random journeys see every step type, deferrals, answers, ends of others, and rules', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(whole, scripts, (definition, script) => {
      const list = listOf(() => plain(definition, script, { isRead: true }));
      if (typeof list === 'string') return;
      const types = new Map(definition.steps.map(({ id, type }) => [id, type]));
      for (const { path, move, decisions } of list) {
        for (const id of path) seen.add(types.get(id) ?? 'joined');
        seen.add(move.type === 'perform' ? `performs ${move.effect.type}` : move.type);
        for (const { kind, outcome } of decisions) seen.add(`${kind} ${outcome}`);
      }
    }),
    { numRuns: 500, seed: SEED },
  );
  expect([...seen]).toEqual(
    expect.arrayContaining([
      ...['mail', 'wait', 'waitFor', 'checkpoint', 'split', 'update', 'score', 'task', 'webhook', 'join', 'goto'],
      ...[
        'handoff',
        'end',
        'performs mail',
        'performs handoff',
        'performs webhook',
        'await',
        'goal reached',
        'exit gone',
      ],
      ...['join done', 'join refused', 'join timeout', 'task reached', 'task overdue', 'webhook failed'],
      ...['handoff accepted', 'handoff recycled', 'handoff expired', 'experiment long', 'experiment short'],
    ]),
  );
}, 60_000);

test('a behaviour that differs in one answer is seen', () => {
  const differing = fc.sample(fc.tuple(whole, scripts), { numRuns: 200, seed: SEED }).filter(([definition, script]) => {
    const silent = { ...script, mails: script.mails.map((mail) => ({ ...mail, reaction: null })), events: [] };
    const list = listOf(() => plain(definition, script, { isRead: true }));
    return JSON.stringify(list) !== JSON.stringify(listOf(() => simulated(definition, silent, { isRead: true })));
  });
  expect(differing.length).toBeGreaterThan(20);
});
