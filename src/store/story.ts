import type { Instant } from '../domain/ids';
import { type ContactRef, contactIdOf } from './contact-ref';
import type { Db } from './db';
import { type StoryEntry, type StoryRows, tellStory } from './story-entries';

export type { StoryEntry } from './story-entries';

/** Everything on record about one contact, in the order in which it happened. */
export interface Story {
  readonly contact: {
    readonly id: string;
    readonly email: string;
    readonly name: string | null;
    readonly timeZone: string;
    readonly locale: string;
    readonly tags: readonly string[];
    /** Name of its company, or the domain of one that has no name. */
    readonly organisation: string | null;
  };
  readonly leads: readonly {
    readonly id: string;
    readonly offer: string;
    readonly source: string;
    readonly stage: string;
    readonly temperature: string;
    readonly grade: string;
  }[];
  /** Status of the contact as a client; null for one who has not bought. */
  readonly clientStatus: string | null;
  readonly journeys: readonly {
    readonly id: string;
    readonly sequence: string;
    readonly status: string;
    readonly outcome: string | null;
    readonly dueAt: Instant | null;
  }[];
  readonly entries: readonly StoryEntry[];
}

/** The story of a contact, from what was stored when it happened; nothing is computed again. Throws VIV_CONTACT_UNKNOWN. */
export async function storyOf(db: Db, ref: ContactRef): Promise<Story> {
  const contactId = await contactIdOf(db, ref);
  const where = { contactId };
  const [contact, leads, client, journeys, rows] = await Promise.all([
    readContact(db, contactId),
    db.lead.findMany({
      where,
      orderBy: { createdAt: 'asc' },
      select: { id: true, offer: true, source: true, stage: true, temperature: true, grade: true },
    }),
    db.client.findUnique({ where, select: { status: true } }),
    db.journey.findMany({
      where,
      orderBy: { enteredAt: 'asc' },
      select: { id: true, sequence: true, status: true, outcome: true, dueAt: true },
    }),
    readRows(db, contactId),
  ]);
  return {
    contact,
    leads,
    clientStatus: client?.status ?? null,
    journeys: journeys.map((journey) => ({ ...journey, dueAt: journey.dueAt?.getTime() ?? null })),
    entries: tellStory({ ...rows, sequences: new Map(journeys.map(({ id, sequence }) => [id, sequence])) }),
  };
}

async function readContact(db: Db, id: string): Promise<Story['contact']> {
  const { organisationId, ...contact } = await db.contact.findUniqueOrThrow({
    where: { id },
    select: { id: true, email: true, name: true, timeZone: true, locale: true, tags: true, organisationId: true },
  });
  const organisation = organisationId ? await db.organisation.findUnique({ where: { id: organisationId } }) : null;
  return { ...contact, organisation: organisation && (organisation.name ?? organisation.domain) };
}

async function readRows(db: Db, contactId: string): Promise<Omit<StoryRows, 'sequences'>> {
  const where = { contactId };
  const orderBy = { seq: 'asc' } as const;
  const handoffs = await db.handoff.findMany({ where, select: { id: true } });
  const [interactions, scores, decisions, consents, sends] = await Promise.all([
    db.interaction.findMany({ where, orderBy }),
    db.scoreEntry.findMany({ where, orderBy }),
    db.decision.findMany({ where, orderBy }),
    db.consent.findMany({ where: { ...where, granted: true }, orderBy }), // a withdrawal is told by its decision
    db.send.findMany({
      where: { OR: [where, { handoffId: { in: handoffs.map(({ id }) => id) } }] },
      orderBy: { plannedAt: 'asc' },
    }),
  ]);
  const ids = sends.flatMap(({ templateVersionId }) => templateVersionId ?? []);
  const versions = await db.templateVersion.findMany({
    where: { id: { in: ids } },
    select: { id: true, version: true },
  });
  const templateVersions = new Map(versions.map(({ id, version }) => [id, version]));
  return { interactions, scores, decisions, consents, sends, templateVersions };
}
