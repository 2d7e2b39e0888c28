import { outcomeOf } from '../domain/handoff/outcome';
import { isOpen } from '../domain/handoff/status';
import type { Instant } from '../domain/ids';
import type { HandoffOutcome, HandoffStatus } from '../domain/journey/move';
import { type Db, type Tx, transaction } from '../store/db';
import { escalate, expire, type Handoff, offer, readHandoff } from '../store/handoffs';
import type { TurnDeps } from '../store/turn';
import { beating } from './heartbeat';

/** What a handoff's workflow does next. Only times and outcomes: it stands in Temporal's histories. */
export type HandoffNext =
  | {
      readonly type: 'wait';
      readonly until: Instant;
      /** Only in a rehearsal: when the contact's script has its next event; null with none. */
      readonly nextScriptedAt?: Instant | null;
    }
  /** Something is due: `tendHandoff` sees to it. */
  | { readonly type: 'tend' }
  | { readonly type: 'done'; readonly outcome: HandoffOutcome };

export interface HandoffActivities {
  /** Offers the lead to a rep, once by `handoffId`, and tells them by mail. */
  offerHandoff(request: {
    readonly handoffId: string;
    readonly journeyId: string;
    readonly stepId: string;
    readonly now: Instant;
  }): Promise<HandoffNext>;
  /** Escalates or expires what is due, and sends the mail that belongs to it. */
  tendHandoff(request: { readonly handoffId: string; readonly now: Instant }): Promise<HandoffNext>;
  /** How the handoff stands, for a workflow that was to wait `until`. Reads alone, so it may be a local activity. */
  readHandoffNext(request: {
    readonly handoffId: string;
    readonly now: Instant;
    readonly until: Instant;
  }): Promise<HandoffNext>;
}

/** What came of a mail to a rep or manager. */
export type RepMailOutcome =
  /** The server has it, or there was nobody to tell. */
  | { readonly status: 'taken' }
  | { readonly status: 'deferred'; readonly until: Instant }
  | { readonly status: 'refused'; readonly reason: string };

/** Sends the mail of an open handoff: the offer to its rep, or the escalation to the manager. Each goes out once. */
export type MailRep = (request: { readonly handoff: Handoff; readonly now: Instant }) => Promise<RepMailOutcome>;

export interface HandoffDeps {
  readonly db: Db;
  readonly turn: TurnDeps;
  readonly mailRep: MailRep;
}

export function createHandoffActivities(deps: HandoffDeps): HandoffActivities {
  const { db, turn } = deps;
  return {
    offerHandoff: (request) =>
      beating(async () => {
        await transaction(db, (tx) => offer(tx, turn, request));
        return tend(deps, request);
      }),
    tendHandoff: (request) => beating(() => tend(deps, request)),
    async readHandoffNext({ handoffId, now, until }) {
      const handoff = await transaction(db, (tx) => readHandoff(tx, handoffId));
      if (!isOpen(handoff.status)) return done(handoff.status);
      return now < until ? { type: 'wait', until } : { type: 'tend' };
    },
  };
}

interface Tending {
  readonly handoffId: string;
  readonly now: Instant;
}

async function tend(deps: HandoffDeps, { handoffId, now }: Tending): Promise<HandoffNext> {
  const handoff = await transaction(deps.db, async (tx) => {
    await escalateOrExpire(tx, { handoffId, now });
    return readHandoff(tx, handoffId);
  });
  if (!isOpen(handoff.status)) return done(handoff.status);
  const mail = await deps.mailRep({ handoff, now });
  if (mail.status === 'refused' && handoff.status === 'offered') {
    const reason = `the mail to the rep was refused: ${mail.reason}`;
    await transaction(deps.db, (tx) => escalate(tx, { handoffId, now, reason }));
    return tend(deps, { handoffId, now }); // once more at most: it is no longer merely offered
  }
  const retryAt = mail.status === 'deferred' ? mail.until : handoff.dueAt;
  return waiting(deps, { handoff, until: Math.min(retryAt, handoff.dueAt) });
}

/** Whatever is due: each of the two changes the handoff only if nobody has answered it meanwhile. */
async function escalateOrExpire(tx: Tx, { handoffId, now }: Tending): Promise<void> {
  const { status, dueAt } = await readHandoff(tx, handoffId);
  if (dueAt > now) return;
  if (status === 'offered') await escalate(tx, { handoffId, now, reason: 'no answer within the SLA' });
  if (status === 'escalated') await expire(tx, { handoffId, now, reason: 'neither rep nor manager answered in time' });
}

async function waiting(
  { db, turn: { reactions } }: HandoffDeps,
  { handoff, until }: { readonly handoff: Handoff; readonly until: Instant },
): Promise<HandoffNext> {
  if (!reactions) return { type: 'wait', until };
  return {
    type: 'wait',
    until,
    nextScriptedAt: await transaction(db, (tx) => reactions.nextAt(tx, handoff.contactId)),
  };
}

const done = (status: HandoffStatus): HandoffNext => ({ type: 'done', outcome: outcomeOf(status) });
