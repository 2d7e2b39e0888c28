import type { Instant } from '../domain/ids';
import type { Db } from './db';

/** What a refused request or message was sent to: `view` of a page of ours, `mail` at our own port, `request`: it was no HTTP at all. */
export const REFUSAL_KINDS = ['link', 'form', 'view', 'hook', 'source', 'mail', 'request'] as const;
export type RefusalKind = (typeof REFUSAL_KINDS)[number];

/** One refusal, with nothing of who sent it, or what. */
export interface Refusal {
  readonly kind: RefusalKind;
  /** Which link, form, hook or source; empty: there is none of that name, or the kind has no names. */
  readonly name: string;
  /** Of the error registry. */
  readonly code: string;
}

export interface RefusalCount extends Refusal {
  /** 2026-03-02, UTC. */
  readonly day: string;
  readonly count: number;
}

/** The day (UTC) by which refusals are counted. */
export const dayOf = (at: Instant): string => new Date(at).toISOString().slice(0, 10);

/** Adds up, all in one statement. In one order, so that processes which write the same rows at once wait for each other, and no more. */
export async function addRefusals(db: Db, counts: readonly RefusalCount[]): Promise<void> {
  const column = <K extends keyof RefusalCount>(key: K): RefusalCount[K][] => counts.map((one) => one[key]);
  await db.$executeRaw`
    INSERT INTO refusal (day, kind, name, code, count)
    SELECT * FROM unnest(${column('day')}::text[], ${column('kind')}::text[], ${column('name')}::text[], ${column('code')}::text[],
      ${column('count')}::bigint[]) AS told (day, kind, name, code, count) ORDER BY day, kind, name, code
    ON CONFLICT (day, kind, name, code) DO UPDATE SET count = refusal.count + excluded.count`;
}

export interface RefusalQuery {
  readonly since: Instant;
  readonly kind?: RefusalKind | undefined;
}

/** How much was refused since that day, the newest day and the most frequent first. */
export async function listRefusals(db: Db, { since, kind }: RefusalQuery): Promise<readonly RefusalCount[]> {
  return db.$queryRaw<RefusalCount[]>`
    SELECT day, kind, name, code, count::float8 AS count FROM refusal
    WHERE day >= ${dayOf(since)} AND (${kind ?? null}::text IS NULL OR kind = ${kind ?? null})
    ORDER BY refusal.day DESC, refusal.count DESC, kind, name, code`;
}
