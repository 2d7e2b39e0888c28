import type { SpamRules } from './schema';

/** What a submission shows of who sent it. */
export interface Signs {
  /** The field that no person sees was filled in. */
  readonly isTrapped: boolean;
  /** Between the showing of the page and its sending. */
  readonly tookMs: number;
  /** The browser has done the work that was asked of it. */
  readonly hasProof: boolean;
  /** Submissions for the same e-mail address within the hour. */
  readonly sameAddress: number;
  /** What was written into fields of one line. */
  readonly lines: readonly string[];
}

/** Why a submission is held for a person to look at. Whoever sent it is thanked all the same. */
export type HoldReason = 'trap' | 'fast' | 'proof' | 'rate' | 'links';

const SECOND_MS = 1000;
/** Names and companies have none; who mails through the forms of others writes theirs there. */
const LINK = /:\/\/|\bwww\.|<\s*a\b|\[url/i;

/** Why it is held; none: it counts. */
export function holdReasons(rules: SpamRules, signs: Signs): readonly HoldReason[] {
  const { minSeconds, perAddress, proofOfWork, secondsWithoutProof } = rules;
  const isWithoutProof = proofOfWork !== undefined && !signs.hasProof;
  const checks: readonly (readonly [HoldReason, boolean])[] = [
    ['trap', signs.isTrapped],
    ['fast', signs.tookMs < minSeconds * SECOND_MS],
    ['proof', isWithoutProof && signs.tookMs < secondsWithoutProof * SECOND_MS],
    ['rate', signs.sameAddress >= perAddress],
    ['links', signs.lines.some((line) => LINK.test(line))],
  ];
  return checks.filter(([, holds]) => holds).map(([reason]) => reason);
}
