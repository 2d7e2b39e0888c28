import type { Db } from '../../store/db';
import { listUncertain, type UncertainSend } from '../../store/sends';
import { type JourneySummary, summaryOf } from '../../store/summary';

/** The figures of a demo. Counts are of the rehearsal's own database, but for those that the inbox has counted. */
export interface DemoSummary extends JourneySummary {
  /** Counted by the inbox, not by us. */
  readonly inboxMessages: number;
  /** Messages of the inbox whose Message-ID came before. */
  readonly duplicateSends: number;
  /** Sends of which nobody knows whether they arrived: after a kill -9 in the wrong moment. */
  readonly uncertain: readonly Pick<UncertainSend, 'recipient' | 'subject' | 'messageId' | 'status' | 'reason'>[];
  /** Start of the servers, in real time. */
  readonly startSeconds: number;
  /** From then on to the end of the last journey. */
  readonly realSeconds: number;
  /** An earlier demo was broken off, and this run carried it on. */
  readonly isCarriedOn: boolean;
}

export async function summarise(o: {
  readonly scratch: Db;
  readonly messageIds: readonly string[];
  readonly startSeconds: number;
  readonly realSeconds: number;
  readonly isCarriedOn: boolean;
}): Promise<DemoSummary> {
  const { messageIds, startSeconds, realSeconds, isCarriedOn } = o;
  return {
    ...(await summaryOf(o.scratch)),
    uncertain: await uncertainIn(o.scratch),
    inboxMessages: messageIds.length,
    duplicateSends: messageIds.length - new Set(messageIds).size,
    startSeconds: Math.round(startSeconds * 10) / 10,
    realSeconds,
    isCarriedOn,
  };
}

async function uncertainIn(scratch: Db): Promise<DemoSummary['uncertain']> {
  const sends = await listUncertain(scratch);
  return sends.map(({ recipient, subject, messageId, status, reason }) => ({
    recipient,
    subject,
    messageId,
    status,
    reason,
  }));
}
