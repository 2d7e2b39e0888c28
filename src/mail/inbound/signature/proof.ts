import type { SignatureRules } from '../../../domain/inbound/signature-rules';
import { standardProblem } from '../../standard-webhooks';
import { ecdsaProblem, hmacProblem, sharedProblem } from './keyed';
import { type Signed, staleSeconds } from './message';
import { type CertificateAt, type SnsProof, snsProof } from './sns';

/** `proven`: it is from whom it should be, and `json` is what a mapping reads. */
export type Proof = SnsProof;

/** Whether a message is from whom it should be: for mail providers and sources alike. Throws VIV_CERTIFICATE_UNREACHABLE. */
export async function proofOf(rules: SignatureRules, signed: Signed, certificateAt: CertificateAt): Promise<Proof> {
  if (rules.type === 'sns') return snsProof(rules, signed, certificateAt);
  const problem = problemOf(rules, signed);
  return problem === undefined ? { type: 'proven', json: signed.message.json } : { type: 'refused', problem };
}

function problemOf(rules: Exclude<SignatureRules, { type: 'sns' }>, signed: Signed): string | undefined {
  switch (rules.type) {
    case 'hmac':
      return hmacProblem(rules, signed);
    case 'shared':
      return sharedProblem(rules, signed);
    case 'standard':
      return byStandard(rules, signed);
    case 'ecdsa':
      return ecdsaProblem(rules, signed);
    default:
      throw new TypeError(`unknown signature ${JSON.stringify(rules satisfies never)}`);
  }
}

function byStandard(
  { headers, tolerance }: Extract<SignatureRules, { type: 'standard' }>,
  { secret, message: { header, body }, now }: Signed,
): string | undefined {
  const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map((name) => header(`${headers}-${name}`));
  const problem = standardProblem(secret, { id, timestamp, body: body.toString('utf8'), signatures });
  return problem ?? staleSeconds(timestamp ?? '', now, tolerance);
}
