import { statusAt } from '../client/status';
import type { Member } from '../entry/admission';
import type { ClientFacts, FactEvent, LeadFacts, Stage } from '../facts';
import type { Instant } from '../ids';
import { taggedAnew } from '../journey/changed-facts';
import type { Rules } from '../rules';
import { earnedBy, rulesFor } from '../scoring/earned';
import { fitStanding } from '../scoring/fit';
import { addInterest, type Interest, scoreAt, withStepPoints } from '../scoring/interest';
import { type Measured, standingOf, temperatureOf } from '../scoring/standing';
import type { PastJourney } from '../sequence/reentry';
import type { Change } from '../steps/handler';
import { clientAfter } from './client';
import { EventLog, type Wanted } from './event-log';
import { isFixed, OVER } from './is-fixed';
import { meantBy, OtherLeads } from './leads';
import type { LiveFacts, Mutable } from './live-facts';
import { MailRecord } from './mail-record';
import type { Newcomer } from './newcomer';
import type { Run } from './run';
import type { Waiting } from './waiting';

/** A contact of a simulation, with what the database would keep of them. */
export class Person {
  readonly facts: LiveFacts;
  readonly log: EventLog;
  readonly running: Run[] = [];
  /** Journeys under way that the simulation does not play, in the groups that they are in. */
  readonly elsewhere: (Member & { readonly group: string })[] = [];
  /** Entries that wait until their group, or the day, has room: the oldest first. */
  readonly waiting: Waiting[] = [];
  readonly past: (Mutable<PastJourney> & { readonly sequence: string })[];
  /** Null: they have none. */
  newestLeadId: string | null;
  private others: OtherLeads | undefined;
  private interest: Interest;
  private given: Map<string, number>;
  /** What the gate is told of them. */
  readonly mails: MailRecord;
  private clientSince: Instant;
  private moment: Instant;

  constructor(
    private readonly rules: Rules,
    wanted: Wanted,
    newcomer: Newcomer,
  ) {
    const { contact, lead, client, organisation = null } = newcomer;
    this.log = new EventLog(wanted);
    this.moment = contact.createdAt;
    this.interest = newcomer.interest ?? { points: 0, at: contact.createdAt };
    this.given = new Map(newcomer.given);
    this.mails = new MailRecord(rules.gate, newcomer);
    this.newestLeadId = lead?.id ?? null;
    this.clientSince = client?.statusAt ?? 0;
    this.past = (newcomer.past ?? []).map((journey) => ({ ...journey }));
    if (newcomer.recorded) this.log.restore(newcomer.recorded);
    else for (const event of newcomer.events ?? []) this.log.add(event);
    const { events, lastSeq } = this.log;
    this.facts = {
      contact,
      lead: lead && { ...lead, score: this.scoreNow },
      client,
      organisation,
      events,
      lastSeq,
      entry: undefined,
      event: undefined, // there from the beginning on: a spread that brings a new field is dear (decision 25)
      enteredAt: undefined,
    };
    if (newcomer.otherLeads) this.others = OtherLeads.of(newcomer.otherLeads);
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
  record(
    event: Omit<FactEvent, 'seq'>,
    { isKept = false, leadId }: { readonly isKept?: boolean; readonly leadId?: string } = {},
  ): FactEvent {
    this.now = Math.max(this.now, event.at);
    const recorded = this.log.add(event, isKept);
    this.facts.lastSeq = this.log.lastSeq;
    if (this.others) this.scoreEach(event, leadId);
    else this.score(event);
    return recorded;
  }

  /** As src/store/scores.ts chooses the leads. */
  private scoreEach(event: Omit<FactEvent, 'seq'>, leadId: string | undefined): void {
    const { journeyId, properties } = event;
    const ofJourney = journeyId === null ? undefined : this.past.find(({ id }) => id === journeyId)?.leadId;
    this.each(meantBy(this.leads(), { leadId, ofJourney, offer: properties.offer }), () => this.score(event));
  }

  private leads(): readonly LeadFacts[] {
    const { lead } = this.facts;
    return [...(lead ? [lead] : []), ...(this.others?.all() ?? [])];
  }

  /** Does the same with each of the leads, and looks at the one before again. */
  private each(leadIds: readonly string[], does: () => void): void {
    const before = this.facts.lead?.id ?? null;
    for (const id of leadIds) {
      this.focus(id);
      does();
    }
    this.focus(before);
  }

  /** From now on `facts.lead` is this lead; null: the newest. Costs nothing for whoever has one. */
  focus(leadId: string | null): void {
    if (this.others !== undefined) this.lookAt(this.others, leadId ?? this.newestLeadId);
  }

  /** The facts as they are at `now`, of no journey, with the newest lead. */
  lookAnew(now: Instant): void {
    this.now = now;
    this.focus(null);
    this.facts.entry = undefined;
    this.facts.enteredAt = undefined;
  }

  private lookAt(others: OtherLeads, leadId: string | null): void {
    const { facts, interest, given } = this;
    if (leadId === null || facts.lead?.id === leadId) return;
    const next = others.take(leadId);
    if (!next) return;
    if (facts.lead) others.hold({ lead: facts.lead, interest, given });
    this.interest = next.interest;
    this.given = next.given;
    facts.lead = { ...next.lead, score: this.scoreNow };
  }

  /** Opens another lead, which is the newest from now on. */
  openLead(lead: LeadFacts): void {
    const { facts, interest, given } = this;
    this.others ??= new OtherLeads();
    if (facts.lead) this.others.hold({ lead: facts.lead, interest, given });
    this.interest = { points: 0, at: lead.createdAt };
    this.given = new Map();
    facts.lead = { ...lead, score: this.scoreNow };
    this.newestLeadId = lead.id;
    this.refit();
  }

  /** The lead in an offer. */
  leadIn(offer: string): LeadFacts | undefined {
    return this.leads().find((lead) => lead.offer === offer);
  }

  /** Stages of the leads that are not looked at; undefined for whoever has no others. */
  otherStages(): ReadonlyMap<string, Stage> | undefined {
    return this.others?.stages();
  }

  private score({ type, at, journeyId }: Omit<FactEvent, 'seq'>): void {
    const { lead } = this.facts;
    const { scoring } = this.rules;
    if (!lead || isFixed(lead, this.facts.contact)) return;
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
    if (!lead || isFixed(lead, this.facts.contact)) return;
    this.rejudge({
      score: scoreAt(this.interest, this.now, scoring.halfLife),
      fit: fitStanding(scoring, this.facts, this.now),
    });
  }

  /** Does the same with all of their leads. */
  private eachLead(does: () => void): void {
    if (!this.others) does();
    else
      this.each(
        this.leads().map(({ id }) => id),
        does,
      );
  }

  /** What steps change, as the store applies it. Tasks and joins are for the simulation itself. */
  apply(change: Change): void {
    const { facts } = this;
    switch (change.type) {
      case 'attributes':
        facts.contact = { ...facts.contact, attributes: { ...facts.contact.attributes, ...change.set } };
        this.eachLead(() => this.refit());
        return;
      case 'tags':
        facts.contact = { ...facts.contact, tags: taggedAnew(facts.contact.tags, change) };
        this.eachLead(() => this.refit());
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
    if (!lead || isFixed(lead, this.facts.contact)) return;
    const { halfLife } = this.rules.scoring;
    this.interest = withStepPoints(this.interest, { points, at: this.now }, halfLife);
    this.rejudge({ score: scoreAt(this.interest, this.interest.at, halfLife) });
  }

  purchase(amount: number, at: Instant): void {
    const { client } = this.facts;
    const after = clientAfter(this.rules.lifecycle, { client, since: this.clientSince }, { amount, at });
    this.facts.client = after.client;
    this.clientSince = after.since;
  }

  /** Gives the client the status of recency; whether it is another one. */
  followRecency(): boolean {
    const { client } = this.facts;
    if (client === null) return false;
    const status = statusAt(this.rules.lifecycle, client, this.now);
    if (status === client.status) return false;
    this.becomes(status, this.now);
    return true;
  }

  /** Gives open leads the temperature of what is left of their interest. */
  cool(): void {
    this.eachLead(() => {
      const { lead } = this.facts;
      if (lead === null || lead.temperature === 'cold' || OVER.includes(lead.stage)) return;
      lead.temperature = temperatureOf(this.rules.scoring, lead.score);
    });
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
}
