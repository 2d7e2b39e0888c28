import { z } from 'zod';
import { slug } from '../sequence/names';

/** The purpose of mails that a contract or a request of the recipient needs: no consent is asked for it. */
export const TRANSACTIONAL = 'transactional';

/** Stands for every purpose but what is transactional: all mail that they need not get. */
export const EVERY_PURPOSE = 'all';

/** Which mails a suppression forbids: `everything`, also what is transactional; `marketing`, all but that; or those of one purpose. */
export type SuppressionScope = 'everything' | 'marketing' | `purpose:${string}`;

const OF_PURPOSE = 'purpose:';

export const scopeSchema = z.custom<SuppressionScope>(
  (value) =>
    value === 'everything' ||
    value === 'marketing' ||
    (typeof value === 'string' &&
      value.startsWith(OF_PURPOSE) &&
      slug.safeParse(value.slice(OF_PURPOSE.length)).success),
  'not a scope; write everything, marketing or purpose:<purpose>',
);

export const purposeScope = (purpose: string): SuppressionScope => `${OF_PURPOSE}${purpose}`;

/** Scopes that forbid mails of a purpose, the widest first. */
export const scopesOver = (purpose: string): readonly SuppressionScope[] => [
  'everything',
  ...(purpose === TRANSACTIONAL ? [] : (['marketing'] as const)),
  purposeScope(purpose),
];

/** Whether a suppression forbids mails of the purpose. One without a scope forbids everything. */
export const concerns = (scope: string | undefined, purpose: string): boolean =>
  scope === undefined || scopesOver(purpose).some((one) => one === scope);

/** ` for all marketing`; empty for everything. */
export function scopeText(scope: string | undefined): string {
  if (scope === undefined || scope === 'everything') return '';
  return scope === 'marketing' ? ' for all marketing' : ` for ${scope.slice(OF_PURPOSE.length)} mail`;
}
