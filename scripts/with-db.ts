// runs a command with DATABASE_URL naming a throw-away server: tsx scripts/with-db.ts prisma migrate dev --name x
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { startTempPostgres } from '../src/runtime/postgres/embedded';

async function main([cmd = '', ...args]: string[]): Promise<void> {
  const pg = await startTempPostgres();
  const child = spawn(cmd, args, { stdio: 'inherit', env: { ...process.env, DATABASE_URL: pg.url() } });
  const [code] = await once(child, 'exit');
  await pg.stop();
  process.exit(code ?? 1);
}
main(process.argv.slice(2));
