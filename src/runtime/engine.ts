import { Client, type Connection } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import { createActivities } from '../activities';
import type { MailDeps } from '../activities/mail-deps';
import { createSendAgain } from '../activities/send-again';
import type { DeliveryRules } from '../domain/delivery/rules';
import type { Rules } from '../domain/rules';
import { type Account, createAccountTransport } from '../mail/account';
import type { AnswerDomains } from '../mail/answers';
import type { DkimKey } from '../mail/dkim-key';
import { withDomainLimits } from '../mail/domain-limits';
import type { TlsPolicy } from '../mail/relay';
import type { Templates } from '../mail/templates';
import { createTransport, type MailTransport } from '../mail/transport';
import { connect, type Db, disconnect, single } from '../store/db';
import { judgeHits } from '../store/hits';
import { lanesInUse } from '../store/journeys';
import { keysFrom } from '../store/keys';
import { createReplyNotes } from '../store/reply-notes';
import type { Reactions, TurnDeps } from '../store/turn';
import { startFleet } from '../worker/fleet';
import { createHistories } from '../worker/histories';
import { createLifecycle } from '../worker/lifecycle';
import { startOutbox } from '../worker/outbox';
import type { WorkerVersion } from '../worker/worker';
import { createStops, type Stops } from './stops';

/** How mails go out and what their links say. */
export interface MailSettings {
  /** Takes all mail, where there are no accounts. */
  readonly smtpUrl: string;
  readonly tls?: TlsPolicy | undefined;
  readonly dkim?: DkimKey | undefined;
  /** Those of rules/delivery.yaml. Left out in a rehearsal: it mails to the inbox. */
  readonly accounts?: readonly Account[] | undefined;
  readonly from: string;
  readonly postalAddress: string;
  readonly publicUrl: string;
  readonly linkSecret: string;
  /** From which the keys of address hashes and consent proofs are made. Default: the link secret. */
  readonly addressKey?: string | undefined;
  /** Left out in a rehearsal: nothing comes back to it. */
  readonly answerDomains?: AnswerDomains;
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
  /** Which code the worker runs; none: unversioned. */
  readonly version?: WorkerVersion;
  /** `journeys`, and names of lanes; none: all. */
  readonly queues?: readonly string[];
  /** Workflows that the worker keeps in memory; default: as many as fit. */
  readonly maxCachedWorkflows?: number;
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

/** Secrets of webhook endpoints, and of mail providers, stand in the environment alone: neither in rules nor in settings, which people print. */
export const secretOf = (name: string): string | undefined => process.env[name];

/** Starts worker and outbox on one database and one task queue: the live one, or that of a rehearsal. */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const stops = createStops();
  try {
    return { ...(await startParts(options, stops)), stop: stops.stop };
  } catch (error) {
    await stops.stop();
    throw error;
  }
}

async function startParts(options: EngineOptions, stops: Stops): Promise<Omit<Engine, 'stop'>> {
  const { databaseUrl, temporal, taskQueue, rules, reactions, templates } = options;
  const { smtpUrl: _, tls: __, accounts, addressKey, ...mail } = options.mail;
  const db = connect(databaseUrl, CONNECTIONS, keysFrom(addressKey ?? mail.linkSecret));
  stops.add(() => disconnect(db));
  const delivery = reactions ? undefined : rules.delivery; // a rehearsal mails to the inbox, which has no limits
  const transport = transportOf(options.mail, delivery);
  stops.add(() => transport.close());
  const turn: TurnDeps = { rules, reactions };
  const { connection, nativeConnection, namespace } = temporal;
  const client = new Client({ connection, namespace });
  const { version, queues, maxCachedWorkflows } = options;
  const senders = accounts && new Map(accounts.map((account) => [account.name, account]));
  const mailing: MailDeps = { db, turn, templates, transport, senders, replies: createReplyNotes(db), ...mail };
  const worker = await startFleet({
    connection: nativeConnection,
    client: connection,
    namespace,
    taskQueue,
    activities: createActivities({
      ...mailing,
      secretOf,
      clock: reactions ? undefined : Date.now,
      histories: createHistories(client),
    }),
    delivery,
    usedLanes: await lanesInUse(single(db)),
    version,
    queues,
    ...(maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows }),
  });
  stops.add(worker.stop);
  const outbox = await startOutbox({
    databaseUrl,
    lifecycle: createLifecycle({ client, db, taskQueue, reactions }),
    sendAgain: createSendAgain(mailing, Date.now),
    judgeHits: (sendId) => judgeHits(db, turn, sendId),
  });
  stops.add(outbox.stop);
  return { db, turn, client, finished: worker.finished };
}

function transportOf({ accounts, smtpUrl, tls }: MailSettings, delivery: DeliveryRules | undefined): MailTransport {
  const transport = accounts ? createAccountTransport(accounts) : createTransport(smtpUrl, { tls });
  return delivery ? withDomainLimits(transport, delivery) : transport;
}
