import type { CountedMail } from '../gate/caps';
import type { GateFacts } from '../gate/gate';
import { type GateRules, purposesOf } from '../gate/rules';
import { type Engagement, NO_ENGAGEMENT } from '../gate/sunset';
import type { Instant } from '../ids';
import type { Mutable } from './live-facts';
import type { Newcomer } from './newcomer';

const NONE: Instant[] = [];
const NO_MAILS: readonly CountedMail[] = [];

/** What a person's mails, and their words about mail, leave on record: all that the gate looks at. */
export class MailRecord {
  private suppression: GateFacts['suppression'];
  private consents: Newcomer['consents'];
  private readonly mailed = new Map<string, Instant[]>();
  private engagement: Mutable<Engagement> | undefined;

  constructor(
    private readonly rules: GateRules,
    { consents, suppression = null, mailed = [], engagement }: MailsOnRecord,
  ) {
    this.consents = consents;
    this.suppression = suppression;
    if (rules.sunset) this.engagement = { ...(engagement ?? NO_ENGAGEMENT) };
    for (const { purpose, at } of mailed) this.countMail(purpose, at);
  }

  consent(purpose: string, consent: NonNullable<GateFacts['consent']>): void {
    this.consents = new Map(this.consents).set(purpose, consent);
    if (consent.granted && this.rules.sunset?.purposes.includes(purpose)) this.engage();
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

  /** A mail that was accepted, and that nobody has answered yet. */
  countUnheard(purpose: string, at: Instant): void {
    const { engagement, rules } = this;
    if (!engagement || !rules.sunset) return;
    if (purpose === rules.sunset.lastCall) engagement.lastCallAt = at;
    if (!rules.sunset.purposes.includes(purpose)) return;
    engagement.mails += 1;
    engagement.since ??= at;
  }

  /** Something happened: it may be a sign of interest. */
  hear(type: string): void {
    if (this.rules.sunset?.signs.includes(type)) this.engage();
  }

  private engage(): void {
    if (this.engagement) Object.assign(this.engagement, NO_ENGAGEMENT);
  }

  /** As of `now`, which never falls: what is counted no more is forgotten. */
  gateFacts(
    purpose: string,
    {
      rules,
      now,
      zone,
      client,
      priority,
      rivals,
    }: {
      readonly rules: GateRules;
      readonly now: Instant;
      readonly zone: string;
      readonly client: GateFacts['client'];
      readonly priority: number;
      readonly rivals: GateFacts['rivals'];
    },
  ): GateFacts {
    const mailedAt = this.timesOf(purpose, now);
    const mailedElse = this.mailsOf(othersCounted(rules, purpose), now);
    const consent = this.consents.get(purpose) ?? null;
    const { suppression, engagement } = this;
    return { purpose, mailedAt, mailedElse, consent, suppression, zone, client, priority, rivals, engagement };
  }

  private mailsOf(purposes: readonly string[], now: Instant): readonly CountedMail[] {
    if (purposes.length === 0) return NO_MAILS;
    return purposes.flatMap((purpose) => this.timesOf(purpose, now).map((at) => ({ purpose, at })));
  }

  private timesOf(purpose: string, now: Instant): readonly Instant[] {
    const mailedAt = this.mailed.get(purpose) ?? NONE;
    if (mailedAt.length === 0) return mailedAt;
    const first = now - longestWindow(this.rules, purpose);
    while ((mailedAt[0] ?? Number.POSITIVE_INFINITY) <= first) mailedAt.shift();
    return mailedAt;
  }
}

type MailsOnRecord = Pick<Newcomer, 'consents' | 'suppression' | 'mailed' | 'engagement'>;

function longestWindow({ caps, gap }: GateRules, purpose: string): number {
  let longest = gap?.purposes.includes(purpose) ? gap.atLeast : 0;
  for (const cap of caps) if (purposesOf(cap).includes(purpose)) longest = Math.max(longest, cap.within);
  return longest;
}

/** By rules, as they never change: purposes that are counted together with this one. */
const counted = new WeakMap<GateRules, Map<string, readonly string[]>>();

function othersCounted(rules: GateRules, purpose: string): readonly string[] {
  const known = counted.get(rules) ?? new Map<string, readonly string[]>();
  if (known.size === 0) counted.set(rules, known);
  const found = known.get(purpose) ?? workedOut(rules, purpose);
  known.set(purpose, found);
  return found;
}

function workedOut({ caps, gap }: GateRules, purpose: string): readonly string[] {
  const sets = [...caps.map(purposesOf), ...(gap ? [gap.purposes] : [])].filter((set) => set.includes(purpose));
  return [...new Set(sets.flat())].filter((one) => one !== purpose);
}
