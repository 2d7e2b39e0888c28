import hoodiecrow from 'hoodiecrow-imap';
import { freePort } from '../../src/runtime/free-port';

export interface ImapServer {
  readonly url: string;
  /** Puts one more message into the mailbox; answers its UID. */
  add(source: string): number;
  /** The mailbox as if it had been made anew: other numbers, the same messages. */
  renumber(): void;
  /** Flags of all messages. */
  flags(): readonly (readonly string[])[];
  stop(): Promise<void>;
}

/** A real IMAP server with one mailbox, on a free port of this machine. */
export async function imapServer(): Promise<ImapServer> {
  const port = await freePort();
  const server = hoodiecrow({ plugins: ['ID', 'UIDPLUS'], storage: { INBOX: { messages: [] } } });
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  const box = () => server.getMailbox('INBOX');
  return {
    url: `imap://testuser:testpass@127.0.0.1:${port}/INBOX`,
    add(source) {
      server.appendMessage('INBOX', [], false, source);
      return box().messages.at(-1)?.uid ?? 0;
    },
    renumber() {
      box().uidvalidity += 1;
    },
    flags: () => box().messages.map(({ flags }) => flags),
    stop: () => new Promise((done) => server.close(() => done())),
  };
}
