import { z } from 'zod';
import { CONSENT_BASES } from '../consent/record';
import { pathSchema, timeAtSchema } from '../inbound/mapping-rules';
import { signatureProblems, signatureSchema } from '../inbound/signature-rules';
import { slug } from '../sequence/names';
import { secretName } from '../webhook/secret-name';
import type { Found } from '../yaml/problem';

const path = pathSchema('lead.fields[name=email].values.0');

const words = (most: number) => z.string().trim().min(1).max(most);

/** Words of one's own, or what stands at a place; with `values`, what those mean. */
const value = z.union([
  z.strictObject({ text: words(5000) }),
  z.strictObject({
    path,
    values: z.record(z.string().max(200), words(1000)).optional().meta({ description: 'What the values mean to us.' }),
  }),
]);
export type SourceValue = z.output<typeof value>;

const attribute = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,59}$/, 'not an attribute name; write letters, digits and _');

const queryName = z
  .string()
  .regex(/^[A-Za-z][\w.-]{0,63}$/, 'not the name of a query parameter; write it like hub.challenge');

const secret = secretName('VIVEIRO_WEBHOOK_META_SECRET');

/** How the other side makes sure that the address is ours before it sends anything. */
const handshake = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('token'),
    token: queryName.meta({ description: 'The parameter that brings a token that both have agreed on.' }),
    tokenEnv: secret.meta({ description: 'The environment variable that holds it.' }),
    challenge: queryName.meta({ description: 'The parameter that is answered as it came.' }),
  }),
  z.strictObject({
    type: z.literal('hmac'),
    challenge: queryName.meta({ description: 'The parameter of which an HMAC is asked.' }),
    algorithm: z.enum(['sha256', 'sha512', 'sha1']).default('sha256'),
    encoding: z.enum(['hex', 'base64']).default('hex'),
    answer: queryName
      .default('challengeResponse')
      .meta({ description: 'The name of the HMAC in the answer, beside the challenge.' }),
  }),
]);
export type HandshakeRules = z.output<typeof handshake>;

const sourceSchema = z
  .strictObject({
    secretEnv: secret.optional().meta({
      description: 'The environment variable that holds the secret, where the signature or the handshake has one.',
    }),
    signature: signatureSchema,
    handshake: handshake.optional(),
    each: path.optional().meta({ description: 'Where the list of leads stands; left out: the body is it, or one.' }),
    id: z.array(path).min(1).max(4).meta({ description: "The source's own id of a lead: it counts once." }),
    at: timeAtSchema(path).optional(),
    contact: z.strictObject({
      email: path,
      name: z.array(path).min(1).max(4).optional().meta({ description: 'Put together with blanks.' }),
      phone: path.optional(),
      locale: value.optional(),
      attributes: z.record(attribute, value).default({}),
      tags: z.array(slug).max(20).default([]),
    }),
    lead: z.strictObject({
      offer: value,
      source: words(100).optional().meta({ description: 'Default: the name of the source.' }),
      campaign: value.optional(),
    }),
    consent: z
      .strictObject({
        purpose: slug,
        given: z
          .strictObject({ path, is: z.array(z.string().max(200)).min(1).max(20) })
          .optional()
          .meta({
            description: 'Where the answer stands, and what counts as yes. Left out: sending the form is the yes.',
          }),
        basis: z.enum(CONSENT_BASES).default('consent'),
        text: value.optional().meta({ description: 'The exact words. Default: those of rules/purposes.yaml.' }),
        textVersion: value.optional(),
        doubleOptIn: z.boolean().optional(),
      })
      .optional(),
  })
  .readonly();
export type SourceRules = z.output<typeof sourceSchema>;

/** Other systems that tell of leads: POST /v1/sources/<name>. */
export const sourcesSchema = z.strictObject({ sources: z.record(slug, sourceSchema) }).readonly();
export type Sources = z.output<typeof sourcesSchema>;

/** What the schema lets pass and makes no sense all the same. */
export const sourceProblems = ({ sources }: Sources): readonly Found[] =>
  Object.entries(sources).flatMap(([name, source]) =>
    signatureProblems(['sources', name], source, { asks: source.handshake?.type === 'hmac' }),
  );
