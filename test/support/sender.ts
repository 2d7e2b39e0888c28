import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { SendRequest } from '../../src/activities/begin-send';
import type { RepMail } from '../../src/activities/handoff-mail';
import type { LedgerMoment } from '../../src/activities/send-mail';
import type { Instant } from '../../src/domain/ids';

interface Where {
  readonly databaseUrl: string;
  readonly smtpUrl: string;
  readonly endAt: LedgerMoment | 'never';
}

/** What the process of test/support/sender-child.ts does. */
export type SenderTask = Where &
  (
    | { readonly type: 'journey'; readonly request: SendRequest }
    | { readonly type: 'rep'; readonly sendId: string; readonly now: Instant }
  );

const ROOT = path.resolve(__dirname, '../..');

/** Starts a sender. `ended` resolves with the signal that ended it, or null. */
export function startSender(task: SenderTask): {
  readonly ended: Promise<NodeJS.Signals | null>;
  readonly kill: () => void;
} {
  const child = spawn(process.execPath, ['--import', 'tsx', path.join(ROOT, 'test/support/sender-child.ts')], {
    cwd: ROOT,
    env: { ...process.env, SENDER_TASK: JSON.stringify(task) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return { ended: once(child, 'exit').then(([, signal]) => signal), kill: () => void child.kill('SIGKILL') };
}

/** The same for every process that asks. */
export function mailOfRep(sendId: string): RepMail {
  return {
    handoffId: sendId,
    journeyId: sendId,
    stepId: 'sell',
    recipient: 'rita@sales.example',
    template: 'rep-handoff',
    locale: 'en',
    data: {
      rep: { name: 'Rita' },
      lead: { name: 'Ana', offer: 'course', score: 12, grade: 'A', temperature: 'warm' },
      story: [],
      links: { accept: 'https://viva.example/h/t#accept', reject: '#', recycle: '#' },
      dueText: 'Tue 6 Jan',
    },
  };
}
