import type { GateFacts } from '../gate/gate';
import type { GateRules } from '../gate/rules';
import type { Instant } from '../ids';
import type { Newcomer } from './newcomer';

const NONE: Instant[] = [];

/** What a person's mails, and their words about mail, leave on record: all that the gate looks at. */
export class MailRecord {
  private suppression: GateFacts['suppression'];
  private consents: Newcomer['consents'];
  private readonly mailed = new Map<string, Instant[]>();

  constructor({ consents, suppression = null, mailed = [] }: Pick<Newcomer, 'consents' | 'suppression' | 'mailed'>) {
    this.consents = consents;
    this.suppression = suppression;
    for (const { purpose, at } of mailed) this.countMail(purpose, at);
  }

  consent(purpose: string, consent: NonNullable<GateFacts['consent']>): void {
    this.consents = new Map(this.consents).set(purpose, consent);
  }

  withdraw(purpose: string, { source, at }: { readonly source: string; readonly at: Instant }): void {
    this.consent(purpose, { granted: false, source, at });
  }

  /** A double opt-in that is open is confirmed. */
  confirm(purpose: string, { source, at }: { readonly source: string; readonly at: Instant }): void {
    const { until } = this.consents.get(purpose) ?? {};
    if (typeof until === 'number' && at < until) this.consent(purpose, { granted: true, source, at });
  }

  /** From now on nothing may be mailed; an earlier word of the same weight stands. */
  suppress(suppression: NonNullable<GateFacts['suppression']>): void {
    const { scope = 'everything' } = this.suppression ?? { scope: 'none' };
    if (scope !== 'everything') this.suppression = suppression;
  }

  /** A mail of the purpose that went out, or may have. */
  countMail(purpose: string, at: Instant): void {
    const mailed = this.mailed.get(purpose);
    if (mailed) mailed.push(at);
    else this.mailed.set(purpose, [at]);
  }

  /** As of `now`, which never falls: what caps count no more is forgotten. */
  gateFacts(
    purpose: string,
    {
      rules,
      now,
      zone,
      client,
    }: {
      readonly rules: GateRules;
      readonly now: Instant;
      readonly zone: string;
      readonly client: GateFacts['client'];
    },
  ): GateFacts {
    const mailedAt = this.mailed.get(purpose) ?? NONE;
    if (mailedAt.length > 0) {
      const first = now - longestCap(rules, purpose);
      while ((mailedAt[0] ?? Number.POSITIVE_INFINITY) <= first) mailedAt.shift();
    }
    const consent = this.consents.get(purpose) ?? null;
    return { purpose, mailedAt, consent, suppression: this.suppression, zone, client };
  }
}

const longestCap = ({ caps }: GateRules, purpose: string): number =>
  caps.reduce((most, cap) => (cap.purpose === purpose ? Math.max(most, cap.within) : most), 0);
