import { createHash } from 'node:crypto';
import { failure } from '../../domain/errors';
import { type Instant, keyOf } from '../../domain/ids';
import { DEFAULT_INBOUND } from '../../domain/inbound/rules';
import { type SourceLead, sourceLeads, type Unmapped } from '../../domain/source/lead';
import type { SourceRules } from '../../domain/source/rules';
import { transaction } from '../../store/db';
import { insertInbound, settleInbound } from '../../store/inbound-rows';
import { type Registration, registerIn } from '../../store/registration';
import type { ApiDeps } from '../deps';
import { problemOfSigned, type Signed } from '../signed-request';
import { bodyOf } from './body';

export interface SourceRequest extends Signed {
  readonly name: string;
  readonly rules: SourceRules;
  readonly contentType: string;
}

/** What became of the leads of one message. */
export interface SourceAnswer {
  readonly taken: number;
  readonly duplicates: number;
  readonly refused: number;
}

/**
 * Checks the signature and registers each lead in a transaction of its own, beside the message as it came. What cannot be mapped is kept
 * with its code, and is no reason to send the others again. Throws VIV_SOURCE_UNSIGNED and VIV_BODY_INVALID.
 */
export async function takeSource(deps: ApiDeps, request: SourceRequest): Promise<SourceAnswer> {
  const { name, rules, body, header } = request;
  const now = deps.clock();
  const json = bodyOf(body, request.contentType);
  const problem = problemOfSigned(deps, rules, { body, header, json, now });
  if (problem !== undefined) throw failure('VIV_SOURCE_UNSIGNED', { source: name, problem });
  const counts = { taken: 0, duplicates: 0, refused: 0 };
  const { identity, purposes } = deps.turn.rules;
  for (const lead of sourceLeads({ name, rules, identity, purposes }, json))
    counts[await takeLead(deps, { name, lead, body, now })] += 1;
  return counts;
}

interface Taking {
  readonly name: string;
  readonly lead: SourceLead | Unmapped;
  readonly body: Buffer;
  readonly now: Instant;
}

const digestOf = (body: Buffer): string => createHash('sha256').update(body).digest('hex');

/** One row for each lead of a source; what is told again with the same id is the same lead. */
async function takeLead(deps: ApiDeps, { name, lead, body, now }: Taking): Promise<keyof SourceAnswer> {
  const key = `source:${name}:${lead.id || digestOf(body)}`;
  return transaction(deps.db, async (tx) => {
    const { inbound = DEFAULT_INBOUND } = deps.turn.rules;
    const arrival = {
      key,
      way: 'source',
      kind: 'lead',
      sender: name,
      subject: '',
      receivedAt: now,
      raw: body,
    } as const;
    const details = { id: lead.id, sha256: digestOf(body) };
    const id = await insertInbound(tx, { ...arrival, reason: '', details }, inbound);
    if (id === null) return 'duplicates';
    if (lead.type === 'unmapped') {
      const { message: reason } = failure('VIV_SOURCE_UNMAPPED', { source: name, problem: lead.problem });
      await settleInbound(tx, id, { standing: 'refused', code: 'VIV_SOURCE_UNMAPPED', reason });
      return 'refused';
    }
    const { contactId } = await registerIn(tx, deps.turn, registrationOf(name, { lead, inboundId: id, now }));
    const reason = [`a lead of ${name}`, ...lead.notes].join('; ');
    await settleInbound(tx, id, { standing: 'applied', reason, contactId });
    return 'taken';
  });
}

/** Clocks of others may be this much ahead of ours. */
const CLOCK_SKEW_MS = 300_000;

interface Told {
  readonly lead: SourceLead;
  readonly inboundId: string;
  readonly now: Instant;
}

function registrationOf(name: string, { lead, inboundId, now }: Told): Registration {
  const { id, at = now, contact, consent } = lead;
  return {
    idempotencyKey: keyOf('source', name, id),
    at: at > now + CLOCK_SKEW_MS ? now : at,
    contact,
    lead: lead.lead,
    ...(consent
      ? { consent: { ...consent, granted: true, proof: { evidence: { source: name, id, inbound: inboundId } } } }
      : {}),
  };
}
