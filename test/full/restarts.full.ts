import { chownSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { serverUser } from '../../src/runtime/access';
import { readConfig } from '../../src/runtime/config';
import { type Engine, startEngine } from '../../src/runtime/engine';
import { type Pg, startPostgres } from '../../src/runtime/postgres/embedded';
import { waitUntil } from '../../src/runtime/processes';
import { connectTo, type TemporalConnection } from '../../src/runtime/temporal/connect';
import { findTemporal, temporalSources } from '../../src/runtime/temporal/find';
import { startTemporalServer, type TemporalServer } from '../../src/runtime/temporal/server';
import { temporaryFolder } from '../../src/runtime/temporary-folder';
import { connect, type Db, disconnect } from '../../src/store/db';
import { migrate } from '../../src/store/migrate';
import { migrateOutbox } from '../../src/store/outbox-schema';
import { listUncertain } from '../../src/store/sends';
import { ensureSearchAttributes } from '../../src/worker/search-attributes';
import { aJourney, published } from '../support/journeys';
import { TEST_KEYS } from '../support/keys';
import { TEMPLATES } from '../support/mailing';
import { SALES } from '../support/sales';
import { type ScriptedSmtp, scriptedSmtp } from '../support/scripted-smtp';
import { LINK_SECRET } from '../support/secret';

/** Restarts of each server, and journeys that enter before each. */
const ROUNDS = Number(process.env.RESTARTS ?? 4);
const JOURNEYS = 30;
const PATIENCE_MS = 240_000;

const folder = temporaryFolder(tmpdir(), 'restarts');
let postgres: Pg;
let temporal: TemporalServer;
let connected: TemporalConnection;
let engine: Engine | undefined;
let relay: ScriptedSmtp;
let db: Db;

const NAME = 'restarted';
/** Ended at once, as by a fault: it recovers from its log when it starts again. */
const launchPostgres = (port?: number) =>
  startPostgres({
    dataDir: path.join(folder.path, 'pg/data'),
    logFile: path.join(folder.path, 'pg.log'),
    flags: ['-F'],
    isTemporary: true,
    port,
  });
const launchTemporal = async (port?: number) =>
  startTemporalServer({
    program: await findTemporal(temporalSources(readConfig(process.env).cacheDir)),
    namespace: 'default',
    logFile: path.join(folder.path, 'temporal.log'),
    storage: { database: path.join(folder.path, 'temporal.db'), pidFile: path.join(folder.path, 'temporal.pid') },
    port,
  });

beforeAll(async () => {
  mkdirSync(path.join(folder.path, 'pg'));
  if (serverUser) for (const one of ['', 'pg']) chownSync(path.join(folder.path, one), serverUser.uid, serverUser.gid);
  [postgres, temporal, relay] = await Promise.all([launchPostgres(), launchTemporal(), scriptedSmtp()]);
  db = connect(postgres.url(), undefined, TEST_KEYS);
  await db.$executeRawUnsafe(`CREATE DATABASE ${NAME}`);
  await disconnect(db);
  await migrate(postgres.url(NAME));
  await migrateOutbox(postgres.url(NAME));
  db = connect(postgres.url(NAME), undefined, TEST_KEYS);
  connected = await connectTo({ address: temporal.address }, 'default', 30_000);
  await ensureSearchAttributes(connected.connection, 'default');
  engine = await startEngine({
    databaseUrl: postgres.url(NAME),
    temporal: connected,
    taskQueue: 'restarts',
    rules: SALES.rules,
    templates: TEMPLATES,
    mail: {
      smtpUrl: relay.url,
      from: 'Viva <viva@viva.example>',
      postalAddress: 'Rua das Mudas 1',
      publicUrl: 'https://viva.example',
      linkSecret: LINK_SECRET,
    },
  });
});
afterAll(async () => {
  await engine?.stop();
  await connected?.close();
  if (db) await disconnect(db);
  await Promise.all([postgres?.stop(), temporal?.stop(), relay?.stop()]);
  await folder.remove();
});

const RESTARTS = {
  async postgres() {
    await postgres.stop();
    postgres = await launchPostgres(postgres.port);
  },
  async temporal() {
    await temporal.stop();
    temporal = await launchTemporal(temporal.port);
  },
};

const openSends = async (): Promise<number> => {
  try {
    return await db.send.count({ where: { status: { in: ['planned', 'claimed', 'dispatching', 'deferred'] } } });
  } catch {
    return -1; // it is being restarted
  }
};

/** Sends whose message came more than once. */
function twice(): readonly string[] {
  const ids = relay.messages.map((message) => /^Message-ID: <([^@]+)/m.exec(message)?.[1] ?? '');
  return [...new Set(ids.filter((id, place) => ids.indexOf(id) < place))];
}

// INV-ONE-MAIL
test(`PostgreSQL and Temporal that restart ${ROUNDS} times each under way: nothing goes out twice, and nothing is lost`, async () => {
  const version = await published(db, {
    purpose: 'other', // no consent is asked for it, and it is held when in doubt
    steps: [
      { id: 'first', type: 'mail', template: 'hello' },
      { id: 'done', type: 'end' },
    ],
  });
  for (let round = 0; round < ROUNDS; round += 1)
    for (const restart of [RESTARTS.postgres, RESTARTS.temporal]) {
      for (let n = 0; n < JOURNEYS; n += 1) await aJourney(db, version, { now: Date.UTC(2026, 0, 5, 12) });
      const heard = relay.messages.length;
      expect(await waitUntil(() => relay.messages.length > heard, PATIENCE_MS)).toBe(true);
      await restart();
    }
  expect(await waitUntil(async () => (await openSends()) === 0, PATIENCE_MS)).toBe(true);
  const rows = await db.send.findMany();
  const stands = (status: string) => rows.filter((row) => row.status === status).length;
  const listed = await listUncertain(db);
  process.stderr.write(
    `${JSON.stringify({ sends: rows.length, accepted: stands('accepted'), unknown: stands('unknown'), messages: relay.messages.length })}\n`,
  );
  expect(twice()).toEqual([]);
  expect(rows).toHaveLength(2 * ROUNDS * JOURNEYS);
  expect(stands('accepted') + stands('unknown')).toBe(rows.length);
  expect(listed).toHaveLength(stands('unknown'));
  expect(relay.messages.length).toBeGreaterThanOrEqual(stands('accepted'));
  const ended = async () => (await db.journey.count({ where: { status: 'running' } })) === 0;
  expect(await waitUntil(ended, PATIENCE_MS)).toBe(true);
});
