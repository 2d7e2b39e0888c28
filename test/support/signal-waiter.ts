// A process of its own that waits to be stopped, says by what, and then stays. Its argument: how long signals are one wish (ms).
import { untilStopped } from '../../src/runtime/signals';

const [sameWishMs] = process.argv.slice(2).map(Number);
void untilStopped(sameWishMs).then((signal) => process.stdout.write(signal));
process.stdin.resume(); // stays until it is ended
process.stdout.write('ready');
