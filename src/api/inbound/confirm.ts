import { failure } from '../../domain/errors';
import type { Instant, Json } from '../../domain/ids';
import { isAmazonConfirmation } from '../../domain/inbound/amazon';
import { atPath, textOf } from '../../domain/inbound/json-path';
import { type Db, transaction } from '../../store/db';
import { findInbound, settleInbound } from '../../store/inbound-rows';

export interface ConfirmDeps {
  readonly db: Db;
  /** Calls an address of Amazon SNS. Throws when it does not answer 200. */
  readonly read: (url: string) => Promise<string>;
  readonly now: () => Instant;
}

/**
 * Says yes to a question of Amazon SNS that was signed, of a declared topic, and kept: the one call of an address that a message names,
 * and of none but SNS's own. Answers the topic. Throws VIV_INBOUND_UNKNOWN, VIV_INBOUND_NO_QUESTION, VIV_CONFIRMATION_FAILED.
 */
export async function confirmSubscription({ db, read, now }: ConfirmDeps, id: string): Promise<string> {
  const { kind, standing, details } = await findInbound(db, id);
  const [topic, url] = [textAt(details, 'topic'), textAt(details, 'url')];
  if (kind !== 'confirmation' || standing !== 'kept' || !isAmazonConfirmation(url))
    throw failure('VIV_INBOUND_NO_QUESTION', { id });
  try {
    await read(url);
  } catch (error) {
    throw failure(
      'VIV_CONFIRMATION_FAILED',
      { problem: error instanceof Error ? error.message : String(error) },
      error,
    );
  }
  const reason = `confirmed by a person at ${new Date(now()).toISOString()}: Amazon SNS tells of the topic ${topic}`;
  await transaction(db, (tx) => settleInbound(tx, id, { standing: 'applied', reason }));
  return topic;
}

const textAt = (details: Json, name: string): string => textOf(atPath(details, name));
