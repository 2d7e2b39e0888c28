import { statusAfterPurchase } from '../client/status';
import type { Member } from '../entry/admission';
import type { ClientFacts, ContactFacts, FactEvent, Facts, LeadFacts, OrganisationFacts, Stage } from '../facts';
import type { GateFacts } from '../gate/gate';
import type { Instant } from '../ids';
import { taggedAnew } from '../journey/changed-facts';
import type { Rules } from '../rules';
import { earnedBy, rulesFor } from '../scoring/earned';
import { fitStanding } from '../scoring/fit';
import { addInterest, type Interest, scoreAt, withStepPoints } from '../scoring/interest';
import { type Measured, standingOf } from '../scoring/standing';
import type { PastJourney } from '../sequence/reentry';
import type { Change } from '../steps/handler';
import { EventLog, type Wanted } from './event-log';
import type { Run } from './run';

/** Somebody as they come into a simulation. */
export interface Newcomer {
  readonly contact: ContactFacts;
  /** Null for clients. `score` is not looked at: `interest` is. */
  readonly lead: LeadFacts | null;
  readonly client: (ClientFacts & { readonly statusAt: Instant }) | null;
  readonly organisation?: OrganisationFacts | null;
  readonly interest?: Interest;
  /** Points that capped rules have given so far. */
  readonly given?: ReadonlyMap<string, number>;
  /** The newest word by purpose. */
  readonly consents: ReadonlyMap<string, NonNullable<GateFacts['consent']>>;
  readonly suppression?: GateFacts['suppression'];
  /** Mails that caps may still count. */
  readonly mailed?: readonly { readonly purpose: string; readonly at: Instant }[];
  /** What happened before, oldest first. */
  readonly events?: readonly Omit<FactEvent, 'seq'>[];
  readonly past?: readonly (PastJourney & { readonly sequence: string })[];
  /** Whether the grade is judged now: for leads that are new. */
  readonly isNew: boolean;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
/** One object for a whole life, changed in place: what `advance` is given holds for the time of the call alone. */
export type LiveFacts = Omit<Mutable<Facts>, 'lead'> & { lead: Mutable<LeadFacts> | null };

const NONE: Instant[] = [];
const OVER: readonly Stage[] = ['won', 'lost'];

/** A contact of a simulation, with what the database would keep of them. */
export class Person {
  readonly facts: LiveFacts;
  readonly log: EventLog;
  readonly running: Run[] = [];
  /** Journeys under way that the simulation does not play, in the groups that they are in. */
  readonly elsewhere: (Member & { readonly group: string })[] = [];
  /** Entries that wait until no other journey of their group is under way. */
  readonly waiting: (() => void)[] = [];
  readonly past: (Mutable<PastJourney> & { readonly sequence: string })[];
  suppression: GateFacts['suppression'];
  private interest: Interest;
  private readonly given: Map<string, number>;
  private consents: Newcomer['consents'];
  private readonly mailed = new Map<string, Instant[]>();
  private clientSince: Instant;
  private moment: Instant;

  constructor(
    private readonly rules: Rules,
    wanted: Wanted,
    newcomer: Newcomer,
  ) {
    const { contact, lead, client, organisation = null, suppression = null } = newcomer;
    this.log = new EventLog(wanted);
    this.moment = contact.createdAt;
    this.interest = newcomer.interest ?? { points: 0, at: contact.createdAt };
    this.given = new Map(newcomer.given);
    this.consents = newcomer.consents;
    this.suppression = suppression;
    this.clientSince = client?.statusAt ?? 0;
    this.past = (newcomer.past ?? []).map((journey) => ({ ...journey }));
    for (const { purpose, at } of newcomer.mailed ?? []) this.countMail(purpose, at);
    for (const event of newcomer.events ?? []) this.log.add(event);
    const { events, lastSeq } = this.log;
    this.facts = {
      contact,
      lead: lead && { ...lead, score: this.scoreNow },
      client,
      organisation,
      events,
      lastSeq,
      entry: undefined,
      enteredAt: undefined,
    };
    if (newcomer.isNew) this.refit();
  }

  get now(): Instant {
    return this.moment;
  }

  /** The score fades from moment to moment: it is that of the moment at which somebody looks. */
  set now(now: Instant) {
    if (now === this.moment) return;
    this.moment = now;
    this.tellScore();
  }

  private get scoreNow(): number {
    return scoreAt(this.interest, this.moment, this.rules.scoring.halfLife);
  }

  private tellScore(): void {
    const { lead } = this.facts;
    if (lead) lead.score = this.scoreNow;
  }

  /** Records an event, with what it means for scores, client status, consent and suppression. */
  record(event: Omit<FactEvent, 'seq'>, { isKept = false }: { readonly isKept?: boolean } = {}): FactEvent {
    this.now = Math.max(this.now, event.at);
    const recorded = this.log.add(event, isKept);
    this.facts.lastSeq = this.log.lastSeq;
    this.score(event);
    return recorded;
  }

  private score({ type, at, journeyId }: Omit<FactEvent, 'seq'>): void {
    const { lead } = this.facts;
    const { scoring } = this.rules;
    if (!lead || OVER.includes(lead.stage)) return;
    const rules = rulesFor(scoring, type);
    if (rules.length === 0 || (journeyId !== null && !this.isOfLead(journeyId))) return;
    const earned = earnedBy(rules, { given: this.given });
    if (earned.length === 0) return;
    let points = 0;
    for (const one of earned) {
      points += one.points;
      this.given.set(one.rule, (this.given.get(one.rule) ?? 0) + one.points);
    }
    this.interest = addInterest(this.interest, { points, at }, scoring.halfLife);
    this.rejudge({ score: scoreAt(this.interest, this.interest.at, scoring.halfLife) });
  }

  /** What happens in a client's journey says nothing of a lead. */
  private isOfLead(journeyId: string): boolean {
    const run = this.running.find(({ id }) => id === journeyId);
    return run === undefined || run.definition.audience === 'lead';
  }

  private rejudge(measured: Measured): void {
    const { lead } = this.facts;
    if (!lead) return;
    const { grade, temperature, stage } = standingOf(this.rules.scoring, lead, measured);
    lead.grade = grade;
    lead.temperature = temperature;
    lead.stage = stage;
    this.tellScore();
  }

  private refit(): void {
    const { lead } = this.facts;
    const { scoring } = this.rules;
    if (!lead || OVER.includes(lead.stage)) return;
    this.rejudge({
      score: scoreAt(this.interest, this.now, scoring.halfLife),
      fit: fitStanding(scoring, this.facts, this.now),
    });
  }

  /** What steps change, as the store applies it. Tasks and joins are for the simulation itself. */
  apply(change: Change): void {
    const { facts } = this;
    switch (change.type) {
      case 'attributes':
        facts.contact = { ...facts.contact, attributes: { ...facts.contact.attributes, ...change.set } };
        this.refit();
        return;
      case 'tags':
        facts.contact = { ...facts.contact, tags: taggedAnew(facts.contact.tags, change) };
        this.refit();
        return;
      case 'stage':
        if (facts.lead) facts.lead.stage = change.stage;
        return;
      case 'score':
        this.addPoints(change.points);
        return;
      default:
        return;
    }
  }

  private addPoints(points: number): void {
    const { lead } = this.facts;
    if (!lead || OVER.includes(lead.stage)) return;
    const { halfLife } = this.rules.scoring;
    this.interest = withStepPoints(this.interest, { points, at: this.now }, halfLife);
    this.rejudge({ score: scoreAt(this.interest, this.interest.at, halfLife) });
  }

  purchase(amount: number, at: Instant): void {
    const { client } = this.facts;
    const before = client && {
      status: client.status,
      statusAt: this.clientSince,
      lastPurchaseAt: client.lastPurchaseAt,
    };
    const { status, asOf } = statusAfterPurchase(this.rules.lifecycle, before, at);
    if (status !== client?.status) this.clientSince = asOf;
    this.facts.client = {
      status,
      firstPurchaseAt: Math.min(client?.firstPurchaseAt ?? at, at),
      lastPurchaseAt: Math.max(client?.lastPurchaseAt ?? at, at),
      purchases: (client?.purchases ?? 0) + 1,
      revenue: (client?.revenue ?? 0) + amount,
    };
  }

  /** What recency made of a client. */
  becomes(status: ClientFacts['status'], at: Instant): void {
    const { client } = this.facts;
    if (!client) return;
    this.facts.client = { ...client, status };
    this.clientSince = at;
  }

  /** A journey that the simulation does not play is under way no more. */
  leave(journeyId: string): void {
    const index = this.elsewhere.findIndex((member) => member.journeyId === journeyId);
    if (index >= 0) this.elsewhere.splice(index, 1);
  }

  consent(purpose: string, consent: NonNullable<GateFacts['consent']>): void {
    this.consents = new Map(this.consents).set(purpose, consent);
  }

  withdraw(purpose: string, { source, at }: { readonly source: string; readonly at: Instant }): void {
    this.consent(purpose, { granted: false, source, at });
  }

  /** A mail of the purpose that went out, or may have. */
  countMail(purpose: string, at: Instant): void {
    const mailed = this.mailed.get(purpose);
    if (mailed) mailed.push(at);
    else this.mailed.set(purpose, [at]);
  }

  gateFacts(purpose: string): GateFacts {
    const mailedAt = this.mailed.get(purpose) ?? NONE;
    if (mailedAt.length > 0) {
      const first = this.now - longestCap(this.rules, purpose);
      while ((mailedAt[0] ?? Number.POSITIVE_INFINITY) <= first) mailedAt.shift();
    }
    const consent = this.consents.get(purpose) ?? null;
    return { purpose, mailedAt, consent, suppression: this.suppression, zone: this.facts.contact.timeZone };
  }
}

const longestCap = ({ gate }: Rules, purpose: string): number =>
  gate.caps.reduce((most, cap) => (cap.purpose === purpose ? Math.max(most, cap.within) : most), 0);
