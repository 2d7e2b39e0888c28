// A process of its own that waits to be stopped, says by which signal, and then takes for ever to stop.
import { createServer } from 'node:net';
import { untilStopped } from '../../src/runtime/signals';

void untilStopped().then((signal) => process.stdout.write(signal));
createServer().listen(); // keeps the process alive
process.stdout.write('ready');
