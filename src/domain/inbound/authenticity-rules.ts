import { z } from 'zod';
import { type Found, senseless } from '../yaml/problem';
import type { Sign } from './attribution';
import type { Authenticity } from './authenticity';

const server = z
  .string()
  .max(255)
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]*$/,
    'not the name of a server; write it as it begins Authentication-Results, like mx.viva.example',
  );
const addressOrNetwork = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);
const network = z
  .string()
  .refine(
    (text) => addressOrNetwork.safeParse(text).success,
    'not an address or a network; write it like 10.0.0.5 or 10.0.0.0/24',
  );

/** Whose word about who wrote a mail counts, and what follows where nobody knows. */
export const authenticitySchema = z
  .strictObject({
    trustedServers: z.array(server).max(20).default([]).meta({
      description:
        'Servers of yours whose Authentication-Results are believed: mailbox, relay, whoever posts messages.',
    }),
    trustedRelays: z.array(network).max(50).default([]).meta({
      description:
        'Addresses from which our own port takes mail that such a server has looked at; all other mail it looks at itself.',
    }),
    replies: z.enum(['known', 'proven', 'all']).default('known').meta({
      description:
        'Replies that count at once: who knows our mail or is proven; who is proven alone; all. Others wait for a person.',
    }),
  })
  .readonly();
export type AuthenticityRules = z.output<typeof authenticitySchema>;

/** What makes no sense although the schema lets it pass. */
export function authenticityProblems({ trustedServers, trustedRelays }: AuthenticityRules): readonly Found[] {
  if (trustedRelays.length === 0 || trustedServers.length > 0) return [];
  return [
    senseless(
      ['authenticity', 'trustedRelays'],
      'nobody looks who wrote the mail that these bring',
      'add to trustedServers the name that their Authentication-Results begin with',
    ),
  ];
}

/**
 * Why a reply must wait for a person before anything follows from it; undefined: it need not. Whoever knows the signed address or the
 * Message-ID of our mail has had it: that is proof of its own, but for a mail that is known not to be from whom it says.
 */
export function doubtAbout(
  { replies }: AuthenticityRules,
  { by, authenticity }: { readonly by: Sign; readonly authenticity: Authenticity },
): string | undefined {
  const { verdict, reason } = authenticity;
  switch (replies) {
    case 'all':
      return undefined;
    case 'proven':
      return verdict === 'proven' ? undefined : reason;
    case 'known':
      if (verdict === 'contradicted') return reason;
      return verdict === 'proven' || by !== 'recipient' ? undefined : reason;
    default:
      throw new TypeError(`unknown rule for replies ${JSON.stringify(replies satisfies never)}`);
  }
}
