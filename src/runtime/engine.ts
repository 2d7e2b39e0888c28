import { Client, type Connection } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import { createActivities } from '../activities';
import type { Rules } from '../domain/rules';
import type { Templates } from '../mail/templates';
import { createTransport } from '../mail/transport';
import { connect, type Db, disconnect } from '../store/db';
import type { Reactions, TurnDeps } from '../store/turn';
import { createLifecycle } from '../worker/lifecycle';
import { startOutbox } from '../worker/outbox';
import { startWorker } from '../worker/worker';

/** How mails go out and what their links say. */
export interface MailSettings {
  readonly smtpUrl: string;
  readonly from: string;
  readonly postalAddress: string;
  readonly publicUrl: string;
  readonly linkSecret: string;
}

export interface EngineOptions {
  readonly databaseUrl: string;
  readonly temporal: {
    readonly connection: Connection;
    readonly nativeConnection: NativeConnection;
    readonly namespace: string;
  };
  readonly taskQueue: string;
  readonly rules: Rules;
  readonly templates: Templates;
  readonly mail: MailSettings;
  /** In a rehearsal: how recipients and reps react. */
  readonly reactions?: Reactions;
}

/** What moves journeys: a worker, and the outbox that starts and wakes them. */
export interface Engine {
  readonly db: Db;
  readonly turn: TurnDeps;
  readonly client: Client;
  /** Rejects when the worker fails; resolves when it has stopped. */
  readonly finished: Promise<void>;
  /** Takes no new work, lets what is under way end, then disconnects. */
  stop(): Promise<void>;
}

/** Connections of one engine: a mail holds one while its server answers, a turn for some milliseconds. */
const CONNECTIONS = 20;

/** Secrets of webhook endpoints stand in the environment alone: neither in rules nor in settings, which people print. */
const secretOf = (name: string): string | undefined => process.env[name];

/** Starts worker and outbox on one database and one task queue: the live one, or that of a rehearsal. */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { databaseUrl, temporal, taskQueue, rules, reactions, templates } = options;
  const { smtpUrl, ...mail } = options.mail;
  const { nativeConnection, namespace } = temporal;
  const db = connect(databaseUrl, CONNECTIONS);
  const turn: TurnDeps = { rules, reactions };
  const client = new Client({ connection: temporal.connection, namespace });
  const transport = createTransport(smtpUrl);
  const activities = createActivities({ db, turn, templates, transport, secretOf, ...mail });
  const worker = await startWorker({ connection: nativeConnection, namespace, taskQueue, activities });
  const outbox = await startOutbox({ databaseUrl, lifecycle: createLifecycle({ client, db, taskQueue, reactions }) });
  return {
    db,
    turn,
    client,
    finished: worker.finished,
    async stop() {
      await outbox.stop();
      await worker.stop();
      await transport.close();
      await disconnect(db);
    },
  };
}
