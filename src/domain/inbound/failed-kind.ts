import type { ReportKind } from './classified';
import { PROVIDER_TEXTS, type ProviderText } from './provider-texts';
import { meaningOfStatus, STATUS } from './status';

/** What a server says of a delivery that has failed. */
export interface FailedDelivery {
  /** The field Status; empty: none. */
  readonly status: string;
  /** Its own words. */
  readonly diagnostic: string;
}

export interface FailedKind {
  readonly kind: Extract<ReportKind, 'hard' | 'soft' | 'block'>;
  /** The status it rests on; empty: none. */
  readonly status: string;
  readonly reason: string;
}

/**
 * Of which kind a failed delivery is. In this order: words that leave no doubt; the status, the server's own before that of whoever
 * reports (which is often just 5.0.0); words that leave some; else soft, which suppresses nobody by itself: a bare 550 may be a matter
 * of policy.
 */
export function failedKind({ status: reported, diagnostic }: FailedDelivery): FailedKind {
  const status = tellingStatus(reported, diagnostic);
  const text = PROVIDER_TEXTS.find(({ words }) => words.test(diagnostic));
  if (text?.sure) return { kind: text.kind, status, reason: byText(text, diagnostic) };
  const meaning = meaningOfStatus(status);
  if (meaning) return { kind: meaning.kind, status, reason: `status ${status}: ${meaning.says}` };
  if (text) return { kind: text.kind, status, reason: byText(text, diagnostic) };
  return { kind: 'soft', status, reason: status ? `status ${status} says no more` : 'the server says no more' };
}

/** The one that says more: x.0.0 says nothing. */
function tellingStatus(reported: string, diagnostic: string): string {
  const [own = ''] = STATUS.exec(diagnostic) ?? [];
  const [told = ''] = STATUS.exec(reported) ?? [];
  return [own, told].find((status) => meaningOfStatus(status)) ?? (told || own);
}

function byText({ who, words }: ProviderText, diagnostic: string): string {
  const [found = ''] = words.exec(diagnostic) ?? [];
  return `the words “${found.trim()}” (${who})`;
}
