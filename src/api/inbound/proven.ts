import { failure, type ViveiroError } from '../../domain/errors';
import type { Instant, Json } from '../../domain/ids';
import { DEFAULT_INBOUND } from '../../domain/inbound/rules';
import { needsSecret, type SignatureRules } from '../../domain/inbound/signature-rules';
import type { HookMessage } from '../../mail/inbound/signature/message';
import { type Proof, proofOf } from '../../mail/inbound/signature/proof';
import { transaction } from '../../store/db';
import { insertInbound, settleInbound } from '../../store/inbound-rows';
import type { ApiDeps } from '../deps';

/** What became of the events or leads of one message. */
export interface Taken {
  readonly taken: number;
  readonly duplicates: number;
  readonly refused: number;
}

/** A message of another system, and the rules by which it proves itself. */
export interface Told {
  readonly name: string;
  readonly way: 'hook' | 'source';
  readonly rules: { readonly secretEnv?: string | undefined; readonly signature: SignatureRules };
  readonly message: HookMessage;
  readonly now: Instant;
}

/**
 * What a mapping reads of a message that is from whom it should be; or, for a message that only asks whether the other system may tell,
 * what became of it: it is kept for a person. Throws VIV_HOOK_UNSIGNED, VIV_SOURCE_UNSIGNED, VIV_CERTIFICATE_UNREACHABLE.
 */
export async function provenIn(
  deps: ApiDeps,
  told: Told,
): Promise<{ readonly json: Json } | { readonly answer: Taken }> {
  const proof = await proofIn(deps, told);
  switch (proof.type) {
    case 'proven':
      return { json: proof.json };
    case 'asks':
      return { answer: await keepQuestion(deps, told, proof) };
    case 'refused':
      throw unsigned(told, proof.problem);
    default:
      throw new TypeError(`unknown proof ${JSON.stringify(proof satisfies never)}`);
  }
}

async function proofIn({ secretOf, certificateAt = unreachable }: ApiDeps, told: Told): Promise<Proof> {
  const { rules, message, now } = told;
  const secret = rules.secretEnv === undefined ? '' : (secretOf?.(rules.secretEnv) ?? '');
  if (needsSecret(rules.signature) && secret === '')
    return { type: 'refused', problem: `${rules.secretEnv ?? 'its secret'} is not set` };
  return proofOf(rules.signature, { secret, message, now }, certificateAt);
}

const unreachable = (url: string): Promise<string> =>
  Promise.reject(failure('VIV_CERTIFICATE_UNREACHABLE', { url, problem: 'this server fetches none' }));

const unsigned = ({ way, name }: Told, problem: string): ViveiroError =>
  way === 'hook'
    ? failure('VIV_HOOK_UNSIGNED', { hook: name, problem })
    : failure('VIV_SOURCE_UNSIGNED', { source: name, problem });

/** Nothing is called that a message names, until a person says so. */
async function keepQuestion(
  deps: ApiDeps,
  { name, way, message, now }: Told,
  { id: messageId, topic, url, said }: Extract<Proof, { type: 'asks' }>,
): Promise<Taken> {
  return transaction(deps.db, async (tx) => {
    const arrival = {
      key: `confirmation:${way}:${name}:${messageId}`,
      way,
      kind: 'confirmation',
      sender: name,
      subject: said,
      reason: '',
      receivedAt: now,
      raw: message.body,
      details: { topic, url },
    } as const;
    const id = await insertInbound(tx, arrival, deps.turn.rules.inbound ?? DEFAULT_INBOUND);
    if (id === null) return { taken: 0, duplicates: 1, refused: 0 };
    const reason = `${QUESTIONS[said] ?? said} ${topic}; if so: viveiro inbound confirm ${id}`;
    await settleInbound(tx, id, { standing: 'kept', reason });
    return { taken: 1, duplicates: 0, refused: 0 };
  });
}

const QUESTIONS: { readonly [said: string]: string } = {
  SubscriptionConfirmation: 'Amazon SNS asks whether it may tell of the topic',
  UnsubscribeConfirmation: 'Amazon SNS tells no more of the topic, and asks whether it shall again:',
};
