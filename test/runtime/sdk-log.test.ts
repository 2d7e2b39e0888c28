import { spawn } from 'node:child_process';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { readRecorded } from '../replay/corpus';
import { DIST, WORKFLOW_BUNDLE } from '../support/built';

/** A process that is connected, and replays a run which cannot be replayed: the native part of the SDK warns of it. */
const PROGRAM = `
  const { connectTo } = require(${JSON.stringify(path.join(DIST, 'runtime/temporal/connect.js'))});
  const { Worker } = require(${JSON.stringify(require.resolve('@temporalio/worker'))});
  let given = '';
  process.stdin.on('data', (part) => (given += part)).on('end', async () => {
    const temporal = await connectTo({ address: process.env.TEST_TEMPORAL }, 'default');
    const { workflowId, history } = JSON.parse(given);
    const workflowBundle = { codePath: ${JSON.stringify(WORKFLOW_BUNDLE)} };
    const warned = new Promise((resolve) => {
      const write = process.stderr.write.bind(process.stderr);
      process.stderr.write = (...words) => (setImmediate(resolve), write(...words));
    });
    await Worker.runReplayHistory({ workflowBundle }, history, workflowId).catch(() => undefined);
    await warned;
    await temporal.close();
    console.log('{"answer":true}');
  });
`;

test('what the SDK warns of goes to standard error, and never into an answer that a program reads', async () => {
  const child = spawn(process.execPath, ['-e', PROGRAM], { stdio: 'pipe', timeout: 20_000 });
  const recorded = JSON.stringify(readRecorded('journey/mail-skipped'));
  child.stdin.end(recorded.replaceAll('"sendMail"', '"sendLetter"'));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(stderr).toContain('Nondeterminism');
  expect(stdout).toBe('{"answer":true}\n');
});
