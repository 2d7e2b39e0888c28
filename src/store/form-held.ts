import { z } from 'zod';
import { CONSENT_BASES } from '../domain/consent/record';
import { failure } from '../domain/errors';
import type { Instant, Json } from '../domain/ids';
import { type Db, Prisma, type Tx, transaction } from './db';
import { millis } from './fact-columns';
import { dayOf } from './refusals';
import { type Registration, registerIn } from './registration';
import type { TurnDeps } from './turn';

const json: z.ZodType<Json> = z.json();
const values = z.record(z.string(), json);

/** A registration as it was kept; a row of another version of Viveiro is refused rather than misread. */
const registrationSchema = z.strictObject({
  idempotencyKey: z.string(),
  at: z.number(),
  contact: z.strictObject({
    email: z.string(),
    name: z.string().optional(),
    locale: z.string().optional(),
    attributes: values.optional(),
  }),
  lead: z.strictObject({ offer: z.string(), source: z.string(), campaign: z.string().optional() }),
  form: z.string().optional(),
  tells: values.optional(),
  says: values.optional(),
  event: z.strictObject({ type: z.string(), properties: values }).optional(),
  consent: z
    .strictObject({
      purpose: z.string(),
      granted: z.boolean(),
      basis: z.enum(CONSENT_BASES),
      text: z.string(),
      textVersion: z.string().optional(),
      locale: z.string().optional(),
      doubleOptIn: z.boolean().optional(),
      proof: z
        .strictObject({ ip: z.string().optional(), userAgent: z.string().optional(), evidence: values.optional() })
        .optional(),
    })
    .optional(),
});

export interface Held {
  readonly id: string;
  readonly form: string;
  readonly at: Instant;
  readonly reasons: readonly string[];
  readonly registration: Registration;
}

const COLUMNS = Prisma.sql`id, form, ${millis(Prisma.sql`at`)} AS at, reasons, registration`;

/** What is held, the newest first. */
export async function listHeld(
  db: Db,
  { form, most }: { readonly form?: string | undefined; readonly most: number },
): Promise<readonly Held[]> {
  const rows = await db.$queryRaw<Held[]>`
    SELECT ${COLUMNS} FROM form_submission
    WHERE standing = 'held' AND registration IS NOT NULL AND (${form ?? null}::text IS NULL OR form = ${form ?? null})
    ORDER BY form_submission.at DESC, id LIMIT ${most}`;
  return rows.map((row) => ({ ...row, registration: registrationSchema.parse(row.registration) as Registration })); // same shape
}

/**
 * Lets what was held count after all, with the time and the words of consent that it had when it was sent. Throws
 * VIV_FORM_HELD_UNKNOWN, also when somebody has decided already.
 */
export function releaseHeld(
  db: Db,
  deps: TurnDeps,
  { id, now }: { readonly id: string; readonly now: Instant },
): Promise<{ readonly contactId: string; readonly form: string }> {
  return transaction(db, async (tx) => {
    const { registration, form } = await settle(tx, { id, now, standing: 'released' });
    const { contactId } = await registerIn(tx, deps, registration);
    await tx.$executeRaw`UPDATE form_submission SET contact_id = ${contactId}::uuid WHERE id = ${id}::uuid`;
    return { contactId, form };
  });
}

/** Forgets what was held. Throws VIV_FORM_HELD_UNKNOWN. */
export function dropHeld(
  db: Db,
  o: { readonly id: string; readonly now: Instant },
): Promise<{ readonly form: string }> {
  return transaction(db, (tx) => settle(tx, { ...o, standing: 'dropped' }));
}

async function settle(
  tx: Tx,
  { id, now, standing }: { readonly id: string; readonly now: Instant; readonly standing: 'released' | 'dropped' },
): Promise<Pick<Held, 'form' | 'registration'>> {
  const rows = z.uuid().safeParse(id).success
    ? await tx.$queryRaw<{ form: string; registration: Json }[]>`
        WITH held AS (
          SELECT id, registration FROM form_submission
          WHERE id = ${id}::uuid AND standing = 'held' AND registration IS NOT NULL FOR UPDATE)
        UPDATE form_submission f SET standing = ${standing}, settled_at = ${new Date(now)}, registration = NULL
        FROM held WHERE f.id = held.id RETURNING f.form, held.registration`
    : [];
  const [row] = rows;
  if (!row) throw failure('VIV_FORM_HELD_UNKNOWN', { id });
  return { form: row.form, registration: registrationSchema.parse(row.registration) as Registration }; // same shape
}

export interface FormCount {
  /** Empty: refused, since there is no form of that name. */
  readonly form: string;
  /** `taken`, `held`, `released`, `dropped`, `refused`. */
  readonly standing: string;
  /** Of a refusal: its code. Of what is held: the reason. */
  readonly why: string | null;
  readonly count: number;
}

/** How forms were sent since: what counted, what is held and why, what was refused. */
export async function countForms(
  db: Db,
  { since, form }: { readonly since: Instant; readonly form?: string | undefined },
): Promise<readonly FormCount[]> {
  const only = form ?? null;
  return db.$queryRaw<FormCount[]>`
    SELECT form, standing, array_to_string(reasons, ', ') AS why, count(*)::float8 AS count FROM form_submission
      WHERE at >= ${new Date(since)} AND (${only}::text IS NULL OR form = ${only}) GROUP BY 1, 2, 3
    UNION ALL
    SELECT name AS form, 'refused' AS standing, code AS why, sum(count)::float8 AS count FROM refusal
      WHERE kind = 'form' AND day >= ${dayOf(since)} AND (${only}::text IS NULL OR name = ${only}) GROUP BY 1, 3
    ORDER BY 1, 2, 4 DESC, 3`;
}

/** How long a held submission waits for a person, and how long a row says that its page was sent. */
const KEPT_FOR_MS = 30 * 86_400_000;

/** Deletes some thousand rows whose time is over. Answers how many: 0 when none is left. */
export async function forgetSubmissions(tx: Tx, now: Instant): Promise<number> {
  return tx.$executeRaw`
    DELETE FROM form_submission WHERE id IN (
      SELECT id FROM form_submission WHERE at < ${new Date(now - KEPT_FOR_MS)} LIMIT 5000)`;
}
