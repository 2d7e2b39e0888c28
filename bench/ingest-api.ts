// one API process of `npm run bench -- ingest`: its order is in BENCH_API, its address is its first message
import path from 'node:path';
import { startHttp } from '../src/runtime/http';
import { loadRules } from '../src/runtime/rules';
import { connect, disconnect } from '../src/store/db';

async function main(): Promise<void> {
  const { BENCH_API = '' } = process.env;
  const db = connect(BENCH_API);
  const rules = await loadRules(path.join(__dirname, '../sequences/rules'));
  const deps = { db, turn: { rules }, linkSecret: 'of a bench', publicUrl: 'http://localhost', forms: new Map() };
  const server = await startHttp({ ...deps, clock: () => Date.now() }, { host: '127.0.0.1', port: 0 });
  process.send?.(server.url);
  process.on('message', () => {
    void server
      .stop()
      .then(() => disconnect(db))
      .then(() => process.exit(0));
  });
}

void main();
