// Records what the replay corpus lacks: npm run replay:record. A recorded run stays as it is, unless it is named:
// npm run replay:record -- --replace journey/mail-deferred
import { spawnSync } from 'node:child_process';

const words = process.argv.slice(2);
const [flag, ...names] = words;
if (words.length > 0 && (flag !== '--replace' || names.length === 0)) {
  console.error('usage: npm run replay:record [-- --replace NAME…]');
  process.exit(2);
}
const { status } = spawnSync('npx', ['jest', '--testMatch', '**/test/replay/record.ts', '--verbose'], {
  stdio: 'inherit',
  env: { ...process.env, REPLAY_REPLACE: names.join(' ') },
});
process.exit(status ?? 1);
