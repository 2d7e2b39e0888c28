import { ImapFlow } from 'imapflow';
import { type IntakeDeps, takeMail } from '../../api/inbound/take';
import { failure } from '../../domain/errors';
import type { Instant } from '../../domain/ids';
import { mailboxPlace, moveOn } from '../../store/mailboxes';
import { isLoopback } from '../http';

export interface MailboxOptions {
  readonly intake: IntakeDeps;
  /** imaps://user:password@host:993/FOLDER; imap:// asks for STARTTLS, but on this machine. */
  readonly url: string;
  /** Longer messages are cut. */
  readonly maxBytes: number;
  readonly clock: () => Instant;
}

/** Messages of one round; the rest comes with the next. */
const MOST_PER_ROUND = 200;

/** What one look into a mailbox brought. */
export interface MailboxRound {
  readonly taken: number;
  readonly isMore: boolean;
}

/**
 * Takes in what has come to a mailbox since the last look, in order, and changes nothing in it. How far it has read is written behind
 * each message: one that is broken off is taken again, and counts once all the same. Throws VIV_IMAP_FAILED.
 */
export async function readMailbox(options: MailboxOptions): Promise<MailboxRound> {
  const { client, folder, name } = clientOf(options.url);
  client.on('error', () => undefined); // the command under way fails with it
  try {
    await client.connect();
    const lock = await client.getMailboxLock(folder, { readOnly: true });
    try {
      return await newMessages(options, { client, name });
    } finally {
      lock.release();
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('VIV_')) throw error;
    throw failure('VIV_IMAP_FAILED', { mailbox: name, problem: problemOf(error) }, error);
  } finally {
    client.close();
  }
}

/** The server's own words, where it gave any. */
function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'responseText' in error && error.responseText ? String(error.responseText) : error.message;
}

interface Open {
  readonly client: ImapFlow;
  readonly name: string;
}

function clientOf(address: string) {
  const url = new URL(address);
  const { protocol, hostname, port, username, password, pathname } = url;
  const secure = protocol === 'imaps:';
  const number = Number(port) || (secure ? 993 : 143);
  const folder = decodeURIComponent(pathname.slice(1)) || 'INBOX';
  const client = new ImapFlow({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: number,
    secure,
    ...(secure || isLoopback(hostname) ? {} : { doSTARTTLS: true }),
    auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
    logger: false,
    disableAutoIdle: true,
  });
  return { client, folder, name: `${decodeURIComponent(username)}@${hostname}:${number}/${folder}` };
}

async function newMessages(options: MailboxOptions, { client, name }: Open): Promise<MailboxRound> {
  const { intake, clock } = options;
  if (!client.mailbox) throw new TypeError('the mailbox was opened above');
  const { uidValidity } = client.mailbox;
  const place = await mailboxPlace(intake.db, name);
  const from = place?.uidValidity === uidValidity ? place.lastUid : 0n; // other numbers: all from the beginning, which counts once
  const uids = await newUids(client, from);
  for (const uid of uids.slice(0, MOST_PER_ROUND)) {
    await takeOne(options, client, uid);
    await moveOn(intake.db, { name, uidValidity, lastUid: BigInt(uid), at: clock() });
  }
  return { taken: Math.min(uids.length, MOST_PER_ROUND), isMore: uids.length > MOST_PER_ROUND };
}

/** `n:*` names the last message also where it is below n. RFC 9051 §9, seq-range. */
async function newUids(client: ImapFlow, from: bigint): Promise<readonly number[]> {
  const found = await client.search({ uid: `${from + 1n}:*` }, { uid: true });
  return (found || []).filter((uid) => BigInt(uid) > from).toSorted((a, b) => a - b);
}

/** One that somebody else has deleted meanwhile is no more. */
async function takeOne({ intake, maxBytes, clock }: MailboxOptions, client: ImapFlow, uid: number): Promise<void> {
  const message = await client.fetchOne(String(uid), { source: { start: 0, maxLength: maxBytes } }, { uid: true });
  const source = message ? message.source : undefined;
  if (source) await takeMail(intake, { source, way: 'imap', now: clock() });
}

const EVERY_MS = 60_000;
const LONGEST_MS = 15 * 60_000;

export interface MailboxReader {
  stop(): Promise<void>;
}

/** Looks into a mailbox once a minute; after failures less and less often, up to every quarter of an hour. */
export function startMailboxReader(
  options: MailboxOptions & { readonly everyMs?: number; readonly onProblem: (problem: unknown) => void },
): MailboxReader {
  const { everyMs = EVERY_MS, onProblem } = options;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let failures = 0;
  let running = Promise.resolve();
  const look = async () => {
    const round = await readMailbox(options).catch((problem: unknown) => {
      onProblem(problem);
      return undefined;
    });
    failures = round ? 0 : failures + 1;
    const pause = round?.isMore ? 0 : Math.min(everyMs * 2 ** Math.min(failures, 10), LONGEST_MS);
    if (!isStopped) timer = setTimeout(start, pause);
  };
  const start = () => {
    running = look();
  };
  start();
  return {
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
