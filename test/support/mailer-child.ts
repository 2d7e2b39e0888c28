// A process of its own that carries on every journey which stands at its mail, several at once, until none is left or it is killed.
import { createInterface } from 'node:readline';
import { createSendMail, type LedgerMoment, type MailDeps } from '../../src/activities/send-mail';
import type { MailActivities } from '../../src/activities/types';
import { connect, type Db, single, transaction } from '../../src/store/db';
import { readJourney } from '../../src/store/journeys';
import { createReplyNotes } from '../../src/store/reply-notes';
import { takeTurn } from '../../src/store/turn';
import { MONDAY } from './builders';
import { TEST_KEYS } from './keys';
import { MAILING, mailDepsWith } from './mail-deps';
import { NO_TEMPLATES } from './sender-task';

export interface MailerOrder {
  readonly databaseUrl: string;
  readonly smtpUrl: string;
  readonly leaseMs: number;
  readonly atOnce: number;
  /** It kills itself when it comes to the moment for the nth time. */
  readonly dieAt?: { readonly moment: LedgerMoment; readonly nth: number };
}

interface Mailer {
  readonly db: Db;
  readonly sendMail: MailActivities['sendMail'];
}

function aMailer({ databaseUrl, smtpUrl, leaseMs, atOnce, dieAt }: MailerOrder): Mailer {
  const db = connect(databaseUrl, 2 * atOnce, TEST_KEYS);
  let come = 0;
  const dieHere = (moment: LedgerMoment): Promise<never> | undefined => {
    if (moment !== dieAt?.moment) return undefined;
    come += 1;
    if (come !== dieAt.nth) return undefined;
    process.kill(process.pid, 'SIGKILL');
    return new Promise(() => undefined); // not one more step
  };
  const parts: Partial<MailDeps> = { leaseMs, replies: createReplyNotes(db), hooks: { at: dieHere } };
  const { sendMail } = createSendMail(mailDepsWith(NO_TEMPLATES, { db, smtpUrl, parts }));
  return { db, sendMail };
}

/** Does what the workflow does, until the journey has left its mail. */
async function carryOn({ db, sendMail }: Mailer, journeyId: string): Promise<void> {
  let now = MONDAY;
  for (;;) {
    const { turn, last } = await transaction(db, (tx) => readJourney(tx, journeyId));
    const { move } = last;
    if (move.type === 'end' || move.stepId !== 'first') return;
    if (move.type === 'perform') {
      await sendMail({ journeyId, turn, stepId: 'first', key: move.effect.key, now });
    } else {
      now = move.until ?? now;
      await transaction(db, (tx) => takeTurn(tx, MAILING, { journeyId, turn, now }));
    }
  }
}

async function openJourneys({ db }: Mailer): Promise<string[]> {
  const rows = await single(db).$queryRaw<{ id: string }[]>`
    SELECT id FROM journey WHERE status = 'running' AND last_turn #>> '{move,stepId}' = 'first' ORDER BY id LIMIT 400`;
  return rows.map(({ id }) => id);
}

async function work(mailer: Mailer, ids: string[]): Promise<void> {
  for (let id = ids.pop(); id !== undefined; id = ids.pop()) {
    try {
      await carryOn(mailer, id);
    } catch (error) {
      process.stderr.write(`${error}\n`);
    }
  }
}

async function run(order: MailerOrder): Promise<void> {
  const mailer = aMailer(order);
  for (let ids = await openJourneys(mailer); ids.length > 0; ids = await openJourneys(mailer))
    await Promise.all(Array.from({ length: order.atOnce }, () => work(mailer, ids)));
}

// it has started and waits for its order, or for the end of whoever would give it
createInterface({ input: process.stdin })
  .once('close', () => process.exit(1))
  .once('line', (line) => {
    run(JSON.parse(line)).then(
      () => process.exit(0),
      (error) => {
        process.stderr.write(`${error}\n`);
        process.exit(1);
      },
    );
  });
