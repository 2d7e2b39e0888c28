import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { conditionSchema } from '../../src/domain/conditions';
import { readConfig } from '../../src/runtime/config';
import { startSystem } from '../../src/runtime/system';
import { connect, type Db, disconnect, transaction } from '../../src/store/db';
import { membersOf, membersQuery, type SegmentAsked } from '../../src/store/segments';
import { CONTACTS, NOW, populate } from './population';

const ROUNDS = 3;
const HALF_LIFE = 14 * 86_400_000;

/** What a marketer asks: leads that fit or are warm, of two countries, who clicked lately and bought nothing since. */
const WARM = {
  all: [
    {
      any: [
        { fact: 'lead.grade', in: ['A', 'B'] },
        { fact: 'lead.score', atLeast: 20 },
      ],
    },
    { fact: 'lead.stage', in: ['new', 'nurturing', 'recycled'] },
    { fact: 'contact.attributes.country', in: ['BR', 'PT'] },
    { fact: 'contact.tags', includesNone: ['do-not-call'] },
    { did: 'mail.clicked', within: '180d', atLeast: 1 },
    { did: 'page.seen', within: '365d', atLeast: 2 },
    { not: { did: 'order.placed', within: '90d' } },
  ],
};
/** The same with what is harder: windows that count, inside an `any`, and properties of events. */
const WINDOWS = {
  any: [
    { all: [WARM, { fact: 'organisation.size', between: [10, 250] }] },
    { did: 'order.placed', within: '365d', atLeast: 2, where: { fact: 'event.total', atLeast: 300 } },
    {
      all: [
        { did: 'form.submitted', atMost: 0 },
        { fact: 'contact.attributes.born', anniversary: 'in 7d' },
      ],
    },
  ],
};

const asked = (input: unknown): SegmentAsked => ({
  condition: conditionSchema.parse(input),
  now: NOW,
  halfLife: HALF_LIFE,
});

/**
 * Seconds to find all members of a segment among a million contacts, the first time and in the median; beside the seconds of
 * counting the rows of the same tables, as a measure of the machine. PostgreSQL is as `viveiro start` starts it.
 */
export async function segmentBench(flags: readonly string[] = []): Promise<{ readonly [figure: string]: number }> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'viveiro-bench-'));
  const system = await startSystem(readConfig({ VIVEIRO_DATA_DIR: dataDir }), { without: ['Temporal', 'inbox'] });
  try {
    const { interactions } = await populate(system.databaseUrl);
    const db = connect(system.databaseUrl, 2, system.keys);
    try {
      const figures = await measure(db);
      if (flags.includes('--explain')) for (const one of [WARM, WINDOWS]) await explain(db, asked(one));
      return { contacts: CONTACTS, interactions, ...figures };
    } finally {
      await disconnect(db);
    }
  } finally {
    await system.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function measure(db: Db) {
  const warm = await rounds(() => transaction(db, (tx) => membersOf(tx, asked(WARM))));
  const windows = await rounds(() => transaction(db, (tx) => membersOf(tx, asked(WINDOWS))));
  const baseline = await rounds(() => countRows(db));
  return {
    members: warm.answer.length,
    seconds: warm.seconds,
    firstSeconds: warm.firstSeconds,
    windowMembers: windows.answer.length,
    windowSeconds: windows.seconds,
    baselineSeconds: baseline.seconds,
    ratio: Math.round((warm.seconds / baseline.seconds) * 10) / 10,
  };
}

const countRows = (db: Db) =>
  db.$queryRaw`SELECT (SELECT count(*)::float8 FROM contact WHERE email <> ''), (SELECT count(*)::float8 FROM lead WHERE offer <> ''),
    (SELECT count(*)::float8 FROM interaction WHERE type <> '')`;

async function rounds<T>(work: () => Promise<T>) {
  const times: number[] = [];
  let answer = await timed(work, times);
  for (let round = 1; round < ROUNDS; round += 1) answer = await timed(work, times);
  const [firstSeconds = Number.NaN] = times;
  const median = times.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.NaN;
  return { answer, seconds: rounded(median), firstSeconds: rounded(firstSeconds) };
}

async function timed<T>(work: () => Promise<T>, times: number[]): Promise<T> {
  const beganAt = performance.now();
  const answer = await work();
  times.push((performance.now() - beganAt) / 1000);
  return answer;
}

const rounded = (seconds: number): number => Math.round(seconds * 1000) / 1000;

/** To standard error, which keeps `--json` one object. */
async function explain(db: Db, segment: SegmentAsked): Promise<void> {
  const lines = await transaction(db, async (tx) => {
    await membersOf(tx, segment); // sets what the transaction may use, as for a real one
    return tx.$queryRaw<{ 'QUERY PLAN': string }[]>`EXPLAIN (ANALYZE, BUFFERS OFF, SETTINGS) ${membersQuery(segment)}`;
  });
  process.stderr.write(`${lines.map((line) => line['QUERY PLAN']).join('\n')}\n\n`);
}
