import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowNotFoundError } from '@temporalio/client';
import { newId } from '../src/domain/ids';
import { readConfig } from '../src/runtime/config';
import { loadContent } from '../src/runtime/content';
import { type Engine, startEngine } from '../src/runtime/engine';
import { inParallel } from '../src/runtime/in-parallel';
import { allowRehearsals, inboxOf } from '../src/runtime/rehearsal/platform';
import { type System, startSystem, temporalOf } from '../src/runtime/system';
import { transaction } from '../src/store/db';
import { enrol } from '../src/store/enrol';
import { type Registered, register } from '../src/store/registration';
import { REHEARSAL_QUEUE } from '../src/store/rehearsals';
import { findVersion, publish, type SequenceVersion } from '../src/store/sequences';
import { type BareRunner, startBare } from './bare';
import { countStatements } from './statements';

/** What the budget of a journey is measured on, see docs/decisions. The checkpoint reads the score: a real read of facts. */
const REFERENCE = {
  sequence: 'reference',
  title: 'Reference',
  audience: 'lead',
  enter: {},
  steps: [
    { id: 'hello', type: 'mail', template: 'course-programme' },
    { id: 'rest', type: 'wait', for: '2d' },
    { id: 'is-hot', type: 'checkpoint', when: { fact: 'lead.score', atLeast: 40 } },
    { id: 'again', type: 'mail', template: 'course-programme' },
    { id: 'done', type: 'end' },
  ],
} as const;
const STEPS = REFERENCE.steps.length;
const JOURNEYS = 100;
const ROUNDS = 3;
const ENTERING_AT_ONCE = 10;

/**
 * Events and statements of one reference journey, and steps per second against a bare workflow of the same history shape: same
 * server, same run, rounds by turns, the median of the ratios.
 */
export async function journeyBench(): Promise<{ readonly [figure: string]: number }> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'viveiro-bench-'));
  const config = readConfig({ ...process.env, VIVEIRO_DATA_DIR: dataDir });
  const system = await startSystem(config, { environment: {}, isInboxWanted: true, survivesPowerLoss: false });
  try {
    return await measure(system, await loadContent(config));
  } finally {
    await system.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function measure(system: System, { rules, templates }: Awaited<ReturnType<typeof loadContent>>) {
  const temporal = temporalOf(system);
  await allowRehearsals(temporal.connection, temporal.namespace);
  const taskQueue = `${REHEARSAL_QUEUE}bench`;
  const { linkSecret, databaseUrl } = system;
  const mail = {
    smtpUrl: inboxOf(system),
    from: 'a@example.test',
    postalAddress: 'Here',
    publicUrl: 'http://x',
    linkSecret,
  };
  // no quiet hours and no caps: the bench measures steps, not waits
  const open = { ...rules, gate: { ...rules.gate, caps: [], quietHours: undefined } };
  const engine = await startEngine({ databaseUrl, temporal, taskQueue, rules: open, templates, mail });
  const bare = await startBare({
    client: engine.client,
    connection: temporal.nativeConnection,
    taskQueue: `${REHEARSAL_QUEUE}bare`,
  });
  try {
    return await compare(engine, bare);
  } finally {
    await bare.stop();
    await engine.stop();
  }
}

async function compare(engine: Engine, bare: BareRunner) {
  const version = await reference(engine);
  await runJourneys(engine, version, await leads(engine, 5)); // warm: plans, connections, sandbox
  await bare.run(5);
  const one = await leads(engine, 1);
  let ran: readonly string[] = [];
  const sqlStatements = await countStatements(async () => {
    ran = await runJourneys(engine, version, one);
  });
  const history = await engine.client.workflow.getHandle(`journey:${ran[0]}`).fetchHistory();
  const rounds: { readonly own: number; readonly bare: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const entering = await leads(engine, JOURNEYS);
    rounds.push({
      own: await stepsPerSecond(() => runJourneys(engine, version, entering)),
      bare: await stepsPerSecond(() => bare.run(JOURNEYS)),
    });
  }
  const ratios = rounds.map((round) => round.own / round.bare);
  return {
    historyEvents: history.events?.filter(({ eventType }) => eventType !== SKIPPED).length ?? 0,
    skipEvents: history.events?.filter(({ eventType }) => eventType === SKIPPED).length ?? 0,
    bareHistoryEvents: await bare.historyEvents(),
    sqlStatements,
    stepsPerSecond: rounded(median(rounds.map(({ own }) => own))),
    bareStepsPerSecond: rounded(median(rounds.map((round) => round.bare))),
    ratio: Math.round(median(ratios) * 100) / 100,
  };
}

/** temporal.api.enums.v1.EventType: one more event for each skip, which a journey in real time does not have. */
const SKIPPED = 60;

async function reference({ db }: Engine): Promise<SequenceVersion> {
  const { id } = await publish(db, { definition: REFERENCE, source: 'bench', now: Date.now() });
  return transaction(db, (tx) => findVersion(tx, id));
}

/** Leads with consent: the bench begins when they enter. */
async function leads({ db, turn }: Engine, count: number): Promise<readonly Registered[]> {
  const made: Registered[] = [];
  for (let index = 0; index < count; index += 1)
    made.push(
      await register(db, turn, {
        idempotencyKey: newId(),
        at: Date.now(),
        contact: { email: `${newId()}@example.test`, name: 'Ana' },
        lead: { offer: 'bench', source: 'bench' },
        consent: { purpose: 'marketing', granted: true, basis: 'consent', text: 'yes' },
      }),
    );
  return made;
}

/** Enters the leads, and follows their journeys to the end. Answers the ids of the journeys. */
async function runJourneys(
  engine: Engine,
  version: SequenceVersion,
  entering: readonly Registered[],
): Promise<readonly string[]> {
  const { db, turn } = engine;
  const ids: string[] = [];
  await inParallel(entering, ENTERING_AT_ONCE, async ({ contactId, leadId }) => {
    const enrolment = { contactId, leadId, version, now: Date.now(), origin: 'bench', cause: leadId };
    const entered = await transaction(db, (tx) => enrol(tx, turn, enrolment));
    if (entered.type === 'refused') throw new Error(entered.reason);
    ids.push(entered.journeyId);
  });
  await Promise.all(ids.map((id) => ended(engine.client, `journey:${id}`)));
  return ids;
}

/** The outbox may not have started it yet. */
async function ended(client: Engine['client'], workflowId: string): Promise<void> {
  for (;;)
    try {
      await client.workflow.getHandle(workflowId).result();
      return;
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      await sleep(5);
    }
}

async function stepsPerSecond(run: () => Promise<unknown>): Promise<number> {
  const beganAt = performance.now();
  await run();
  return (JOURNEYS * STEPS * 1000) / (performance.now() - beganAt);
}

const rounded = (value: number): number => Math.round(value * 10) / 10;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
