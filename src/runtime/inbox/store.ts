import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type ParsedMail, simpleParser } from 'mailparser';
import { z } from 'zod';
import { failure } from '../../domain/errors';

const summarySchema = z.object({
  /** 1, 2, 3 … in the order of arrival. */
  id: z.number().int().positive(),
  /** Addresses of the envelope. */
  from: z.string(),
  to: z.array(z.string()),
  subject: z.string(),
  /** Of the header, with its angle brackets; empty: none. */
  messageId: z.string(),
  /** Of the header, an ISO instant: virtual in a rehearsal. */
  date: z.string().nullable(),
  /** By the real clock, an ISO instant. */
  receivedAt: z.string(),
  bytes: z.number().int(),
});
export type MessageSummary = Readonly<z.infer<typeof summarySchema>>;

export interface Message {
  readonly summary: MessageSummary;
  readonly source: string;
  readonly parsed: ParsedMail;
}

export interface Envelope {
  readonly from: string;
  readonly to: readonly string[];
}

export interface MessagePage {
  readonly total: number;
  readonly messages: readonly MessageSummary[];
}

/** All messages that were ever taken, each a file of its own. */
export interface InboxStore {
  /** Resolves when the message is on disk under its name: only then may it be acknowledged. */
  add(envelope: Envelope, source: Buffer): Promise<MessageSummary>;
  count(): number;
  /** The newest first; `search` is looked for in addresses, subject and Message-ID. */
  list(query: { readonly offset: number; readonly limit: number; readonly search?: string }): MessagePage;
  /** Throws VIV_NOT_FOUND. */
  read(id: number): Promise<Message>;
  /** Of all messages in order of arrival, repeated ones included: for counting duplicates. */
  messageIds(): readonly string[];
  /** The listener hears of each message after it is kept; the answer ends that. */
  onMessage(listener: (summary: MessageSummary) => void): () => void;
}

/** Opens a folder of messages. The caller holds it alone. What a killed process left half-written was never acknowledged. */
export function openInboxStore(folder: string): InboxStore {
  const summaries = loadSummaries(folder);
  const listeners = new Set<(summary: MessageSummary) => void>();
  let lastId = summaries.at(-1)?.id ?? 0;
  return {
    async add(envelope, source) {
      lastId += 1;
      const summary = await summaryOf({ id: lastId, envelope, source });
      await writeWhole(fileOf(folder, summary.id, 'eml'), source);
      // the message counts from here on
      await writeWhole(fileOf(folder, summary.id, 'json'), JSON.stringify(summary));
      insertInOrder(summaries, summary);
      for (const listener of listeners) listener(summary);
      return summary;
    },
    count: () => summaries.length,
    list({ offset, limit, search = '' }) {
      const found = summaries.filter((summary) => matches(summary, search)).reverse();
      return { total: found.length, messages: found.slice(offset, offset + limit) };
    },
    async read(id) {
      const summary = summaries.find((one) => one.id === id);
      if (!summary) throw failure('VIV_NOT_FOUND', { what: `Message ${id}` });
      const source = await readFile(fileOf(folder, id, 'eml'));
      return { summary, source: source.toString('utf8'), parsed: await simpleParser(source) };
    },
    messageIds: () => summaries.map(({ messageId }) => messageId),
    onMessage(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

const ID_DIGITS = 8; // so that names sort by age
const fileOf = (folder: string, id: number, type: 'eml' | 'json') =>
  path.join(folder, `${String(id).padStart(ID_DIGITS, '0')}.${type}`);

/** A killed process leaves the file whole or not at all. No fsync: acknowledged means kept by this machine. */
async function writeWhole(file: string, content: string | Buffer): Promise<void> {
  await writeFile(`${file}.new`, content);
  await rename(`${file}.new`, file);
}

function loadSummaries(folder: string): MessageSummary[] {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const names = readdirSync(folder).sort();
  const kept = names.filter((name) => name.endsWith('.json'));
  const ids = new Set(kept.map((name) => path.parse(name).name));
  for (const name of names) if (!ids.has(path.parse(name).name)) rmSync(path.join(folder, name));
  return kept.map((name) => summarySchema.parse(JSON.parse(readFileSync(path.join(folder, name), 'utf8'))));
}

async function summaryOf(o: { readonly id: number; readonly envelope: Envelope; readonly source: Buffer }) {
  const end = o.source.indexOf('\r\n\r\n');
  const head = await simpleParser(end < 0 ? o.source : o.source.subarray(0, end + 4)); // the body may be large
  const { id, envelope, source } = o;
  const summary: MessageSummary = {
    id,
    from: envelope.from,
    to: [...envelope.to],
    subject: head.subject ?? '',
    messageId: head.messageId ?? '',
    date: toIso(head.date),
    receivedAt: new Date().toISOString(),
    bytes: source.length,
  };
  return summary;
}

/** A header may hold a date that is none. */
const toIso = (date: Date | undefined) => (date && !Number.isNaN(date.getTime()) ? date.toISOString() : null);

/** Two messages may be under way at once, the later one ready first. */
function insertInOrder(summaries: MessageSummary[], summary: MessageSummary): void {
  const before = summaries.findLastIndex(({ id }) => id < summary.id);
  summaries.splice(before + 1, 0, summary);
}

function matches({ from, to, subject, messageId }: MessageSummary, search: string): boolean {
  const wanted = search.trim().toLowerCase();
  return wanted === '' || [from, ...to, subject, messageId].some((text) => text.toLowerCase().includes(wanted));
}
