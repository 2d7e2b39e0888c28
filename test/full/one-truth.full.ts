import fc from 'fast-check';
import { chance } from '../../src/domain/chance';
import { type Json, newId } from '../../src/domain/ids';
import { type Script, scriptSchema } from '../../src/domain/rehearsal/script';
import type { ScriptedEvent } from '../../src/domain/rehearsal/scripted-event';
import { type Definition, definitionSchema } from '../../src/domain/sequence/definition';
import { behaviourOf } from '../../src/domain/simulation/model';
import { Simulation } from '../../src/domain/simulation/simulation';
import { runRehearsal } from '../../src/runtime/rehearsal/run';
import { connect, type Db, disconnect } from '../../src/store/db';
import { journeyIdFor } from '../../src/store/enrol';
import { absoluteEvents } from '../../src/store/reactions';
import { registerRehearsal } from '../../src/store/rehearsals';
import { someFacts } from '../support/builders';
import { TEST_KEYS } from '../support/keys';
import { LEAD } from '../support/one-truth';
import { AGREED, testRehearsals } from '../support/rehearsing';
import { JOINED, LATER_STEPS, type LaterStep, REHEARSED_JOINED, sequences } from '../support/sequences';

/** Step types beside the plain ones that live journeys have: all of them. */
const LIVE_STEPS: readonly LaterStep[] = LATER_STEPS;
const CASES = Number(process.env.LIVE_TRUTH_CASES ?? 200);
const SEED = Number(process.env.LIVE_TRUTH_SEED ?? 20260105);

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
/** A live journey is as late as its activities take; what would go otherwise if it were so late is no case. */
const LATE_MS = 4 * MINUTE;
/** Shorter journeys show little. */
const LEAST_DECISIONS = 4;
/** Live mails may be later than simulated ones by this much per step. */
const TOLERANCE_MS = LATE_MS;

const rehearsals = testRehearsals();

const joined = definitionSchema.parse(REHEARSED_JOINED);

interface Case {
  readonly input: Json;
  readonly definition: Definition;
  readonly email: string;
  readonly contactId: string;
  readonly registeredAt: number;
}

/** What is compared: each decision of the journey in order, and when mails went out. */
interface Told {
  readonly decisions: readonly string[];
  readonly mailedAt: readonly number[];
}

const drafts = fc.tuple(
  sequences({ isForwardOnly: true, also: LIVE_STEPS }),
  fc.constantFrom('engaged', 'passive', 'bounces', 'unsubscribes', 'asks_for_call', 'returns'),
  fc.array(
    fc.record({
      hours: fc.integer({ min: 1, max: 300 }),
      event: fc.constantFrom('page.viewed', 'mail.clicked', 'purchase'),
      order: fc.constantFrom(1, 2),
    }),
    { maxLength: 6 },
  ),
);

/** Shipped templates in place of the names that random sequences use. */
const withTemplates = (input: Json): Json =>
  JSON.parse(
    JSON.stringify(input).replaceAll('"hello"', '"course-programme"').replaceAll('"offer"', '"course-lesson"'),
  );

async function aCase(index: number, input: Json, registeredAt: number): Promise<Case> {
  const email = `c${index}@example.test`;
  const contactId = await rehearsals.person(email, {
    at: registeredAt,
    lead: { offer: 'truth', source: 'test' },
    consent: AGREED,
  });
  const named = { ...(withTemplates(input) as { readonly [key: string]: Json }), sequence: `truth-${index}` };
  return { input: named, definition: definitionSchema.parse(named), email, contactId, registeredAt };
}

/** An odd minute of an hour, so that no wait ends with it. */
function scriptOf(
  cases: readonly (readonly [string, typeof drafts extends fc.Arbitrary<infer T> ? T : never])[],
): Script {
  const contacts = cases.map(([email, [, persona, events]]) => [
    email,
    {
      persona,
      events: events.map(({ hours, event, order }, place) => ({
        at: `${hours}h ${23 + place}m`,
        event,
        properties: event === 'purchase' ? { order, reference: `${email}-${place}`, amount: 10 } : { order },
      })),
    },
  ]);
  const webhooks = { crm: { body: { plan: 'gold' } } };
  return scriptSchema.parse({ seed: SEED, webhooks, contacts: Object.fromEntries(contacts) });
}

interface Asked {
  readonly script: Script;
  readonly rehearsal: string;
  readonly startedAt: number;
  /** Everything that others do comes so much later. */
  readonly lateMs?: number;
  readonly startLateMs?: number;
}

/** The case in the simulation. */
function simulated({ definition, contactId, email, registeredAt }: Case, asked: Asked): Told {
  const { script, rehearsal, startedAt, lateMs = 0, startLateMs = 0 } = asked;
  const decisions: string[] = [];
  const mailedAt: number[] = [];
  const behaviour = behaviourOf({ script, draw: chance });
  const later = (events: readonly ScriptedEvent[]) => events.map((one) => ({ ...one, dueAt: one.dueAt + lateMs }));
  const simulation = new Simulation({
    rules: rehearsals.content.rules,
    sequences: new Map([definition, joined].map((one) => [one.sequence, one])),
    behaviour: {
      ...behaviour,
      afterMail: (actor, mail) => later(behaviour.afterMail(actor, mail)),
      afterOffer: (actor, offer) => later(behaviour.afterOffer(actor, offer)),
    },
    isRead: true,
    observer: {
      turned: (run, { advanced }) => {
        if (run.definition !== definition) return;
        for (const { kind, stepId, outcome } of advanced.decisions)
          if (kind !== 'stage' && kind !== 'score') decisions.push(`${stepId ?? ''} ${kind} ${outcome}`);
      },
      sent: (run, { stepId, at }) => {
        if (run.definition !== definition) return;
        decisions.push(`${stepId} send accepted`);
        mailedAt.push(at);
      },
      unsent: (run, { stepId, verdict }) =>
        run.definition === definition &&
        decisions.push(`${stepId} ${verdict.type === 'defer' ? 'defer deferred' : 'skip skipped'}`),
    },
  });
  const facts = someFacts();
  simulation.add(
    () => ({
      contact: { ...facts.contact, id: contactId, email, createdAt: registeredAt },
      lead: { ...LEAD, stage: 'new', createdAt: registeredAt },
      client: null,
      consents: new Map([['marketing', { granted: true, source: 'test', at: startedAt }]]),
      isNew: true,
    }),
    {
      sequence: definition.sequence,
      at: startedAt + startLateMs,
      journeyId: journeyIdFor(contactId, definition.sequence, rehearsal),
      planned: later(absoluteEvents(script, email, startedAt)),
    },
  );
  simulation.run(startedAt + 1000 * DAY);
  return { decisions, mailedAt };
}

/** The case as it went on the server. */
async function rehearsed(scratch: Db, { definition, contactId }: Case, rehearsal: string): Promise<Told> {
  const journeyId = journeyIdFor(contactId, definition.sequence, rehearsal);
  const rows = await scratch.decision.findMany({ where: { journeyId }, orderBy: { seq: 'asc' } });
  const sends = await scratch.send.findMany({
    where: { journeyId, status: 'accepted', handoffId: null },
    orderBy: { settledAt: 'asc' },
  });
  const told = rows.filter((row) => !STORED_ELSEWHERE.includes(row.kind) && !isOfStore(row));
  return {
    decisions: told.map(({ kind, stepId, outcome }) => `${stepId ?? ''} ${kind} ${outcome}`),
    mailedAt: sends.map(({ settledAt }) => settledAt?.getTime() ?? 0),
  };
}

/** What is decided outside of turns. */
const STORED_ELSEWHERE: readonly string[] = ['enter', 'score', 'stage', 'routing', 'consent', 'suppress', 'client'];

/** What the store says of a handoff, of a task, or of a sequence that refuses, beside what the turn says. */
function isOfStore({
  kind,
  outcome,
  reason,
  data,
}: {
  kind: string;
  outcome: string;
  reason: string;
  data: unknown;
}): boolean {
  if (kind === 'task') return ['open', 'cancelled'].includes(outcome);
  if (kind === 'join') return outcome === 'refused' && /^[a-z-]+: /.test(reason);
  return kind === 'handoff' && typeof data === 'object' && data !== null && 'handoffId' in data;
}

/** In a rehearsal each journey skips time by its own clock: of two that run beside each other one may be ahead. */
const runsBeside = ({ decisions }: Told): boolean =>
  decisions.some((said) => /join (?:timeout|entered|refused)$/.test(said));

const isSame = (one: Told, other: Told): boolean => JSON.stringify(one.decisions) === JSON.stringify(other.decisions);

test(`${CASES} random journeys go on the real server as in the simulation (seed ${SEED})`, async () => {
  const drawn = fc.sample(drafts, { numRuns: 6 * CASES, seed: SEED });
  const registeredAt = Date.now() - 30 * DAY;
  const all: Case[] = [];
  for (const [index, [input]] of drawn.entries()) all.push(await aCase(index, input, registeredAt));
  const script = scriptOf(drawn.map((draft, index) => [`c${index}@example.test`, draft] as const));
  const [rehearsal, startedAt] = [newId(), Date.now()];
  const asked = { script, rehearsal, startedAt };
  // what hangs on minutes is left out: live journeys are late by what their activities take
  const fitting = all.filter((one) => {
    const told = simulated(one, asked);
    if (told.decisions.length < LEAST_DECISIONS || runsBeside(told)) return false;
    const variations = [{ lateMs: LATE_MS }, { startLateMs: LATE_MS }];
    return variations.every((late) => isSame(told, simulated(one, { ...asked, ...late })));
  });
  // first those in which people matter: without them the simulation says something else
  const silent = { ...asked, script: scriptSchema.parse({ everyone: { persona: 'passive' }, reps: 'silent' }) };
  const isMoved = (one: Case) => !isSame(simulated(one, asked), simulated(one, silent));
  const [moved, unmoved] = [fitting.filter(isMoved), fitting.filter((one) => !isMoved(one))];
  const cases = [...moved, ...unmoved].slice(0, CASES);
  expect(moved.length).toBeGreaterThan(CASES / 4); // a control: what people do is seen
  expect(cases.length).toBe(CASES);
  const contactIds = cases.map(({ contactId }) => contactId);
  const joins = { sequence: JOINED, draft: { definition: REHEARSED_JOINED, source: '' }, contactIds: [] };
  const enter = cases.map(({ definition: { sequence }, input, contactId }) => ({
    sequence,
    draft: { definition: input, source: '' },
    contactIds: [contactId],
  }));
  const options = { name: 'one-truth', script, contactIds, enter: [joins, ...enter], sweep: false };
  const row = await registerRehearsal(rehearsals.database.db, { id: rehearsal, options, startedAt });
  const scratch = connect(await runRehearsal({ platform: rehearsals.platform, row }), 4, TEST_KEYS);
  try {
    const different: object[] = [];
    const lateBy: number[] = [];
    for (const one of cases) {
      const [inPureCode, live] = [simulated(one, asked), await rehearsed(scratch, one, rehearsal)];
      const lates = live.mailedAt.map((at, place) => Math.abs(at - (inPureCode.mailedAt[place] ?? 0)));
      lateBy.push(...lates);
      if (!isSame(inPureCode, live) || lates.some((late) => late > TOLERANCE_MS))
        different.push({ sequence: one.input, inPureCode, live });
    }
    process.stderr.write(
      `${cases.length} journeys, ${lateBy.length} mails, the latest ${Math.max(0, ...lateBy)} ms apart\n`,
    );
    expect(different).toEqual([]);
  } finally {
    await disconnect(scratch);
  }
});
