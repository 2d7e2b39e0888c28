// A process of its own that sends mails, and stands still with each at the moment that it is told: it is killed there.
import { createDeliver } from '../../src/activities/deliver';
import { createSendMail, type MailDeps } from '../../src/activities/send-mail';
import { connect } from '../../src/store/db';
import { noteReplies } from '../../src/store/reply-notes';
import { TEST_KEYS } from './keys';
import { mailDepsWith } from './mail-deps';
import { mailOfRep, NO_TEMPLATES, type SenderOrder, type SenderTask } from './sender-task';

const order: SenderOrder = JSON.parse(process.env.SENDER_ORDER ?? '');
// each stands still in a transaction or on a connection of its own
const db = connect(order.databaseUrl, order.tasks.length + 2, TEST_KEYS);

function stand(): Promise<never> {
  process.stdout.write('stands\n');
  return new Promise(() => undefined); // not one more step
}

function depsOf({ smtpUrl, standAt }: SenderTask): MailDeps {
  const replies: MailDeps['replies'] = {
    async whileSettling(claim, reply) {
      await noteReplies(db, [{ ...claim, reply }]);
      return stand();
    },
  };
  const parts: Partial<MailDeps> = {
    leaseMs: order.leaseMs,
    hooks: { at: (moment) => (moment === standAt ? stand() : undefined) },
    ...(standAt === 'noted' ? { replies } : {}),
  };
  return mailDepsWith(NO_TEMPLATES, { db, smtpUrl, parts });
}

for (const task of order.tasks) {
  const deps = depsOf(task);
  const sent =
    task.type === 'journey'
      ? createSendMail(deps).sendMail(task.request)
      : createDeliver(deps)({ sendId: task.sendId, now: task.now }, async () => mailOfRep(task.sendId));
  sent.catch((error) => process.stderr.write(`${error}\n`));
}
