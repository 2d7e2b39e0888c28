import { eventsOfEntry } from '../domain/entry/schema';
import type { Instant } from '../domain/ids';
import type { Rules } from '../domain/rules';
import { type Backtested, backtest } from '../domain/simulation/backtest';
import { readHistories } from '../store/backtest';
import type { Db } from '../store/db';
import { definitionsIn, joinedBy, readDraft } from './simulating';

export interface BacktestRequest {
  readonly rules: Rules;
  /** The draft: a sequence file. */
  readonly file: string;
  /** Where the sequences stand that it may join. */
  readonly folder: string;
  readonly since: Instant;
  readonly now: Instant;
  readonly limit: number;
  readonly contactId?: string;
}

/** What was, beside what would have been. */
export interface Compared {
  readonly would: number;
  readonly happened: number;
}

export interface BacktestResult {
  readonly sequence: string;
  readonly since: string;
  readonly contacts: number;
  readonly entered: number;
  readonly mails: Compared;
  readonly mailsByTemplate: { readonly [template: string]: Compared };
  readonly handoffs: Compared;
  readonly deferred: number;
  readonly skipped: number;
  readonly outcomes: { readonly [outcome: string]: number };
  readonly unknown: Backtested['unknown'];
  readonly people: readonly Backtested[];
}

/** Replays recorded histories against a draft; writes nothing. Throws VIV_SEQUENCE_INVALID. */
export async function runBacktest(db: Db, request: BacktestRequest): Promise<BacktestResult> {
  const { rules, since, now, limit, contactId } = request;
  const draft = await readDraft(request.file);
  const others = joinedBy(draft, await definitionsIn(request.folder));
  const { sequence, audience } = draft;
  const query = { sequence, audience, entries: eventsOfEntry(draft.enter), since, now, limit, contactId };
  const people: Backtested[] = [];
  for await (const page of readHistories(db, query))
    for (const history of page) people.push(backtest({ rules, draft, others, since, now }, history));
  return { sequence, since: new Date(since).toISOString(), ...summedUp(people), people };
}

function summedUp(people: readonly Backtested[]): Omit<BacktestResult, 'sequence' | 'since' | 'people'> {
  const sum = (read: (one: Backtested) => number): number => people.reduce((total, one) => total + read(one), 0);
  const templates = new Map<string, { would: number; happened: number }>();
  const outcomes = new Map<string, number>();
  const at = (template: string) => {
    const counts = templates.get(template) ?? { would: 0, happened: 0 };
    templates.set(template, counts);
    return counts;
  };
  for (const { would, happened, outcome } of people) {
    for (const { template } of would.mails) at(template).would += 1;
    for (const { template } of happened.mails) at(template).happened += 1;
    if (outcome !== null) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  return {
    contacts: people.length,
    entered: sum(({ enteredAt }) => (enteredAt === null ? 0 : 1)),
    mails: { would: sum(({ would }) => would.mails.length), happened: sum(({ happened }) => happened.mails.length) },
    mailsByTemplate: Object.fromEntries(templates),
    handoffs: {
      would: sum(({ would }) => would.handoffs.length),
      happened: sum(({ happened }) => happened.handoffs.length),
    },
    deferred: sum(({ would }) => would.deferred),
    skipped: sum(({ would }) => would.skipped),
    outcomes: Object.fromEntries(outcomes),
    unknown: {
      mailsNeverSent: sum(({ unknown }) => unknown.mailsNeverSent),
      reactionsLeftOut: sum(({ unknown }) => unknown.reactionsLeftOut),
      handoffsNeverOffered: sum(({ unknown }) => unknown.handoffsNeverOffered),
      tasks: sum(({ unknown }) => unknown.tasks),
    },
  };
}
