import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { deliverySchema } from '../../src/domain/delivery/rules';
import { type Engine, startEngine } from '../../src/runtime/engine';
import { waitUntil } from '../../src/runtime/processes';
import type { SequenceVersion } from '../../src/store/sequences';
import type { TurnDeps } from '../../src/store/turn';
import { LINK_SECRET } from '../support/api';
import { testDatabase } from '../support/database';
import { aJourney, published, someone } from '../support/journeys';
import { TEMPLATES } from '../support/mailing';
import { SALES } from '../support/sales';
import { testTemporal } from '../support/temporal';

const PATIENCE_MS = 60_000;

/** A relay that notes when each mail came (ms), and for whom. */
interface Arrival {
  readonly at: number;
  readonly to: string;
}
let arrivals: Arrival[] = [];
const relay = new SMTPServer({
  closeTimeout: 500,
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onData(stream, session, done) {
    void text(stream).then(() => {
      arrivals.push({ at: performance.now(), to: session.envelope.rcptTo[0]?.address ?? '' });
      done();
    });
  },
});
let engines: Engine[] = [];
const stopEngines = async () => {
  await Promise.all(engines.map((engine) => engine.stop()));
  engines = [];
};

// before the servers' own hooks: these run in the order in which they stand
afterEach(async () => {
  await stopEngines();
  arrivals = [];
});
afterAll(() => new Promise<void>((resolve) => relay.close(resolve)));
const database = testDatabase(20);
const temporal = testTemporal();
beforeAll(async () => {
  relay.listen(0, '127.0.0.1');
  await once(relay.server, 'listening');
});

async function start(
  delivery: object | undefined,
  { taskQueue = `lanes-${randomUUID()}`, queues }: { taskQueue?: string; queues?: readonly string[] } = {},
) {
  const parsed = delivery && deliverySchema.parse(delivery);
  const rules = { ...SALES.rules, ...(parsed ? { delivery: parsed } : {}) };
  const { port } = relay.server.address() as AddressInfo; // it listens
  const engine = await startEngine({
    databaseUrl: database.url,
    temporal,
    taskQueue,
    rules,
    templates: TEMPLATES,
    mail: {
      smtpUrl: `smtp://127.0.0.1:${port}`,
      from: 'Viva <viva@viva.example>',
      postalAddress: 'Rua das Mudas 1',
      publicUrl: 'https://viva.example',
      linkSecret: LINK_SECRET,
    },
    ...(queues ? { queues } : {}),
  });
  engines.push(engine);
  return { taskQueue, turn: { rules } satisfies TurnDeps };
}

const aMail = () =>
  published(database.db, {
    purpose: 'transactional', // it needs no consent
    steps: [
      { id: 'hello', type: 'mail', template: 'hello' },
      { id: 'done', type: 'end' },
    ],
  });

/** So many leads enter, one after the other, with addresses at `domain`. */
async function enter(count: number, o: { turn: TurnDeps; version: SequenceVersion; domain: string }) {
  for (let n = 0; n < count; n += 1) {
    const who = await someone(database.db, { email: `${randomUUID()}@${o.domain}` });
    await aJourney(database.db, o.version, { who, now: Date.now() }, o.turn);
  }
}

const at = (domain: string) => arrivals.filter(({ to }) => to.endsWith(`@${domain}`));
async function arrived(count: number, domain: string): Promise<void> {
  const isThere = await waitUntil(() => Promise.resolve(at(domain).length >= count), PATIENCE_MS);
  if (!isThere) throw new Error(`of ${count} mails to ${domain} ${at(domain).length} came`);
}

const textOf = (events: unknown): string =>
  JSON.stringify(events, (_key, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value,
  );

/** Of the lane's queue on the server: its mails that wait, and its limit. */
async function laneOnServer(taskQueue: string, lane: string) {
  const { stats, config } = await temporal.connection.workflowService.describeTaskQueue({
    namespace: temporal.namespace,
    taskQueue: { name: `${taskQueue}-${lane}` },
    taskQueueType: 2, // activities
    reportStats: true,
    reportConfig: true,
  });
  return {
    waiting: Number(stats?.approximateBacklogCount ?? 0),
    perSecond: config?.queueRateLimit?.rateLimit?.requestsPerSecond,
  };
}

/** Lets leads enter while nobody serves the common lane, then serves it once so many mails wait in it. */
async function backlog(delivery: object, count: number, entries: (turn: TurnDeps) => Promise<void>): Promise<void> {
  const { turn, taskQueue } = await start(delivery, { queues: ['journeys'] });
  await entries(turn);
  const isThere = await waitUntil(async () => (await laneOnServer(taskQueue, 'mail')).waiting === count, PATIENCE_MS);
  if (!isThere) throw new Error(`${(await laneOnServer(taskQueue, 'mail')).waiting} of ${count} mails wait`);
  await start(delivery, { taskQueue, queues: ['mail'] });
}

test('no more mails go out than the provider takes, however many are due at once', async () => {
  const version = await aMail();
  await backlog({ provider: { perSecond: 10 } }, 50, (turn) => enter(50, { turn, version, domain: 'many.test' }));
  await arrived(50, 'many.test');
  const times = at('many.test').map((arrival) => arrival.at);
  // the server lets two seconds' worth pass at the beginning
  const lastingMs = (times[49] ?? 0) - (times[0] ?? 0);
  expect(lastingMs).toBeGreaterThan(((50 - 20) / 10) * 1000 - 500);
}, 90_000);

test('a sequence that comes late takes its turn among the mails of one that came with many', async () => {
  const [big, small] = [await aMail(), await aMail()];
  await backlog({ provider: { perSecond: 20 } }, 50, async (turn) => {
    await enter(40, { turn, version: big, domain: 'big.test' });
    await enter(10, { turn, version: small, domain: 'small.test' });
  });
  await arrived(10, 'small.test');
  await arrived(20, 'big.test');
  // of the middle ones, since each of the queue's partitions has turns of its own; in the order in which they came, big's would be first
  expect(at('small.test')[4]?.at).toBeLessThan(at('big.test')[19]?.at ?? 0);
}, 90_000);

test('of two sequences that wait, the one with three times the share has three turns for one of the other', async () => {
  const [big, small] = [await aMail(), await aMail()];
  await backlog({ provider: { perSecond: 20 }, shares: { [big.sequence]: 3 } }, 96, async (turn) => {
    for (let n = 0; n < 48; n += 1) {
      await enter(1, { turn, version: small, domain: 'small.test' });
      await enter(1, { turn, version: big, domain: 'big.test' });
    }
  });
  await waitUntil(() => Promise.resolve(arrivals.length >= 48), PATIENCE_MS);
  const turns = arrivals.slice(0, 48).filter(({ to }) => to.endsWith('@big.test')).length;
  // 36, give or take what the queue's partitions and the mails under way leave; in the order in which they came it would be 24
  expect(turns).toBeGreaterThanOrEqual(31);
  expect(turns).toBeLessThanOrEqual(41);
}, 90_000);

test('the server has the limit of each lane, and a later one in its place', async () => {
  const domains = { 'slow.test': { perSecond: 0.5 } };
  const queues = ['mail', 'mail-slow.test'];
  const { taskQueue } = await start({ provider: { perSecond: 10 }, domains }, { queues });
  const limits = async () => Promise.all(queues.map(async (lane) => (await laneOnServer(taskQueue, lane)).perSecond));
  expect(await limits()).toEqual([9.5, 0.5]);
  await stopEngines();
  await start({ provider: { perSecond: 4 }, domains }, { taskQueue, queues });
  expect(await limits()).toEqual([3.5, 0.5]);
  await stopEngines();
  await start({ domains }, { taskQueue, queues });
  expect(await limits()).toEqual([undefined, 0.5]);
});

test('a slow domain holds nobody up; its mails go out when its lane is no longer declared', async () => {
  const { turn, taskQueue } = await start({ domains: { 'slow.test': { perSecond: 0.5 } } });
  const version = await aMail();
  await enter(20, { turn, version, domain: 'slow.test' });
  await enter(20, { turn, version, domain: 'fast.test' });
  await arrived(20, 'fast.test');
  expect(at('slow.test').length).toBeLessThan(20);
  const where = { email: { endsWith: '@slow.test' } };
  const { id: contactId, email } = await database.db.contact.findFirstOrThrow({ where });
  const { id: journeyId } = await database.db.journey.findFirstOrThrow({ where: { contactId } });
  const { events } = await temporal.client.workflow.getHandle(`journey:${journeyId}`).fetchHistory();
  expect(textOf(events)).toContain('mail-slow.test');
  expect(textOf(events)).not.toContain(email);
  await stopEngines();
  await start(undefined, { taskQueue });
  await arrived(20, 'slow.test');
}, 90_000);

test('with no limits declared a mail stays on the queue of its journey', async () => {
  const { turn, taskQueue } = await start(undefined);
  const version = await aMail();
  await enter(1, { turn, version, domain: 'plain.test' });
  await arrived(1, 'plain.test');
  const { id } = await database.db.journey.findFirstOrThrow({ where: { versionId: version.id } });
  const handle = temporal.client.workflow.getHandle(`journey:${id}`);
  await handle.result();
  const { events } = await handle.fetchHistory();
  const queues = events?.flatMap(({ activityTaskScheduledEventAttributes: mail }) => mail?.taskQueue?.name ?? []);
  expect(queues).toEqual([taskQueue]);
});
