import { type Found, senseless } from '../yaml/problem';
import { authenticityProblems } from './authenticity-rules';
import type { InboundRules } from './rules';
import { signatureProblems } from './signature-rules';

/** What makes no sense in inbound.yaml although its schema lets it pass. */
export function inboundProblems({ soft, hooks, authenticity }: InboundRules): readonly Found[] {
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
    ...authenticityProblems(authenticity),
    ...Object.entries(hooks).flatMap(([name, hook]) => signatureProblems(['hooks', name], hook)),
  ];
}
