import { randomUUID } from 'node:crypto';
import { createScratch } from '../../src/runtime/rehearsal/scratch';
import { testDatabase } from '../support/database';

const context = testDatabase();

it('a user that may not create databases is told what a rehearsal needs', async () => {
  const user = `poor_${randomUUID().slice(0, 8)}`;
  await context.db.$executeRawUnsafe(`CREATE ROLE ${user} LOGIN`);
  try {
    const url = new URL(context.url);
    url.username = user;
    await expect(createScratch(url.href, `${user}_scratch`)).rejects.toMatchObject({
      code: 'VIV_NO_CREATEDB',
      message: expect.stringContaining(`ALTER ROLE ${user} CREATEDB`),
    });
  } finally {
    await context.db.$executeRawUnsafe(`DROP ROLE ${user}`);
  }
});
