import type { Exclusive, Reenter } from '../domain/entry/schema';
import type { Instant } from '../domain/ids';
import { Prisma } from './db';
import { instantParam } from './fact-columns';
import type { SequenceVersion } from './sequences';

/**
 * The SQL half of what `enrol` asks, over the aliases of `factSources`, so that those who may not enter by a sweep take no place
 * on a page. src/domain/sequence/reentry.ts says the same of earlier journeys, src/domain/entry/admission.ts of the group.
 */
export function mayEnter({ sequence, definition }: SequenceVersion, now: Instant): Prisma.Sql {
  const { audience, reenter, exclusive } = definition;
  const isThere = { lead: Prisma.sql`l.id IS NOT NULL`, client: Prisma.sql`k.contact_id IS NOT NULL` } as const;
  const ofLead = reenter === 'newLead' ? ofThisLead : () => Prisma.sql`true`;
  return Prisma.sql`${isThere[audience]} AND ${isKeyless(reenter)}
    AND NOT EXISTS (
      SELECT 1 FROM journey j WHERE j.contact_id = c.id AND j.sequence = ${sequence} AND ${ofLead('j')}
        AND (j.status = 'running' OR ${barsEntry(reenter, now)}))
    AND NOT EXISTS (
      SELECT 1 FROM waiting w WHERE w.contact_id = c.id AND w.sequence = ${sequence} AND ${ofLead('w')})
    AND NOT ${givesWay(exclusive)}`;
}

const ofThisLead = (alias: 'j' | 'w'): Prisma.Sql => Prisma.sql`${Prisma.raw(alias)}.lead_id = l.id`;

/** A sweep brings no event, so nobody enters by it who needs one. */
const isKeyless = (reenter: Reenter): Prisma.Sql =>
  typeof reenter === 'string' || reenter.perKey === undefined ? Prisma.sql`true` : Prisma.sql`false`;

/** Whether the earlier journey j keeps its contact (or lead) out. */
function barsEntry(reenter: Reenter, now: Instant): Prisma.Sql {
  if (reenter === 'always') return Prisma.sql`false`;
  const after = typeof reenter === 'string' ? undefined : reenter.after;
  return after === undefined ? Prisma.sql`true` : Prisma.sql`j.entered_at > ${instantParam(now - after)}`;
}

/** Whoever would give way to another journey of the group is asked again the next day, and not refused each day. */
function givesWay(exclusive: Exclusive | undefined): Prisma.Sql {
  if (exclusive?.whenBusy !== 'drop') return Prisma.sql`false`;
  return Prisma.sql`EXISTS (
    SELECT 1 FROM journey g JOIN sequence_version v ON v.id = g.version_id
    WHERE g.contact_id = c.id AND g.status = 'running' AND v.definition->'exclusive'->>'group' = ${exclusive.group})`;
}
