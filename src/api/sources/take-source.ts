import { createHash } from 'node:crypto';
import { failure } from '../../domain/errors';
import { type Instant, keyOf } from '../../domain/ids';
import { believedAt } from '../../domain/inbound/hook';
import { DEFAULT_INBOUND } from '../../domain/inbound/rules';
import { type SourceLead, sourceLeads, type Unmapped } from '../../domain/source/lead';
import type { SourceRules } from '../../domain/source/rules';
import { transaction } from '../../store/db';
import { insertInbound, settleInbound } from '../../store/inbound-rows';
import { type Registration, registerIn } from '../../store/registration';
import type { ApiDeps } from '../deps';
import { bodyOf } from '../inbound/body';
import { provenIn, type Taken } from '../inbound/proven';
import type { Signed } from '../signed-request';

export interface SourceRequest extends Signed {
  readonly name: string;
  readonly rules: SourceRules;
  readonly contentType: string;
}

/**
 * Checks the signature and registers each lead in a transaction of its own, beside the message as it came. What cannot be mapped is kept
 * with its code, and is no reason to send the others again. Throws VIV_SOURCE_UNSIGNED,
 * VIV_CERTIFICATE_UNREACHABLE and VIV_BODY_INVALID.
 */
export async function takeSource(deps: ApiDeps, request: SourceRequest): Promise<Taken> {
  const { name, rules, body, header } = request;
  const now = deps.clock();
  const json = bodyOf(body, request.contentType);
  const proven = await provenIn(deps, { name, way: 'source', rules, message: { body, json, header }, now });
  if ('answer' in proven) return proven.answer;
  const counts = { taken: 0, duplicates: 0, refused: 0 };
  const { identity, purposes } = deps.turn.rules;
  for (const lead of sourceLeads({ name, rules, identity, purposes }, proven.json))
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
async function takeLead(deps: ApiDeps, { name, lead, body, now }: Taking): Promise<keyof Taken> {
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

interface Told {
  readonly lead: SourceLead;
  readonly inboundId: string;
  readonly now: Instant;
}

function registrationOf(name: string, { lead, inboundId, now }: Told): Registration {
  const { id, at, contact, consent } = lead;
  return {
    idempotencyKey: keyOf('source', name, id),
    at: believedAt(at, now),
    contact,
    lead: lead.lead,
    ...(consent
      ? { consent: { ...consent, granted: true, proof: { evidence: { source: name, id, inbound: inboundId } } } }
      : {}),
  };
}
