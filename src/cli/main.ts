#!/usr/bin/env node
import { runCommand } from './program';

/** `viveiro … | head` closes the pipe early: what is still to be written goes nowhere, and the work goes on to its end. */
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });

void runCommand(process.argv.slice(2)).then((exitCode) => {
  process.exitCode = exitCode;
});
