// A process of its own that sends one mail, and ends itself at the moment that it is told.
import { createDeliver } from '../../src/activities/deliver';
import type { LedgerMoment } from '../../src/activities/send-mail';
import { connect } from '../../src/store/db';
import { TEST_KEYS } from './keys';
import { mailDeps, sendMail } from './mailing';
import { mailOfRep, type SenderTask } from './sender';

const task: SenderTask = JSON.parse(process.env.SENDER_TASK ?? '');

function endAt(moment: LedgerMoment): Promise<void> | undefined {
  if (moment !== task.endAt) return undefined;
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined); // not one more step
}

const deps = mailDeps(connect(task.databaseUrl, undefined, TEST_KEYS), task.smtpUrl, {
  leaseMs: 1,
  hooks: { at: endAt },
});
const sent =
  task.type === 'journey'
    ? sendMail(deps, task)
    : createDeliver(deps)({ sendId: task.sendId, now: task.now }, async () => mailOfRep(task.sendId));
sent.then(() => process.exit(0));
