import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { failure } from '../domain/errors';
import { type Instant, newId } from '../domain/ids';
import { idempotencyKeyField } from './contract/common';

const MOST_PROBLEMS = 20;

/** `events.3.type: not an event type; …`, one per problem. */
export function problemsOf(error: z.ZodError): readonly string[] {
  return error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${messageOf(issue)}`);
}

/** Of a key that is none: what its own schema says. */
const messageOf = (issue: z.core.$ZodIssue): string =>
  issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;

/** The value as its schema gives it. Throws VIV_BODY_INVALID, which names each place and what to write there. */
export function parseBody<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = problemsOf(result.error);
  const left = problems.length - MOST_PROBLEMS;
  const said = [...problems.slice(0, MOST_PROBLEMS), ...(left > 0 ? [`and ${left} more`] : [])];
  throw failure('VIV_BODY_INVALID', { problems: said.join('; ') });
}

/** Clocks of clients may be this much ahead of ours. */
const CLOCK_SKEW_MS = 5 * 60_000;

/** When it happened: `at`, or now. Throws VIV_BODY_INVALID for what has not happened yet. */
export function happenedAt(at: Instant | undefined, { now, path }: { readonly now: Instant; readonly path: string }) {
  if (at === undefined) return now;
  if (at <= now + CLOCK_SKEW_MS) return at;
  throw failure('VIV_BODY_INVALID', {
    problems: `${path}: ${new Date(at).toISOString()} lies in the future; only what has happened can be recorded`,
  });
}

/** The key that makes a request count once, from its body or its header Idempotency-Key; with neither, each request counts. */
export function idempotencyKeyOf(request: FastifyRequest, inBody: string | undefined): string {
  const [header] = [request.headers['idempotency-key']].flat();
  if (header === undefined) return inBody ?? newId();
  const inHeader = parseBody(idempotencyKeyField, header);
  if (inBody === undefined || inBody === inHeader) return inHeader;
  throw failure('VIV_BODY_INVALID', {
    problems: 'idempotencyKey: differs from the header Idempotency-Key; send one of them',
  });
}
