import { newId } from '../src/domain/ids';
import { inParallel } from '../src/runtime/in-parallel';
import { waitUntil } from '../src/runtime/processes';
import { type Db, single, transaction } from '../src/store/db';
import { enrol } from '../src/store/enrol';
import { ingest } from '../src/store/ingest';
import { register } from '../src/store/registration';
import { findVersion, publish, type SequenceVersion } from '../src/store/sequences';
import type { TurnDeps } from '../src/store/turn';

const AT_ONCE = 10;
const LIMIT_MS = 30 * 60_000;
/** A journey takes one of these at each event. */
const WAITS = 40;

const PARKED = {
  sequence: 'parked',
  title: 'Parked',
  audience: 'lead',
  enter: {},
  steps: [
    ...Array.from({ length: WAITS }, (_, index) => ({
      id: `w${index}`,
      type: 'waitFor',
      event: 'page.viewed',
      timeout: '30d',
      onTimeout: 'done',
    })),
    { id: 'done', type: 'end' },
  ],
};

export interface Parked {
  readonly contactId: string;
  readonly journeyId: string;
}

export async function parkedVersion(db: Db): Promise<SequenceVersion> {
  const { id } = await publish(db, { definition: PARKED, source: 'bench', now: Date.now() });
  return transaction(db, (tx) => findVersion(tx, id));
}

/** Leads enter and wait for days; resolves when the outbox has started all of them. */
export async function park(
  db: Db,
  o: { readonly turn: TurnDeps; readonly version: SequenceVersion; readonly count: number },
): Promise<readonly Parked[]> {
  const { turn, version } = o;
  const parked: Parked[] = [];
  await inParallel(Array.from({ length: o.count }, newId), AT_ONCE, async (key) => {
    const { contactId, leadId } = await register(db, turn, {
      idempotencyKey: key,
      at: Date.now(),
      contact: { email: `${key}@example.test`, name: 'Ana' },
      lead: { offer: 'bench', source: 'bench' },
    });
    const enrolment = { contactId, leadId, version, now: Date.now(), origin: 'bench', cause: leadId };
    const entered = await transaction(db, (tx) => enrol(tx, turn, enrolment));
    if (entered.type === 'refused') throw new Error(entered.reason);
    parked.push({ contactId, journeyId: entered.journeyId });
    if (parked.length % 1000 === 0) process.stderr.write(`  ${parked.length} of ${o.count} have entered\n`);
  });
  await outboxEmpty(db);
  return parked;
}

/** One event each, so that each takes one step; resolves when all have. */
export async function wake(db: Db, turn: TurnDeps, chosen: readonly Parked[]): Promise<void> {
  const before = await turnsOf(db, chosen);
  await inParallel([...chosen], AT_ONCE, ({ contactId }) =>
    ingest(db, turn, { type: 'page.viewed', contactId, at: Date.now(), idempotencyKey: newId() }).then(() => undefined),
  );
  await until(async () => (await turnsOf(db, chosen)) >= before + chosen.length, 'the steps were not taken');
}

async function outboxEmpty(db: Db): Promise<void> {
  await until(async () => (await jobs(db)) === 0, 'the outbox does not empty');
}

async function until(isTrue: () => Promise<boolean>, problem: string): Promise<void> {
  if (!(await waitUntil(isTrue, LIMIT_MS))) throw new Error(problem);
}

async function jobs(db: Db): Promise<number> {
  const [row] = await single(db).$queryRaw<{ count: number }[]>`
    SELECT count(*)::float8 AS count FROM graphile_worker._private_jobs`;
  return row?.count ?? 0;
}

async function turnsOf(db: Db, chosen: readonly Parked[]): Promise<number> {
  const ids = chosen.map(({ journeyId }) => journeyId);
  const [row] = await single(db).$queryRaw<{ turns: number }[]>`
    SELECT coalesce(sum(turn), 0)::float8 AS turns FROM journey WHERE id = ANY(${ids}::uuid[])`;
  return row?.turns ?? 0;
}
