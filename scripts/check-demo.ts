// Runs the built demo with a few leads in a folder of its own, and checks what it prints: npm run check:demo
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

const LEADS = 20;
const LEAST_DAYS = 20;

const summarySchema = z.object({
  leads: z.number(),
  journeysFinished: z.number(),
  mailsAccepted: z.number(),
  mailsToReps: z.number(),
  inboxMessages: z.number(),
  duplicateSends: z.number(),
  handoffs: z.number(),
  reactivated: z.number(),
  decisions: z.number(),
  virtualDays: z.number(),
  realSeconds: z.number(),
});

async function runDemo(dataDir: string): Promise<string> {
  const program = path.join(__dirname, '../dist/cli/main.js');
  const demo = spawn(process.execPath, [program, 'demo', '--leads', String(LEADS), '--exit', '--json'], {
    env: { ...process.env, VIVEIRO_DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output, [exitCode]] = await Promise.all([text(demo.stdout), once(demo, 'exit')]);
  if (exitCode !== 0) throw new Error(`the demo ended with ${exitCode}: ${output}`);
  return output;
}

/** What does not hold; none: all does. */
function complaints(summary: z.output<typeof summarySchema>): readonly string[] {
  const { leads, journeysFinished, mailsAccepted, mailsToReps, inboxMessages, duplicateSends, virtualDays } = summary;
  const claims: readonly (readonly [string, boolean])[] = [
    [`${LEADS} leads`, leads === LEADS],
    ['every journey of a lead has finished', journeysFinished === leads],
    ['no mail is in the inbox twice', duplicateSends === 0],
    ['the inbox has what was accepted, and no more', inboxMessages === mailsAccepted + mailsToReps],
    ['every lead that may be mailed was', mailsAccepted >= leads],
    [`at least ${LEAST_DAYS} virtual days`, virtualDays >= LEAST_DAYS],
    ['some clients came back', summary.reactivated > 0],
    ['decisions are stored', summary.decisions > leads * 10],
  ];
  return claims.filter(([, holds]) => !holds).map(([claim]) => claim);
}

async function main(): Promise<void> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'viveiro-check-'));
  try {
    const output = await runDemo(dataDir);
    process.stdout.write(output);
    const broken = complaints(summarySchema.parse(JSON.parse(output)));
    for (const claim of broken) process.stderr.write(`does not hold: ${claim}\n`);
    if (broken.length > 0) process.exitCode = 1;
  } finally {
    rmSync(dataDir, { recursive: true, maxRetries: 20 });
  }
}

void main();
