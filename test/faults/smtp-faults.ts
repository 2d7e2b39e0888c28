import type { Attempt } from '../../src/domain/send/delivery';
import type { Patience } from '../../src/mail/smtp-session';
import type { Deed, Verb } from '../support/scripted-smtp';

/** What a server does on its first connection; those after it go well. */
export interface Fault {
  readonly name: string;
  readonly deeds: { readonly [V in Verb]?: Deed };
  /** Where the server stalls, so that nobody waits long; elsewhere a busy machine has all the time it wants. */
  readonly patience?: Partial<Patience>;
  /** What the ledger has on record of the try. */
  readonly attempt: Pick<Attempt, 'outcome' | 'reached' | 'replyCode'>;
}

/** How a send stands after its try, by policy: what follows from how the try ended, and nothing else. */
export const STANDING = {
  accepted: { marketing: 'accepted', transactional: 'accepted' },
  rejected: { marketing: 'rejected', transactional: 'rejected' },
  put_off: { marketing: 'deferred', transactional: 'deferred' },
  unreachable: { marketing: 'deferred', transactional: 'deferred' },
  uncertain: { marketing: 'unknown', transactional: 'deferred' },
} as const;

const QUICK = 60; // ms
const CONNECTING: Partial<Patience> = { connectMs: QUICK };
const ASKING: Partial<Patience> = { envelopeMs: QUICK };
const WAITING: Partial<Patience> = { replyMs: QUICK };

type Outcome = Fault['attempt'];
const UNREACHABLE: Outcome = { outcome: 'unreachable', reached: 'claimed', replyCode: null };
const UNCERTAIN: Outcome = { outcome: 'uncertain', reached: 'dispatching', replyCode: null };
const ACCEPTED: Outcome = { outcome: 'accepted', reached: 'replied', replyCode: 250 };
const said = (code: number, verb: Verb): Outcome => ({
  outcome: code < 500 ? 'put_off' : 'rejected',
  reached: verb === 'dot' ? 'replied' : 'claimed',
  replyCode: code,
});

const fault = (name: string, deeds: Fault['deeds'], attempt: Outcome, patience: Partial<Patience> = {}): Fault => ({
  name,
  deeds,
  attempt,
  patience,
});
const at = (verb: Verb, deed: Deed, attempt: Outcome, patience?: Partial<Patience>): Fault =>
  fault(`${printed(deed)} at ${verb}`, { [verb]: deed }, attempt, patience);

/** A reply for the name of a test. */
const printed = (deed: Deed): string => JSON.stringify(deed).slice(1, -1).replaceAll('\\r\\n', ' | ');

/** EHLO and HELO: the client tries the older one when the first is refused. */
const BEFORE_MAIL: readonly Verb[] = ['connect', 'EHLO'];
const ENVELOPE: readonly Verb[] = ['MAIL', 'RCPT', 'DATA'];
const BODY: readonly Verb[] = ['body', 'head', 'half', 'dot'];

const dropped: readonly Fault[] = [
  ...[...BEFORE_MAIL, ...ENVELOPE].map((verb) => at(verb, 'drop', UNREACHABLE)),
  ...BODY.map((verb) => at(verb, 'drop', UNCERTAIN)),
];

const stalled: readonly Fault[] = [
  ...BEFORE_MAIL.map((verb) => at(verb, 'stall', UNREACHABLE, CONNECTING)),
  ...ENVELOPE.map((verb) => at(verb, 'stall', UNREACHABLE, ASKING)),
  ...BODY.map((verb) => at(verb, 'stall', UNCERTAIN, WAITING)),
];

const refused: readonly Fault[] = [
  at('connect', '421 4.3.2 too busy', UNREACHABLE),
  at('connect', '554 5.7.1 not you', UNREACHABLE),
  fault('451 at EHLO and HELO', { EHLO: '451 4.3.0 later', HELO: '451 4.3.0 later' }, UNREACHABLE),
  fault('502 at EHLO, and HELO goes well', { EHLO: '502 5.5.1 what' }, ACCEPTED),
  ...([...ENVELOPE, 'dot'] as const).flatMap((verb) => [
    at(verb, '451 4.3.0 later', said(451, verb)),
    at(verb, '550 5.7.1 never', said(550, verb)),
    at(verb, '421 4.3.2 closing', said(421, verb)),
  ]),
  // about us, not about the message
  at('MAIL', '530 5.7.0 authenticate first', UNREACHABLE),
  at('RCPT', '450 4.7.1 greylisted, come back in five minutes', said(450, 'RCPT')),
  at('DATA', '450 4.7.1 greylisted, come back in five minutes', said(450, 'DATA')),
  at('dot', '452 4.3.1 the disk is full', said(452, 'dot')),
  at('dot', '554 5.6.0 spam', said(554, 'dot')),
];

const garbage: readonly Fault[] = [
  ...[...BEFORE_MAIL, ...ENVELOPE].map((verb) => at(verb, 'hello?', verb === 'EHLO' ? ACCEPTED : UNREACHABLE)),
  at('dot', 'hello?', UNCERTAIN),
  at('dot', '354 go on', UNCERTAIN),
  at('dot', '999 9.9.9 what', UNCERTAIN),
  at('MAIL', '\u0000\u0007\u001b[2J', UNREACHABLE),
  at('dot', '250 2.0.0 \u0000taken', ACCEPTED), // PostgreSQL keeps no NUL
  at('dot', '250-the first\r\n550 the second', UNCERTAIN),
  at('dot', '451-the first\r\n250 the second', UNCERTAIN),
];

const early: readonly Fault[] = [
  at('DATA', '250 2.0.0 ok', UNREACHABLE), // no 354
  at('MAIL', '250 2.1.0 ok\r\n250 2.1.5 ok', UNREACHABLE), // the second is taken for the answer to RCPT: no 354 follows
  // the 354 that comes too early lets the body go; nobody knows what the server makes of it
  fault('a 354 before DATA', { RCPT: '250 2.1.5 ok\r\n354 go on', DATA: 'stall' }, UNCERTAIN, WAITING),
  at('dot', '250 2.0.0 taken\r\n250 2.0.0 taken', ACCEPTED),
  at('half', '!552 5.3.4 too much', said(552, 'dot')),
  at('half', '!421 4.3.2 closing', said(421, 'dot')),
];

const tls: readonly Fault[] = [
  fault('TLS offered and refused', { EHLO: '250-scripted\r\n250 STARTTLS', STARTTLS: '454 4.7.0 no' }, UNREACHABLE),
  fault('TLS offered, then gone', { EHLO: '250-scripted\r\n250 STARTTLS', STARTTLS: 'drop' }, UNREACHABLE),
  fault('TLS that is none', { EHLO: '250-scripted\r\n250 STARTTLS', STARTTLS: '220 2.0.0 go' }, UNREACHABLE),
  fault('TLS stripped from the offer', { EHLO: '250-scripted\r\n250 8BITMIME' }, ACCEPTED), // no login: as it is offered
];

/** Of one recipient: forwarded, taken without a promise, or refused after the sender was taken. */
const partial: readonly Fault[] = [
  at('RCPT', '251 2.1.5 will forward', ACCEPTED),
  at('RCPT', '252 2.1.5 will try', ACCEPTED),
  at('RCPT', '550 5.1.1 no such user', said(550, 'RCPT')),
  at('RCPT', '452 4.5.3 too many recipients', said(452, 'RCPT')),
  fault(
    'commands taken at once, and the recipient refused',
    { EHLO: '250-scripted\r\n250 PIPELINING', RCPT: '450 4.2.1 busy', DATA: '503 5.5.1 no recipients' },
    said(450, 'RCPT'),
  ),
];

/** Every fault of one connection, and how its try must end. */
export const FAULTS: readonly Fault[] = [...dropped, ...stalled, ...refused, ...garbage, ...early, ...tls, ...partial];
