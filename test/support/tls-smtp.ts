import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

const FOLDER = path.join(__dirname, 'tls');
/** Vouches for the server below. */
export const CA_FILE = path.join(FOLDER, 'cert.pem');
export const CA = readFileSync(CA_FILE, 'utf8');

export interface TakenMail {
  readonly from: string;
  readonly to: readonly string[];
  /** As it came, with no dot stuffed. */
  readonly source: Buffer;
}

export interface TlsSmtp {
  readonly url: string;
  /** For each message that was taken: what secured it, `plain` for nothing. */
  readonly taken: readonly string[];
  readonly mails: readonly TakenMail[];
  stop(): Promise<void>;
}

/** A real mail server with TLS: by STARTTLS, or from the first byte. It takes every message. */
export async function tlsSmtp(options: SMTPServerOptions = {}): Promise<TlsSmtp> {
  const taken: string[] = [];
  const mails: TakenMail[] = [];
  const server = new SMTPServer({
    key: readFileSync(path.join(FOLDER, 'key.pem')),
    cert: CA,
    authOptional: true,
    closeTimeout: 500,
    onData: (stream, session, answer) => {
      buffer(stream).then((source) => {
        const { secure, tlsOptions, envelope } = session;
        taken.push(secure ? String(tlsOptions && 'version' in tlsOptions ? tlsOptions.version : 'tls') : 'plain');
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
        mails.push({ from, to: envelope.rcptTo.map(({ address }) => address), source });
        answer();
      }, answer);
    },
    ...options,
  });
  server.on('error', () => undefined); // a client that goes away
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.server.address() as AddressInfo; // a TCP server's address is never a path
  const url = `${options.secure ? 'smtps' : 'smtp'}://127.0.0.1:${port}`;
  return { url, taken, mails, stop: () => new Promise((done) => server.close(() => done())) };
}
