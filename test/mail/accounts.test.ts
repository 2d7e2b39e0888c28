import type { SMTPServerOptions } from 'smtp-server';
import { deliverySchema } from '../../src/domain/delivery/rules';
import { longestSendMs, MAIL_LIMITS } from '../../src/domain/delivery/time-limits';
import { createAccountTransport } from '../../src/mail/account';
import { withDomainLimits } from '../../src/mail/domain-limits';
import { relayOf, type TlsPolicy } from '../../src/mail/relay';
import { createTransport, type MailTransport } from '../../src/mail/transport';
import { scriptedSmtp } from '../support/scripted-smtp';
import { CA, tlsSmtp } from '../support/tls-smtp';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});
async function served<T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  const server = await starting;
  ends.push(() => server.stop());
  return server;
}
function opened(transport: MailTransport): MailTransport {
  ends.push(() => transport.close());
  return transport;
}

const message = (to: string, account?: string) => ({
  from: 'viva@viva.example',
  to,
  account,
  source: Buffer.from('Subject: hello\r\n\r\nHello\r\n'),
});
const yes = { onDispatch: async () => true };

describe('several accounts', () => {
  const tls: TlsPolicy = { mode: 'opportunistic', minVersion: 'TLSv1.2' };

  test('each mail goes by its own, over as many connections as that one may have', async () => {
    const [main, news] = await Promise.all([served(scriptedSmtp()), served(scriptedSmtp())]);
    const from = 'viva@viva.example';
    const transport = opened(
      createAccountTransport([
        { name: 'main', smtpUrl: main.url, from, tls, connections: 2 },
        { name: 'news', smtpUrl: news.url, from, tls, connections: 1 },
      ]),
    );
    const names = Array.from({ length: 12 }, (_, index) => (index % 3 === 0 ? 'news' : 'main'));
    await Promise.all(names.map((name) => transport.deliver(message('ana@example.test', name), yes)));
    expect([main.messages.length, main.heard.length, news.messages.length, news.heard.length]).toEqual([8, 2, 4, 1]);
  });
});

describe('mails to one domain', () => {
  const rules = deliverySchema.parse({
    domains: { 'gmail.com': { perSecond: 9, atOnce: 2, also: ['googlemail.com'] } },
  });

  test('are no more on their way at once than it takes, by any of its names; others do not wait for them', async () => {
    const server = await served(scriptedSmtp());
    const transport = opened(withDomainLimits(createTransport(server.url, { connections: 20 }), rules));
    let [under, most] = [0, 0];
    const counted = {
      onDispatch: async () => {
        under += 1;
        most = Math.max(most, under);
        await transport.deliver(message('bo@example.test'), yes); // by the time it is taken, others have had their chance
        under -= 1;
        return true;
      },
    };
    const recipients = Array.from(
      { length: 10 },
      (_, index) => `p${index}@${index % 2 ? 'gmail.com' : 'googlemail.com'}`,
    );
    const all = await Promise.all(recipients.map((to) => transport.deliver(message(to), counted)));
    expect(all.every(({ type }) => type === 'accepted')).toBe(true);
    expect(most).toBe(2);
  });

  test('wait for their turn no longer than told, and are told why; a failure gives the turn on', async () => {
    const server = await served(scriptedSmtp([{ RCPT: 'stall' }, { RCPT: 'stall' }, {}]));
    const patience = { envelopeMs: 300 };
    const transport = opened(withDomainLimits(createTransport(server.url, { patience }), rules, 50));
    const all = await Promise.all(['a', 'b', 'c'].map((name) => transport.deliver(message(`${name}@gmail.com`), yes)));
    expect(all[2]).toEqual({
      type: 'unreachable',
      problem: 'as many mails as its domain takes were on their way for 0.05 s',
    });
    expect(await transport.deliver(message('d@gmail.com'), yes)).toMatchObject({ type: 'accepted' });
  });
});

describe('TLS', () => {
  const BOTH = { mode: 'require', minVersion: 'TLSv1.2', ca: CA } as const;
  /** What becomes of a mail, and what had secured it. */
  async function sent(policy: TlsPolicy, options: SMTPServerOptions = {}) {
    const server = await served(tlsSmtp(options));
    const transport = opened(createTransport(server.url, { tls: policy }));
    const delivery = await transport.deliver(message('ana@example.test'), yes);
    return { delivery, taken: server.taken };
  }
  const TAKEN = { type: 'accepted' };
  const NOT = (problem: string) => ({ type: 'unreachable', problem: expect.stringMatching(problem) });
  const STRIPPED: SMTPServerOptions = { hideSTARTTLS: true, disabledCommands: ['STARTTLS'] };
  const OLD: SMTPServerOptions = { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' };

  test.each<[string, TlsPolicy, SMTPServerOptions, { readonly delivery: object; readonly taken: readonly unknown[] }]>([
    ['require, offered', BOTH, {}, { delivery: TAKEN, taken: [expect.stringMatching(/^TLSv1/)] }],
    ['require, version 1.3', { ...BOTH, minVersion: 'TLSv1.3' }, {}, { delivery: TAKEN, taken: ['TLSv1.3'] }],
    [
      'require, only up to 1.2',
      { ...BOTH, minVersion: 'TLSv1.3' },
      { maxVersion: 'TLSv1.2' },
      { delivery: NOT('TLS|protocol'), taken: [] },
    ],
    ['require, only old versions', BOTH, OLD, { delivery: NOT('TLS|protocol|version'), taken: [] }],
    ['require, stripped', BOTH, STRIPPED, { delivery: NOT('STARTTLS'), taken: [] }],
    [
      'opportunistic, offered',
      { ...BOTH, mode: 'opportunistic' },
      {},
      { delivery: TAKEN, taken: [expect.stringMatching(/^TLSv1/)] },
    ],
    ['opportunistic, not offered', { ...BOTH, mode: 'opportunistic' }, STRIPPED, { delivery: TAKEN, taken: ['plain'] }],
    [
      'implicit',
      { ...BOTH, mode: 'implicit' },
      { secure: true },
      { delivery: TAKEN, taken: [expect.stringMatching(/^TLSv1/)] },
    ],
    [
      'a certificate that nobody vouches for',
      { mode: 'require', minVersion: 'TLSv1.2' },
      {},
      { delivery: NOT('certificate'), taken: [] },
    ],
    [
      'the same, where TLS need not be',
      { mode: 'opportunistic', minVersion: 'TLSv1.2' },
      {},
      { delivery: NOT('certificate'), taken: [] },
    ],
  ])('%s', async (_, policy, options, expected) => {
    expect(await sent(policy, options)).toMatchObject(expected);
  });

  test.each([
    ['is refused', { EHLO: '250 scripted' }],
    ['is refused in an old tongue', { EHLO: '502 what' }],
  ])('STARTTLS that %s by whoever stands between gets no mail and no address', async (_, script) => {
    const server = await served(scriptedSmtp([script]));
    const transport = opened(createTransport(server.url, { tls: BOTH }));
    expect(await transport.deliver(message('ana@example.test'), yes)).toMatchObject({ type: 'unreachable' });
    expect(server.heard.flat()).not.toContain('MAIL');
  });

  test.each([
    ['smtp://mail.example', 'opportunistic', 587],
    ['smtp://me:pass@mail.example', 'require', 587],
    ['smtp://me:pass@localhost', 'opportunistic', 587],
    ['smtp://me:pass@[::1]:2525', 'opportunistic', 2525],
    ['smtps://me:pass@mail.example', 'implicit', 465],
  ])('%s is met with %s, at port %d', (url, mode, port) => {
    expect(relayOf(url)).toMatchObject({ port, tls: { mode } });
  });
});

test('all that one attempt may wait for ends before Temporal gives the activity up', () => {
  expect(longestSendMs()).toBeLessThan(MAIL_LIMITS.activityMs);
  expect(Object.values(MAIL_LIMITS).every((ms) => ms > 0)).toBe(true);
});

test('a dead connection is found out sooner than a slow server is given up, and costs no second wait for a place', async () => {
  const server = await served(scriptedSmtp([{}, { dot: '250 2.0.0 second' }]));
  const transport = opened(createTransport(server.url, { connections: 1, waitMs: 1, patience: { staleMs: 100 } }));
  await transport.deliver(message('ana@example.test'), yes);
  server.freeze();
  const [first, second] = await Promise.all([
    transport.deliver(message('bo@example.test'), yes),
    transport.deliver(message('eva@example.test'), yes),
  ]);
  expect(first).toEqual({ type: 'accepted', response: '250 2.0.0 second' });
  expect(second).toMatchObject({ type: 'unreachable', problem: expect.stringContaining('busy') });
});
