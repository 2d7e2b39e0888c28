import { z } from 'zod';
import { failure } from '../domain/errors';
import { type Instant, newId } from '../domain/ids';
import type { TemplateContent } from '../domain/template/content';
import { checksumOf } from './checksum';
import { type Db, Prisma, type Tx } from './db';
import { millis } from './fact-columns';
import { createMemory } from './memory';

/** A published version of a template: it never changes. */
export interface TemplateVersion {
  readonly id: string;
  readonly template: string;
  readonly version: number;
  readonly content: TemplateContent;
}

export interface TemplatePublication {
  readonly template: string;
  readonly content: TemplateContent;
  readonly now: Instant;
}

export interface PublishedTemplate {
  readonly id: string;
  readonly version: number;
  readonly status: 'published' | 'unchanged';
}

/**
 * Makes the next version of a template, unless the newest gives recipients the same already. Publishing at the same time waits in
 * turn.
 */
export async function publishTemplate(
  tx: Tx,
  { template, content, now }: TemplatePublication,
): Promise<PublishedTemplate> {
  const checksum = templateChecksum(content);
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`template ${template}`}, 0))::text`;
  const [newest] = await tx.$queryRaw<{ id: string; version: number; checksum: string }[]>`
    SELECT id, version, checksum FROM template_version WHERE template = ${template} ORDER BY version DESC LIMIT 1`;
  if (newest?.checksum === checksum) return { id: newest.id, version: newest.version, status: 'unchanged' };
  const [id, version] = [newId(), (newest?.version ?? 0) + 1];
  await tx.$executeRaw`
    INSERT INTO template_version (id, template, version, content, checksum, published_at)
    VALUES (${id}::uuid, ${template}, ${version}, ${JSON.stringify(content)}::jsonb, ${checksum}, ${new Date(now)})`;
  return { id, version, status: 'published' };
}

/** Of what recipients get: notes in the files are nothing to them. */
export const templateChecksum = ({ texts }: TemplateContent): string => checksumOf(JSON.parse(JSON.stringify(texts)));

/** The id of the newest version of a template; null: none is published. */
export async function newestTemplateId(tx: Tx, template: string): Promise<string | null> {
  const [row] = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM template_version WHERE template = ${template} ORDER BY version DESC LIMIT 1`;
  return row?.id ?? null;
}

/** A version by its id; from memory after the first time. Throws VIV_NOT_FOUND. */
export async function findTemplateVersion(tx: Tx, id: string): Promise<TemplateVersion> {
  const known = remembered.get(id);
  if (known) return known;
  const [row] = await tx.$queryRaw<Row[]>`
    SELECT id, template, version, content FROM template_version WHERE id = ${id}::uuid`;
  if (!row) throw failure('VIV_NOT_FOUND', { what: `Template version ${id}` });
  return remembered.keep(id, { ...row, content: contentSchema.parse(row.content) });
}

/** The newest version of a template, or that of a number. Throws VIV_TEMPLATE_VERSION_UNKNOWN, which names those that are there. */
export async function findNumberedTemplate(
  tx: Tx,
  { template, version }: { readonly template: string; readonly version?: number },
): Promise<TemplateVersion> {
  const rows = await tx.$queryRaw<{ id: string; version: number }[]>`
    SELECT id, version FROM template_version WHERE template = ${template} ORDER BY version`;
  const found = version === undefined ? rows.at(-1) : rows.find((row) => row.version === version);
  if (found) return findTemplateVersion(tx, found.id);
  const known = rows.map((row) => row.version).join(', ');
  throw failure('VIV_TEMPLATE_VERSION_UNKNOWN', { template, version: version ?? 1, known });
}

export interface ListedTemplate {
  readonly id: string;
  readonly template: string;
  readonly version: number;
  readonly locales: readonly string[];
  readonly checksum: string;
  readonly publishedAt: Instant;
}

/** Published versions, newest first: of one template, or of all, by name. */
export function listTemplateVersions(db: Db, template?: string): Promise<readonly ListedTemplate[]> {
  return db.$queryRaw<ListedTemplate[]>`
    SELECT id, template, version, checksum,
      ARRAY(SELECT text->>'locale' FROM jsonb_array_elements(content->'texts') AS text) AS locales,
      ${millis(Prisma.sql`published_at`)} AS "publishedAt"
    FROM template_version WHERE ${template ?? null}::text IS NULL OR template = ${template ?? null}
    ORDER BY template, version DESC`;
}

const targetSchema = z.object({ name: z.string(), literals: z.array(z.string()), values: z.array(z.string()) });
const contentSchema = z.object({
  texts: z.array(
    z.object({
      locale: z.string(),
      subject: z.string(),
      preheader: z.string(),
      html: z.string(),
      text: z.string().nullable(),
      links: z.array(targetSchema),
    }),
  ),
  files: z.record(z.string(), z.string()),
}) satisfies z.ZodType<TemplateContent>;

interface Row {
  readonly id: string;
  readonly template: string;
  readonly version: number;
  readonly content: unknown;
}

/** Ids are unique across databases, so memory serves every database of the process. */
const remembered = createMemory<TemplateVersion>();
