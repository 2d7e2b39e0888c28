import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import fastify from 'fastify';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { failure } from '../../domain/errors';
import { errorCode } from '../error-code';
import { inboxPage } from './page';
import { type Envelope, type InboxStore, openInboxStore } from './store';

const MAX_BYTES = 25 * 1024 * 1024;

/** An SMTP server that keeps what it gets and delivers nothing, and a page to read it. */
export interface Inbox {
  readonly store: InboxStore;
  /** For senders: smtp://host:port */
  readonly smtpUrl: string;
  /** Of the page: http://host:port */
  readonly url: string;
  stop(): Promise<void>;
}

export interface InboxOptions {
  readonly folder: string;
  /** What the page listens on; SMTP is for this machine alone. */
  readonly host: string;
  /** None or 0: free ones. */
  readonly smtpPort?: number | undefined;
  readonly pagePort?: number | undefined;
}

/** Opens the inbox. The caller holds its folder alone. Throws VIV_PORT_IN_USE. */
export async function startInbox({ folder, host, smtpPort = 0, pagePort = 0 }: InboxOptions): Promise<Inbox> {
  const store = openInboxStore(folder);
  const smtp = smtpServer(store);
  const app = fastify();
  const stop = async () => {
    await Promise.all([app.close(), new Promise<void>((done) => smtp.close(done))]);
  };
  try {
    app.register(async (scope) => inboxPage(scope, { store }));
    const url = await orPortInUse(app.listen({ host, port: pagePort }), {
      port: pagePort,
      name: 'the page of the inbox',
    });
    const listening = once(smtp.listen(smtpPort, '127.0.0.1'), 'listening');
    await orPortInUse(listening, { port: smtpPort, name: 'SMTP' });
    const { port } = smtp.server.address() as AddressInfo; // a TCP server's address is never a path
    return { store, smtpUrl: `smtp://127.0.0.1:${port}`, url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function orPortInUse<T>(
  listening: Promise<T>,
  what: { readonly port: number; readonly name: string },
): Promise<T> {
  try {
    return await listening;
  } catch (error) {
    if (errorCode(error) === 'EADDRINUSE') throw failure('VIV_PORT_IN_USE', what, error);
    throw error;
  }
}

/** Takes any mail without login, and says 250 only when it is kept. */
function smtpServer(store: InboxStore): SMTPServer {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: MAX_BYTES,
    closeTimeout: 500,
    onData: (stream, session, answer) => {
      keep({ store, stream, envelope: envelopeOf(session) }).then(
        () => answer(),
        (error) => answer(error),
      );
    },
  });
  server.on('error', () => undefined); // a sender that breaks off is the sender's matter
  return server;
}

async function keep(o: { store: InboxStore; stream: SMTPServerDataStream; envelope: Envelope }): Promise<void> {
  const source = await buffer(o.stream);
  if (o.stream.sizeExceeded) throw smtpError(552, `Message is larger than ${MAX_BYTES} bytes`);
  try {
    await o.store.add(o.envelope, source);
  } catch (error) {
    throw smtpError(452, `Message could not be kept: ${error instanceof Error ? error.message : error}`);
  }
}

/** RFC 5321, section 4.2.3: 4xx asks to try again, 5xx not to. */
const smtpError = (responseCode: number, message: string) => Object.assign(new Error(message), { responseCode });

function envelopeOf({ envelope }: SMTPServerSession): Envelope {
  const from = envelope.mailFrom ? envelope.mailFrom.address : '';
  return { from, to: envelope.rcptTo.map(({ address }) => address) };
}
