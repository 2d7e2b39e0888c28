import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { simpleParser } from 'mailparser';
import nodemailer from 'nodemailer';
import { createActivities } from '../src/activities';
import type { SendRequest } from '../src/activities/begin-send';
import type { MailDeps } from '../src/activities/mail-deps';
import { newId } from '../src/domain/ids';
import type { OutgoingMail } from '../src/mail/delivery';
import { createTransport } from '../src/mail/transport';
import { readConfig } from '../src/runtime/config';
import { loadContent } from '../src/runtime/content';
import { inParallel } from '../src/runtime/in-parallel';
import { startSystem } from '../src/runtime/system';
import { connect, type Db, disconnect, transaction } from '../src/store/db';
import { enrol } from '../src/store/enrol';
import { register } from '../src/store/registration';
import { findVersion, publish, type SequenceVersion } from '../src/store/sequences';
import { takeTurn } from '../src/store/turn';
import { countTraffic } from './statements';
import { RUNS_TYPESCRIPT } from './typescript';

const SEQUENCE = {
  sequence: 'one-mail',
  title: 'One mail',
  audience: 'lead',
  enter: {},
  steps: [
    { id: 'hello', type: 'mail', template: 'course-programme' },
    { id: 'rest', type: 'wait', for: '2d' },
    { id: 'done', type: 'end' },
  ],
} as const;
const MAILS = 400;
const ROUNDS = 5;
const CONNECTIONS = 5;
/** Mails under way at once: some are claimed or settled while others are on the wire. */
const AT_ONCE = 10;

type Figures = { readonly [figure: string]: number };

/**
 * Mails per second from claim to accepted into a sink of another process, each with its gate, ledger, decision, event and turn, and
 * those of nodemailer alone: the same bytes, connections and sink, rounds by turns, the median of the ratios.
 */
export async function sendBench(): Promise<Figures> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'viveiro-bench-'));
  const config = readConfig({ ...process.env, VIVEIRO_DATA_DIR: dataDir });
  const system = await startSystem(config, { without: ['Temporal', 'inbox'], survivesPowerLoss: false });
  const db = connect(system.databaseUrl, 2 * AT_ONCE, system.keys);
  const sink = await startSink();
  try {
    const { rules, templates } = await loadContent(config);
    // no quiet hours and no caps: the bench measures mails, not waits
    const turn = { rules: { ...rules, gate: { ...rules.gate, caps: [], quietHours: undefined } } };
    const deps: MailDeps = {
      db,
      turn,
      templates,
      transport: createTransport(sink.url, { connections: CONNECTIONS }),
      from: 'Viva <viva@viva.example>',
      postalAddress: 'Here',
      publicUrl: 'https://viva.example',
      linkSecret: system.linkSecret,
    };
    return await measured(db, deps, sink.url);
  } finally {
    sink.stop();
    await disconnect(db);
    await system.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function startSink() {
  const child = spawn(process.execPath, [...RUNS_TYPESCRIPT, path.join(__dirname, 'sink.ts')], {
    stdio: ['ignore', 2, 2, 'ipc'], // standard output is for the figures
  });
  const [url] = (await once(child, 'message')) as [string]; // as sink.ts sends it
  return { url, stop: () => child.disconnect() };
}

async function measured(db: Db, deps: MailDeps, url: string): Promise<Figures> {
  const { id } = await publish(db, { definition: SEQUENCE, source: 'bench', now: Date.now() });
  const version = await transaction(db, (tx) => findVersion(tx, id));
  const { sendMail } = createActivities({ ...deps, secretOf: () => undefined });
  const send = (requests: readonly SendRequest[]) => inParallel(requests, AT_ONCE, sendMail);
  await send(await waitingMails(db, deps, { version, count: 50 })); // warm: plans, connections, templates
  const sample = await sampleOf(db, deps, version);
  const bare = await bareSender(url, sample);
  await bare.send(50);
  const one = await waitingMails(db, deps, { version, count: 1 });
  const { statements, bytes } = await countTraffic(() => send(one));
  const rounds: { readonly own: number; readonly bare: number; readonly cpu: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const requests = await waitingMails(db, deps, { version, count: MAILS });
    const before = process.cpuUsage();
    const own = await perSecond(() => send(requests));
    const { user, system } = process.cpuUsage(before);
    rounds.push({ own, bare: await perSecond(() => bare.send(MAILS)), cpu: (user + system) / 1000 / MAILS });
  }
  bare.close();
  await deps.transport.close();
  return {
    mailsPerSecond: rounded(median(rounds.map(({ own }) => own)), 1),
    bareMailsPerSecond: rounded(median(rounds.map((round) => round.bare)), 1),
    ratio: rounded(median(rounds.map((round) => round.own / round.bare)), 3),
    statementsPerMail: statements,
    sqlBytesPerMail: bytes,
    bytesPerMail: sample.source.length,
    cpuMsPerMail: rounded(median(rounds.map(({ cpu }) => cpu)), 2),
    connections: CONNECTIONS,
  };
}

/** Journeys that stand at their mail, and what their workflows ask for. */
async function waitingMails(
  db: Db,
  { turn }: MailDeps,
  { version, count }: { readonly version: SequenceVersion; readonly count: number },
): Promise<readonly SendRequest[]> {
  const requests: SendRequest[] = [];
  const now = Date.now();
  await inParallel(Array.from({ length: count }, newId), AT_ONCE, async (name) => {
    const { contactId, leadId } = await register(db, turn, {
      idempotencyKey: name,
      at: now,
      contact: { email: `${name}@example.test`, name: 'Ana' },
      lead: { offer: 'bench', source: 'bench' },
      consent: { purpose: 'marketing', granted: true, basis: 'consent', text: 'yes' },
    });
    const enrolment = { contactId, leadId, version, now, origin: 'bench', cause: leadId };
    const entered = await transaction(db, (tx) => enrol(tx, turn, enrolment));
    if (entered.type === 'refused') throw new Error(entered.reason);
    const { journeyId } = entered;
    const taken = await transaction(db, (tx) => takeTurn(tx, turn, { journeyId, turn: 0, now }));
    if (taken.move.type !== 'perform') throw new Error(`it stands at ${taken.move.type}`);
    const { stepId, effect } = taken.move;
    requests.push({ journeyId, turn: taken.turn, stepId, key: effect.key, now });
  });
  return requests;
}

/** One of the mails, as it goes over the wire. */
async function sampleOf(db: Db, deps: MailDeps, version: SequenceVersion): Promise<OutgoingMail> {
  let sample: OutgoingMail | undefined;
  const transport: MailDeps['transport'] = {
    async deliver(mail, { onDispatch }) {
      sample = mail;
      await onDispatch();
      return { type: 'accepted', response: '250 ok' };
    },
    close: async () => undefined,
  };
  const { sendMail } = createActivities({ ...deps, transport, secretOf: () => undefined });
  for (const request of await waitingMails(db, deps, { version, count: 1 })) await sendMail(request);
  if (!sample) throw new Error('no mail went out');
  return sample;
}

/** nodemailer's own pool: it composes the same mail anew for each. */
async function bareSender(url: string, { from, to, source }: OutgoingMail) {
  const transport = nodemailer.createTransport({ url, pool: true, maxConnections: CONNECTIONS, maxMessages: Infinity });
  const { subject, html, text } = await simpleParser(source);
  const mail = {
    from,
    to,
    subject,
    html: html || undefined,
    text,
    headers: { 'List-Unsubscribe': '<https://viva.example/u>' },
  };
  return {
    send: (count: number) => inParallel(Array.from({ length: count }), AT_ONCE, () => transport.sendMail(mail)),
    close: () => transport.close(),
  };
}

async function perSecond(run: () => Promise<unknown>): Promise<number> {
  const beganAt = performance.now();
  await run();
  return (MAILS * 1000) / (performance.now() - beganAt);
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
