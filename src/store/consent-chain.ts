import { createHash, createHmac, randomBytes } from 'node:crypto';
import { canonicalJson } from '../domain/canonical-json';
import { type ConsentContent, chainedText } from '../domain/consent/record';
import type { Json } from '../domain/ids';
import { type StoreKeys, sealOf } from './keys';

/** A record as it stands in the database, with its place in the chain of its contact. */
export interface ChainedRecord extends ConsentContent {
  readonly seq: number;
  /** Null: erased. */
  readonly personal: Json;
  readonly salt: string | null;
  readonly previous: string;
  readonly hash: string;
}

/** Where a chain ends. */
export interface ChainHead {
  readonly position: number;
  readonly hash: string;
  readonly mac: string;
}

/** What is wrong with a chain, and at which record. */
export interface ChainBreak {
  readonly contactId: string;
  readonly position: number;
  /** Null: the record is not there. */
  readonly seq: number | null;
  readonly problem: string;
}

const SALT_BYTES = 16;
export const newSalt = (): string => randomBytes(SALT_BYTES).toString('hex');

/** HMAC-SHA256 under the salt: without the salt, which erasure takes too, nobody can try addresses on it. */
export const personalDigest = (salt: string, personal: Json): string =>
  createHmac('sha256', Buffer.from(salt, 'hex')).update(canonicalJson(personal)).digest('hex');

export const recordHash = (content: ConsentContent, previous: string): string =>
  createHash('sha256').update(chainedText(content, previous)).digest('hex');

/** Made with a key that the database has not: who changes records and makes all hashes anew cannot seal the end. */
export const headMac = (keys: StoreKeys, contactId: string, { position, hash }: Omit<ChainHead, 'mac'>): string =>
  sealOf(keys, `head|${contactId}|${position}|${hash}`);

/** Looks at the records of one contact in the order of their positions, and at the end at the head. */
export class ChainReader {
  private count = 0;
  private last = '';
  private lastSeq: number | null = null;

  constructor(
    private readonly contactId: string,
    private readonly keys: StoreKeys,
  ) {}

  /** What is wrong with the next record, if anything is. */
  next(record: ChainedRecord): ChainBreak | undefined {
    const problem = this.problemOf(record);
    if (problem !== undefined) return this.broken(problem.at ?? record.position, problem.seq ?? null, problem.text);
    this.count += 1;
    this.last = record.hash;
    this.lastSeq = record.seq;
    return undefined;
  }

  /** What is wrong with the end of the chain. */
  end(head: ChainHead | null): ChainBreak | undefined {
    const { count, lastSeq } = this;
    if (head === null) return this.broken(count, lastSeq, 'the chain ends here without a seal');
    if (head.mac !== headMac(this.keys, this.contactId, head))
      return this.broken(count, lastSeq, 'the seal at the end of the chain was not made by this Viveiro');
    if (head.position > count) return this.broken(count + 1, null, 'the record was removed');
    if (head.position < count) return this.broken(count, lastSeq, 'the record was added behind the end of the chain');
    if (head.hash !== this.last) return this.broken(count, lastSeq, 'the record is not the one that was sealed');
    return undefined;
  }

  private broken(position: number, seq: number | null, problem: string): ChainBreak {
    return { contactId: this.contactId, position, seq, problem };
  }

  private problemOf(record: ChainedRecord): { text: string; at?: number; seq?: number } | undefined {
    const { seq, position, previous, hash, personal, salt } = record;
    const expected = this.count + 1;
    if (position > expected) return { text: 'the record was removed', at: expected };
    if (position < expected || record.contactId !== this.contactId)
      return { text: 'the record was put in between', seq };
    if (previous !== this.last) return { text: 'the record does not follow the one before it', seq };
    if (recordHash(record, previous) !== hash) return { text: 'the record was changed after it was written', seq };
    if (!isWhole(record, personal, salt)) return { text: 'what proves the record was changed', seq };
    return undefined;
  }
}

function isWhole({ personalDigest: digest }: ChainedRecord, personal: Json, salt: string | null): boolean {
  if (personal === null && salt === null) return true; // erased
  return personal !== null && salt !== null && personalDigest(salt, personal) === digest;
}

/** The first break of one whole chain, as it was read. */
export function firstBreak(
  contactId: string,
  chain: { readonly records: readonly ChainedRecord[]; readonly head: ChainHead | null },
  keys: StoreKeys,
): ChainBreak | undefined {
  const reader = new ChainReader(contactId, keys);
  for (const record of chain.records) {
    const broken = reader.next(record);
    if (broken) return broken;
  }
  return reader.end(chain.head);
}
