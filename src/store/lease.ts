import { Prisma } from './db';

/**
 * Leases live by the database's clock. One that seems to last longer than any is given for was given by a clock that has been set
 * back since (a server that took over, for instance): it is over, since a holder who lives renews it by the new clock in a moment.
 */
const LONGEST = Prisma.sql`interval '5 minutes'`;

/** Whether nobody works on the send `s`. */
export const LEASE_IS_OVER = Prisma.sql`(s.lease_until IS NULL OR s.lease_until <= clock_timestamp()
  OR s.lease_until > clock_timestamp() + ${LONGEST})`;

/** How long the lease of the send `s` still lives (ms); 0: nobody works on it. */
export const LEASE_LEFT_MS = Prisma.sql`CASE WHEN ${LEASE_IS_OVER} THEN 0
  ELSE (extract(epoch FROM s.lease_until - clock_timestamp()) * 1000)::float8 END`;
