import { failure } from '../domain/errors';
import type { Db } from './db';
import { keysOf, sealOf } from './keys';

const NAME = 'keys';

/** Makes sure that the keys are those that this database was begun with; the first ones are. Throws VIV_KEYS_DIFFER. */
export async function checkKeys(db: Db): Promise<void> {
  const value = sealOf(keysOf(db), NAME);
  await db.$executeRaw`INSERT INTO key_check (name, value) VALUES (${NAME}, ${value}) ON CONFLICT (name) DO NOTHING`;
  const [row] = await db.$queryRaw<{ value: string }[]>`SELECT value FROM key_check WHERE name = ${NAME}`;
  if (row?.value !== value) throw failure('VIV_KEYS_DIFFER', {});
}
