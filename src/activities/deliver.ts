import { settlementOf } from '../domain/send/settle';
import { transaction } from '../store/db';
import { settleClaim } from '../store/send-ledger';
import { beginRepMail, type Compose, type HeldRepMail, REP_MAIL, type RepSend, repMailOutcome } from './begin-rep-mail';
import type { RepMailOutcome } from './handoff';
import type { RepMailDeps } from './handoff-mail';
import type { MailDeps } from './mail-deps';
import { type Round, untilDone } from './rounds';
import { settled, trySend } from './try-send';

/**
 * Sends mails to reps through the ledger: once by their send id, past no gate but suppression, and again under the same Message-ID
 * when nobody knows whether the first try arrived. Throws VIV_SEND_BUSY.
 */
export function createDeliver(deps: MailDeps): RepMailDeps['deliver'] {
  return async (send, compose) => {
    await deps.hooks?.at('begun', send.sendId);
    return untilDone(send.sendId, () => round(deps, send, compose));
  };
}

async function round(deps: MailDeps, send: RepSend, compose: Compose): Promise<Round<RepMailOutcome>> {
  const begun = await transaction(deps.db, async (tx) => {
    const one = await beginRepMail(tx, deps, { send, compose });
    if (one.type === 'held') await deps.hooks?.at('claiming', send.sendId);
    return one;
  });
  return begun.type === 'held' ? tried(deps, send, begun.held) : begun;
}

async function tried(deps: MailDeps, { now }: RepSend, held: HeldRepMail): Promise<Round<RepMailOutcome>> {
  const { claim, letter, attempts } = held;
  const trial = await trySend(deps, claim, letter);
  if (trial.type === 'withheld') return { type: 'lost' };
  const settlement = settlementOf(trial.delivery, { purpose: REP_MAIL, attempts, now });
  const { status, reason } = settlement;
  const end = { status, reason, attempt: trial.attempt, at: now, contactId: null };
  if (!(await settled(deps, claim, trial, (tx) => settleClaim(tx, claim, end)))) return { type: 'lost' };
  return { type: 'done', result: repMailOutcome(settlement) };
}
