import { transaction } from '../store/db';
import { settleClaim } from '../store/send-ledger';
import { beginRepMail, type HeldRepMail, REP_MAIL, type RepSend, repMailOutcome } from './begin-rep-mail';
import type { RepMailOutcome } from './handoff';
import type { RepMailDeps } from './handoff-mail';
import type { MailDeps } from './mail-deps';
import { endOfTry, noteOutcome } from './note-outcome';
import { type Round, untilDone } from './rounds';
import { settled, trySend } from './try-send';

/**
 * Sends mails to reps through the ledger: once by their send id, past no gate but suppression, and again under the same Message-ID
 * when nobody knows whether the first try arrived. Throws VIV_SEND_BUSY.
 */
export function createDeliver(deps: MailDeps): RepMailDeps['deliver'] {
  return async (send, compose) => {
    await deps.hooks?.at('begun', send.sendId);
    return untilDone(send.sendId, (waitedMs) => round(deps, { send, compose, waitedMs }));
  };
}

async function round(deps: MailDeps, looking: Parameters<typeof beginRepMail>[2]): Promise<Round<RepMailOutcome>> {
  const { send } = looking;
  const begun = await transaction(deps.db, async (tx) => {
    const one = await beginRepMail(tx, deps, looking);
    if (one.type === 'held') await deps.hooks?.at('claiming', send.sendId);
    return one;
  });
  return begun.type === 'held' ? tried(deps, send, begun.held) : begun;
}

async function tried(deps: MailDeps, { now }: RepSend, held: HeldRepMail): Promise<Round<RepMailOutcome>> {
  const { claim, letter, attempts, way } = held;
  const trial = await trySend(deps, claim, letter);
  if (trial.type === 'withheld') return { type: 'lost' };
  const { settlement, end } = endOfTry(deps, { way, trial, now, purpose: REP_MAIL, attempts });
  const isOurs = await settled(deps, claim, trial, async (tx) => {
    if (!(await settleClaim(tx, claim, { ...end, contactId: null }))) return false;
    await noteOutcome(tx, deps, { sendId: claim.sendId, way, trial, now });
    return true;
  });
  if (!isOurs) return { type: 'lost' };
  return { type: 'done', result: repMailOutcome(settlement) };
}
