import type { Tx } from './db';

/** Why an address must not be mailed; undefined when it may. */
export async function suppressionOf(tx: Tx, email: string): Promise<string | undefined> {
  const [row] = await tx.$queryRaw<{ reason: string }[]>`SELECT reason FROM suppression WHERE email = ${email}`;
  return row?.reason;
}
