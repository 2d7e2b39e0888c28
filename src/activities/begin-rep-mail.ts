import { attemptOf, type FinalReply } from '../domain/send/delivery';
import { LOST, type Settlement, settlementOf } from '../domain/send/settle';
import { messageIdOf } from '../mail/message';
import type { Tx } from '../store/db';
import {
  type Claim,
  claimNewSend,
  claimSend,
  deferNewSend,
  settleClaim,
  settleHeard,
  settleUntried,
} from '../store/send-ledger';
import { readSend, type SendRow } from '../store/sends';
import { suppressionOf } from '../store/suppressions';
import { newestTemplateId } from '../store/templates';
import { accountKept, accountOfSend, type Waiting, type WayOut } from './account-of-send';
import type { RepMailOutcome } from './handoff';
import type { RepMail, RepMailDeps } from './handoff-mail';
import { leaseMsOf, type MailDeps } from './mail-deps';
import { takeWay, waitFor } from './take-way';
import { type Fill, templateOfSend } from './template-of-send';
import type { Letter } from './try-send';

/** The purpose of all mails to reps: whoever waits for a lead would rather have two copies than none. */
export const REP_MAIL = 'transactional';

export type RepSend = Parameters<RepMailDeps['deliver']>[0];
export type Compose = Parameters<RepMailDeps['deliver']>[1];

/** A mail of a handoff that is ours to send. */
export interface HeldRepMail {
  readonly claim: Claim;
  readonly letter: Letter;
  readonly way: WayOut;
  readonly attempts: number;
}

export type BegunRepMail =
  | { readonly type: 'done'; readonly result: RepMailOutcome }
  | { readonly type: 'busy'; readonly leftMs: number }
  | { readonly type: 'held'; readonly held: HeldRepMail };

interface Beginning {
  readonly send: RepSend;
  readonly compose: Compose;
  /** How long this attempt has looked at the send (ms, real time). */
  readonly waitedMs: number;
}

/** Finds out how the send stands, writes the mail and claims it; or settles it at once. */
export async function beginRepMail(
  tx: Tx,
  deps: MailDeps,
  { send, compose, waitedMs }: Beginning,
): Promise<BegunRepMail> {
  const row = await readSend(tx, send.sendId);
  const stored = row && storedOutcome(row);
  if (stored) return { type: 'done', result: stored };
  if (row && row.leaseLeftMs > 0) return { type: 'busy', leftMs: row.leaseLeftMs };
  if (row?.status === 'dispatching' && row.heard) return heard(tx, { row, send, reply: row.heard });
  const lost = row?.status === 'dispatching' ? settlementOf(LOST, { ...row, ...send, purpose: REP_MAIL }) : undefined;
  if (lost?.status === 'unknown') return ended(tx, { row, send, status: 'unknown', reason: lost.reason });
  const mail = await compose(tx);
  const status = lost ? 'unknown' : 'skipped';
  if (!mail) return ended(tx, { row, send, status, reason: lost?.reason ?? 'there is nothing to say any more' });
  return claimed(tx, deps, { row, send, mail, isAgain: lost !== undefined, waitedMs });
}

/** The worker is gone, and has left what the server said. */
async function heard(
  tx: Tx,
  { row, send, reply }: { readonly row: SendRow; readonly send: RepSend; readonly reply: FinalReply },
): Promise<BegunRepMail> {
  const settlement = settlementOf(reply, { ...row, now: send.now, purpose: REP_MAIL });
  const { status, reason } = settlement;
  const attempt = attemptOf(reply, { bodyLeft: true });
  const isOurs = await settleHeard(tx, row, { status, reason, attempt, at: send.now });
  return isOurs ? { type: 'done', result: repMailOutcome(settlement) } : ANOTHER_WAS_FASTER;
}

/** A settlement as its handoff is told of it. */
export function repMailOutcome(settlement: Settlement): RepMailOutcome {
  if (settlement.status === 'deferred') return { status: 'deferred', until: settlement.until };
  return settlement.status === 'rejected' ? { status: 'refused', reason: settlement.reason } : { status: 'taken' };
}

const TAKEN: RepMailOutcome = { status: 'taken' };
const ANOTHER_WAS_FASTER: BegunRepMail = { type: 'busy', leftMs: 0 };

function storedOutcome({ status, reason }: SendRow): RepMailOutcome | undefined {
  if (status === 'rejected') return { status: 'refused', reason };
  return status === 'accepted' || status === 'unknown' || status === 'skipped' ? TAKEN : undefined;
}

interface Ending {
  readonly row: SendRow | undefined;
  readonly send: RepSend;
  readonly status: 'unknown' | 'skipped';
  readonly reason: string;
}

async function ended(tx: Tx, { row, send, status, reason }: Ending): Promise<BegunRepMail> {
  const isOurs = row === undefined || (await settleUntried(tx, row, { status, reason, at: send.now }));
  return isOurs ? { type: 'done', result: TAKEN } : ANOTHER_WAS_FASTER;
}

interface Claiming {
  readonly row: SendRow | undefined;
  readonly send: RepSend;
  readonly mail: RepMail;
  readonly isAgain: boolean;
  readonly waitedMs: number;
}

async function claimed(tx: Tx, deps: MailDeps, claiming: Claiming): Promise<BegunRepMail> {
  const { row, send, mail, isAgain } = claiming;
  const { sendId: id, now } = send;
  const newest = row ? row.templateVersionId : await newestTemplateId(tx, mail.template);
  const { fill, versionId } = await templateOfSend(tx, deps, { template: mail.template, versionId: newest, now });
  const isInDoubt = isAgain || row?.mayHaveArrived === true;
  const { recipient: email } = mail;
  const way = await accountOfSend(tx, deps, { sendId: id, email, purpose: REP_MAIL, row, isInDoubt, now });
  if (way.type === 'wait') return waiting(tx, deps, { ...claiming, wait: way, versionId });
  if (!(await takeWay(tx, way))) return ANOTHER_WAS_FASTER;
  const messageId = messageIdOf(id, way.sender.from);
  const by = accountKept(way);
  const terms = { recipient: mail.recipient, messageId, templateVersionId: versionId, leaseMs: leaseMsOf(deps), by };
  const claim = row
    ? await claimSend(tx, { ...terms, send: row })
    : await claimNewSend(tx, { ...terms, ...mail, id, purpose: REP_MAIL, now });
  if (!claim) return ANOTHER_WAS_FASTER;
  const suppressed = await suppressionOf(tx, mail.recipient);
  const letter =
    suppressed === undefined ? written(mail, fill, { way, date: now }) : `the address is suppressed: ${suppressed}`;
  if (typeof letter !== 'string')
    return { type: 'held', held: { claim, letter, way, attempts: (row?.attempts ?? 0) + (isAgain ? 1 : 0) } };
  const attempt = { outcome: 'rejected', reached: 'claimed', replyCode: null, problem: letter } as const;
  await settleClaim(tx, claim, { status: 'rejected', reason: letter, attempt, at: now, contactId: null });
  return { type: 'done', result: { status: 'refused', reason: letter } };
}

/** It waits for no warm-up plan, and stands in no line, since its recipient waits for it; but no account can take it now. */
async function waiting(
  tx: Tx,
  deps: MailDeps,
  {
    row,
    send,
    mail,
    wait,
    versionId,
    waitedMs,
  }: Claiming & { readonly wait: Waiting; readonly versionId: string | null },
): Promise<BegunRepMail> {
  const then = await waitFor(tx, deps, { wait, waitedMs });
  if (then.type === 'busy') return then;
  const { sendId: id, now } = send;
  const { until, reason } = then;
  const isOurs = row
    ? await settleUntried(tx, row, { status: 'deferred', reason, at: now })
    : await deferNewSend(tx, { ...mail, id, purpose: REP_MAIL, templateVersionId: versionId, now, reason });
  return isOurs ? { type: 'done', result: { status: 'deferred', until } } : ANOTHER_WAS_FASTER;
}

/** The letter, or why it cannot be written: a template that is wrong for this lead stays so, and the handoff must go on. */
function written(
  { recipient, locale, data }: RepMail,
  fill: Fill,
  { way, date }: { readonly way: WayOut; readonly date: number },
): Letter | string {
  try {
    const { sender, by } = way;
    const to = { name: data.rep.name, address: recipient };
    return { to, rendered: fill({ locale, data }), links: [], date, sender, account: by?.account ?? null };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
