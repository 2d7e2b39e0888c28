import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { type IntakeDeps, takeMail } from '../../api/inbound/take';
import { ERRORS, type ErrorCode, failure, ViveiroError } from '../../domain/errors';
import type { Instant } from '../../domain/ids';
import { DEFAULT_INBOUND } from '../../domain/inbound/rules';
import type { AnswerDomains } from '../../mail/answers';
import { checkSender, type Resolve } from '../../mail/inbound/check-sender';
import type { Authenticate } from '../../mail/inbound/read-mail';
import { readReturnAddress } from '../../mail/verp';
import { createRefusalCounter, type RefusalCounter } from '../../store/refusal-counter';
import { errorCode } from '../error-code';
import { isWithin } from './networks';

/** Our own mail server, for what comes back and nothing else. */
export interface InboundPort {
  /** smtp://host:port */
  readonly url: string;
  stop(): Promise<void>;
}

export interface InboundPortOptions {
  readonly intake: IntakeDeps;
  readonly domains: AnswerDomains;
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  readonly maxBytes: number;
  /** With which STARTTLS is offered; none: it is not. */
  readonly tls?: { readonly key: string; readonly cert: string } | undefined;
  /** From whoever does not begin TLS no mail is taken. Left out: it is, whether TLS is offered or not. */
  readonly isTlsRequired?: boolean;
  readonly clock: () => Instant;
  /** Asks the DNS who may send; left out: as this machine does, within two seconds. */
  readonly resolve?: Resolve | undefined;
  /** Hears of what went wrong on our side. */
  readonly onProblem: (problem: unknown) => void;
}

const MOST_CLIENTS = 20;
const MOST_RECIPIENTS = 10;
const PATIENCE_MS = 60_000;

/** Listens. Throws VIV_PORT_IN_USE. */
export async function startInboundPort(options: InboundPortOptions): Promise<InboundPort> {
  const { host, port, intake, clock, onProblem } = options;
  const refusals = createRefusalCounter({ db: intake.db, clock, onProblem });
  const server = smtpServer({ ...options, resolve: options.resolve ?? dnsResolve() }, refusals);
  server.on('error', () => undefined); // a sender that breaks off is the sender's matter; `listening` tells of a taken port
  const stop = async () => {
    await new Promise<void>((done) => server.close(done));
    await refusals.settled();
  };
  try {
    await once(server.listen(port, host), 'listening');
  } catch (error) {
    await stop();
    throw errorCode(error) === 'EADDRINUSE' ? failure('VIV_PORT_IN_USE', { port, name: 'inbound mail' }, error) : error;
  }
  const { port: bound } = server.server.address() as AddressInfo; // a TCP server's address is never a path
  return { url: `smtp://${host.includes(':') ? `[${host}]` : host}:${bound}`, stop };
}

type Resolving = InboundPortOptions & { readonly resolve: Resolve };

function smtpServer(options: Resolving, refusals: RefusalCounter): SMTPServer {
  const { domains, maxBytes, tls, isTlsRequired = false, intake } = options;
  return new SMTPServer({
    name: nameOf(domains),
    banner: 'for answers only',
    authOptional: true,
    disabledCommands: tls ? ['AUTH'] : ['AUTH', 'STARTTLS'],
    ...tls,
    disableReverseLookup: true,
    size: maxBytes,
    maxClients: MOST_CLIENTS,
    socketTimeout: PATIENCE_MS,
    closeTimeout: 500,
    onMailFrom: (_, { secure }, answer) => {
      if (secure || !isTlsRequired) return answer();
      refusals.note({ kind: 'mail', name: '', code: 'VIV_INBOUND_PLAIN' });
      return answer(reply(530, `5.7.0 VIV_INBOUND_PLAIN: ${failure('VIV_INBOUND_PLAIN', {}).message}`)); // RFC 3207 §4
    },
    onRcptTo: ({ address }, { envelope }, answer) => {
      if (envelope.rcptTo.length >= MOST_RECIPIENTS)
        return answer(reply(452, '4.5.3 Too many recipients; send the rest apart'));
      const code = refusalOf(address, { domains, secret: intake.linkSecret, addresses: namesTaken(intake) });
      if (code === undefined) return answer();
      refusals.note({ kind: 'mail', name: '', code });
      return answer(reply(550, `5.1.1 ${code}: ${failure(code, {}).message}`));
    },
    onData: (stream, session, answer) => {
      keep(options, refusals, { stream, session }).then(
        (text) => answer(null, text),
        (error) => answer(error),
      );
    },
  });
}

const nameOf = ({ bounce, reply }: AnswerDomains): string => bounce ?? reply ?? 'viveiro';
const namesTaken = ({ turn }: IntakeDeps): readonly string[] => (turn.rules.inbound ?? DEFAULT_INBOUND).addresses;

interface Known {
  readonly domains: AnswerDomains;
  readonly secret: string;
  readonly addresses: readonly string[];
}

type Refusal = Extract<ErrorCode, 'VIV_INBOUND_NO_ADDRESS' | 'VIV_INBOUND_FORGED'>;

/** Why an address is not ours; undefined: it is. A forged one is refused before anybody can send a byte to it. */
export function refusalOf(address: string, { domains, secret, addresses }: Known): Refusal | undefined {
  const at = address.lastIndexOf('@');
  const [local, domain] = [address.slice(0, at).toLowerCase(), address.slice(at + 1).toLowerCase()];
  if (![domains.bounce, domains.reply].includes(domain)) return 'VIV_INBOUND_NO_ADDRESS';
  const read = readReturnAddress(secret, address);
  if (read.type === 'forged') return 'VIV_INBOUND_FORGED';
  return read.type === 'ours' || addresses.includes(local) ? undefined : 'VIV_INBOUND_NO_ADDRESS';
}

/** RFC 5321 §4.2.3: 4xx asks to try again, 5xx not to. */
const reply = (responseCode: number, message: string) => Object.assign(new Error(message), { responseCode });

interface Incoming {
  readonly stream: SMTPServerDataStream;
  readonly session: SMTPServerSession;
}

/** Says yes only when the message and all that follows from it are committed. */
async function keep(options: Resolving, refusals: RefusalCounter, { stream, session }: Incoming): Promise<string> {
  const { intake, maxBytes, clock, onProblem } = options;
  const source = await upTo(stream, maxBytes);
  if (source === undefined) {
    refusals.note({ kind: 'mail', name: '', code: 'VIV_INBOUND_TOO_LARGE' });
    throw reply(552, `5.3.4 VIV_INBOUND_TOO_LARGE: ${ERRORS.VIV_INBOUND_TOO_LARGE.message({ limitBytes: maxBytes })}`);
  }
  const { mailFrom, rcptTo } = session.envelope;
  const authenticate = authenticateFor(options, { source, session });
  const envelope = { from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address) };
  try {
    const { id } = await takeMail(intake, { source, way: 'smtp', envelope, authenticate, now: clock() });
    return `2.0.0 kept as ${id}`;
  } catch (error) {
    onProblem(error);
    const code = error instanceof ViveiroError ? error.code : 'VIV_UNEXPECTED';
    throw reply(451, `4.3.0 ${code}: not kept; try again later`);
  }
}

/** For checks of one message, of the minute that most clients wait for a reply. */
const CHECKS_MS = 8_000;
const DNS_MS = 2_000;

/**
 * How it is found out who wrote a message: by ourselves. Undefined: a relay of ours brings it, whose word in the head is taken; from
 * anybody else such a word is worth nothing.
 */
function authenticateFor(
  { intake, domains, resolve }: Resolving,
  { source, session }: { readonly source: Buffer; readonly session: SMTPServerSession },
): Authenticate | undefined {
  const { trustedRelays } = (intake.turn.rules.inbound ?? DEFAULT_INBOUND).authenticity;
  const ip = session.remoteAddress;
  if (isWithin(ip, trustedRelays)) return undefined;
  const { mailFrom } = session.envelope;
  const checks = { resolve, server: nameOf(domains), patienceMs: CHECKS_MS };
  const helo = session.hostNameAppearsAs || '';
  return (message) => checkSender(checks, { source, message, ip, helo, from: mailFrom ? mailFrom.address : '' });
}

function dnsResolve(): Resolve {
  const resolver = new Resolver({ timeout: DNS_MS, tries: 1 });
  return (name, type) => resolver.resolve(name, type) as Promise<string[][] | string[]>; // of the types that are asked: TXT, A, AAAA, MX, PTR
}

/** All bytes, or undefined for more than `most`: what is too much is read, since the sender goes on, and not kept. */
async function upTo(stream: SMTPServerDataStream, most: number): Promise<Buffer | undefined> {
  let chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    // a stream of bytes without encoding
    bytes += chunk.length;
    if (bytes > most) chunks = [];
    else chunks.push(chunk);
  }
  return bytes > most || stream.sizeExceeded ? undefined : Buffer.concat(chunks);
}
