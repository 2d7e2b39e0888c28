import { type Found, type Path, senseless } from '../yaml/problem';
import type { SignatureRules } from './hook-rules';
import type { InboundRules } from './rules';

/** What makes no sense in inbound.yaml although its schema lets it pass. */
export function inboundProblems({ soft, hooks }: InboundRules): readonly Found[] {
  const patience =
    soft.deliveredAfter < soft.within
      ? []
      : [
          senseless(
            ['soft', 'deliveredAfter'],
            'no mail would count as delivered before its bounces are too old to count',
            'write less than soft.within',
          ),
        ];
  return [
    ...patience,
    ...Object.entries(hooks).flatMap(([name, { signature }]) => unsignedTime(['hooks', name], signature)),
  ];
}

/** A time that is not signed can be written anew by whoever repeats an old message. */
export function unsignedTime(path: Path, signature: SignatureRules): readonly Found[] {
  if (signature.type !== 'hmac' || signature.timestamp === undefined || signature.of.includes(signature.timestamp))
    return [];
  return [
    senseless(
      [...path, 'signature', 'timestamp'],
      'the time is not among what is signed',
      `add "${signature.timestamp}" to of, as the provider does`,
    ),
  ];
}
