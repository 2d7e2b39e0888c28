import { failure } from '../domain/errors';
import type { Instant } from '../domain/ids';
import type { ErasureProof, ErasureRecord, Judgement } from '../domain/privacy/erasure';
import { soughtOf } from '../domain/privacy/identifiers';
import { type Db, type Tx, transaction } from './db';
import { columnsOf, isReplaceable, replaceIn } from './erase-proof';
import { findErasure } from './erasures';

export interface JudgeRequest {
  readonly erasureId: string;
  /** `table.column`, as the proof tells it. */
  readonly where: string;
  readonly as: Judgement['as'];
  /** The whole name or number, where it is theirs: the record has forgotten it. It is kept nowhere. */
  readonly text?: string | undefined;
  readonly reason: string;
  readonly by: string;
  readonly now: Instant;
}

/**
 * Settles what a proof has left for a person to judge: it is another's and stays, or it is a mention of who was erased and is replaced
 * wherever it stands in this column. The record says who has judged what. Throws VIV_ERASURE_UNKNOWN, VIV_JUDGEMENT_UNKNOWN and
 * VIV_MENTION_NOT_REPLACED.
 */
export async function judgeLeftover(db: Db, request: JudgeRequest): Promise<ErasureRecord> {
  const { erasureId, where, as, reason, by, now } = request;
  const { id } = await findErasure(db, erasureId);
  const columns = await columnsOf(db);
  return transaction(db, async (tx) => {
    const [row] = await tx.$queryRaw<{ proof: ErasureProof | null }[]>`
      SELECT proof FROM erasure WHERE id = ${id}::uuid FOR UPDATE`;
    const proof = row?.proof;
    if (!proof?.toJudge.some((one) => one.where === where))
      throw failure('VIV_JUDGEMENT_UNKNOWN', { erasure: id, where });
    const column = columns.find((one) => `${one.table}.${one.column}` === where);
    const replaced = as === 'mention' ? await redact(tx, request, column) : 0;
    const judged = [...(proof.judged ?? []), { where, as, replaced, reason, by, at: now }];
    await tx.$executeRaw`
      UPDATE erasure SET proof = ${JSON.stringify({ ...proof, judged })}::jsonb WHERE id = ${id}::uuid`;
    return findErasure(tx, id);
  });
}

async function redact(
  tx: Tx,
  { where, text = '' }: JudgeRequest,
  column: Awaited<ReturnType<typeof columnsOf>>[number] | undefined,
): Promise<number> {
  const not = (problem: string) => failure('VIV_MENTION_NOT_REPLACED', { where, problem });
  if (!column || !isReplaceable(column)) throw not('what stands there may not be changed');
  const digits = text.replaceAll(/\D/g, '').length;
  const nobody = { contactId: '', formerIds: [], addresses: [], phones: digits >= 7 ? [text.trim()] : [], name: text };
  const sought = soughtOf(nobody).filter(({ kind }) => kind === 'phone' || kind === 'name');
  if (sought.length === 0) throw not('give the whole name, or the whole number, as it stands there');
  let replaced = 0;
  for (const one of sought) replaced += await replaceIn(tx, column, one);
  if (replaced === 0) throw not('no row holds that text');
  return replaced;
}
