import { failure } from '../domain/errors';
import { type Instant, newId } from '../domain/ids';
import type { Sender } from '../mail/account';
import { composeMail, messageIdOf } from '../mail/message';
import type { TlsPolicy } from '../mail/relay';
import type { Rendered } from '../mail/templates';
import { createTransport, type Delivery, type Withheld } from '../mail/transport';
import { normalisedEmail } from '../store/contacts';
import { type Db, single } from '../store/db';
import { suppressionOf } from '../store/suppressions';

export interface TestMail {
  readonly db: Db;
  /** Undefined: neither a relay is configured, nor does the inbox run. */
  readonly way: TestWay | undefined;
  readonly to: string;
  readonly rendered: Rendered;
  readonly now: Instant;
}

/** By which server it goes, and who writes it. */
export interface TestWay extends Sender {
  readonly smtpUrl: string;
  readonly tls?: TlsPolicy | undefined;
}

/**
 * Sends one mail that is marked as a test and leaves no trace. Throws VIV_USAGE for what is no address, VIV_ADDRESS_SUPPRESSED, and
 * VIV_TEST_NOT_SENT with what the server says.
 */
export async function sendTest(test: TestMail): Promise<{ readonly subject: string; readonly response: string }> {
  const { db, way, to, rendered, now } = test;
  if (!/^[^\s@<>,;"]+@[^\s@<>,;"]+$/.test(to)) throw failure('VIV_USAGE', { problem: `"${to}" is no address` });
  const reason = await suppressionOf(single(db), normalisedEmail(to));
  if (reason !== undefined) throw failure('VIV_ADDRESS_SUPPRESSED', { reason });
  if (way === undefined)
    throw failure('VIV_TEST_NOT_SENT', {
      problem: 'there is no relay, and no viveiro start runs whose inbox would take it',
    });
  const { smtpUrl, tls, from, dkim } = way;
  const sendId = newId();
  const subject = `[TEST] ${rendered.subject}`;
  const content = {
    sendId,
    messageId: messageIdOf(sendId, from),
    from,
    dkim,
    to: { name: '', address: to },
    subject,
    date: now,
  };
  const mail = await composeMail({ ...content, html: rendered.html, text: rendered.text });
  const transport = createTransport(smtpUrl, { tls });
  try {
    const delivery = await transport.deliver(mail, { onDispatch: async () => true });
    return { subject, response: acceptance(delivery) };
  } finally {
    await transport.close();
  }
}

function acceptance(delivery: Delivery | Withheld): string {
  switch (delivery.type) {
    case 'accepted':
      return delivery.response;
    case 'rejected':
    case 'put_off':
      throw failure('VIV_TEST_NOT_SENT', { problem: `the server says ${delivery.response}` });
    case 'unreachable':
    case 'uncertain':
      throw failure('VIV_TEST_NOT_SENT', { problem: delivery.problem });
    case 'withheld':
      throw failure('VIV_TEST_NOT_SENT', { problem: 'it was withheld' });
    default:
      throw new TypeError(`unknown delivery ${JSON.stringify(delivery satisfies never)}`);
  }
}
