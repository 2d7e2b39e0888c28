import { createTransport, type Delivery, type MailTransport, type TransportOptions } from '../../src/mail/transport';
import { type Script, type ScriptedSmtp, scriptedSmtp, type Verb } from '../support/scripted-smtp';

let server: ScriptedSmtp;
let transport: MailTransport;
afterEach(async () => {
  await transport.close();
  await server.stop();
});

/** Where a server stalls, so that the test need not wait long; elsewhere a busy machine has all the time it wants. */
const IMPATIENT = { patience: { connectMs: 300, envelopeMs: 300, replyMs: 300 } };

async function serve(script: Script = [], options: TransportOptions = {}): Promise<void> {
  server = await scriptedSmtp(script);
  transport = createTransport(server.url, options);
}

const BODY = 'Subject: hello\r\n\r\nHello\r\n.a line that begins with a dot';
const mail = { from: 'viva@example.test', to: 'ana@example.test', source: Buffer.from(BODY) };
const yes = async () => true;
const deliver = (onDispatch: () => Promise<boolean> = yes) => transport.deliver(mail, { onDispatch });

test('a message is taken, byte for byte', async () => {
  await serve();
  expect(await deliver()).toEqual({ type: 'accepted', response: '250 2.0.0 taken' });
  expect(server.messages).toEqual([BODY.replace('\r\n.a', '\r\n..a')]); // a dot is stuffed, RFC 5321 §4.5.2
});

test('whoever is asked is asked after the 354, and no byte leaves before the answer', async () => {
  await serve();
  const asked = await new Promise<readonly Verb[]>((resolve) => {
    const ask = async () => {
      await server.hears('DATA');
      resolve([...(server.heard[0] ?? [])]);
      return false;
    };
    deliver(ask).catch(() => undefined);
  });
  expect(asked).toEqual(['connect', 'EHLO', 'MAIL', 'RCPT', 'DATA']);
});

test('a no withholds the body, and the server sees the connection end', async () => {
  await serve();
  expect(await deliver(async () => false)).toEqual({ type: 'withheld' });
  expect(await deliver()).toMatchObject({ type: 'accepted' });
  expect(server.heard.map((verbs) => verbs.includes('body'))).toEqual([false, true]);
  expect(server.messages).toHaveLength(1);
});

test('an error of whoever was asked comes back as it was, and nothing left', async () => {
  await serve();
  const error = Object.assign(new Error('the database is down'), { code: 'VIV_DATABASE_DOWN' });
  await expect(deliver(() => Promise.reject(error))).rejects.toBe(error);
  expect(error.code).toBe('VIV_DATABASE_DOWN');
  expect(server.messages).toEqual([]);
});

describe('what the server says or does', () => {
  const before: readonly Verb[] = ['MAIL', 'RCPT', 'DATA'];
  const cases: readonly (readonly [Verb, string, Partial<Delivery>])[] = [
    ...before.flatMap((verb): [Verb, string, Partial<Delivery>][] => [
      [verb, '451 4.3.0 later', { type: 'put_off', response: '451 4.3.0 later' }],
      [verb, '550 5.7.1 never', { type: 'rejected', response: '550 5.7.1 never', isNoAddress: false }],
      [verb, '503 5.5.1 out of order', { type: 'put_off' }],
      [verb, 'drop', { type: 'unreachable' }],
      [verb, 'stall', { type: 'unreachable', problem: 'the server did not answer within 0.3 s' }],
    ]),
    ['RCPT', '550 5.1.1 no such user', { type: 'rejected', response: '550 5.1.1 no such user', isNoAddress: true }],
    ['MAIL', '550 5.1.1 of no recipient', { type: 'rejected', isNoAddress: false }],
    ['connect', '554 5.7.1 go away', { type: 'unreachable' }],
    ['connect', '421 4.3.2 not now', { type: 'unreachable' }],
    ['connect', 'drop', { type: 'unreachable' }],
    ['connect', 'stall', { type: 'unreachable' }],
    ['EHLO', 'drop', { type: 'unreachable' }],
    ['EHLO', 'stall', { type: 'unreachable' }],
    ['DATA', '421 4.3.2 closing', { type: 'put_off' }],
    ['body', 'drop', { type: 'uncertain' }],
    ['body', 'stall', { type: 'uncertain', problem: 'the server did not answer within 0.3 s' }],
    ['dot', 'drop', { type: 'uncertain' }],
    ['dot', 'stall', { type: 'uncertain' }],
    ['dot', '452 4.3.1 full', { type: 'put_off', response: '452 4.3.1 full' }],
    ['dot', '421 4.3.2 closing', { type: 'put_off', response: '421 4.3.2 closing' }],
    ['dot', '554 5.6.0 unwanted', { type: 'rejected', response: '554 5.6.0 unwanted', isNoAddress: false }],
  ];
  const pipelining = { EHLO: '250-scripted\r\n250 PIPELINING' };
  const all = cases.flatMap(([verb, deed, expected]) => [
    { name: 'one by one', script: { [verb]: deed }, verb, deed, expected },
    { name: 'in one go', script: { ...pipelining, [verb]: deed }, verb, deed, expected },
  ]);
  test.each(all)('at $verb: $deed, commands $name', async ({ script, verb, deed, expected }) => {
    await serve([script], deed === 'stall' ? IMPATIENT : {});
    const asked: boolean[] = [];
    const delivery = await deliver(async () => asked.push(true) > 0);
    expect(delivery).toMatchObject(expected);
    const isLate = verb === 'body' || verb === 'dot';
    expect(asked).toEqual(isLate ? [true] : []);
    expect(await deliver()).toMatchObject({ type: 'accepted' }); // whatever came before
  });
});

describe('whose fault it is', () => {
  const cases: readonly (readonly [Verb, string, Delivery['fault']])[] = [
    ['connect', 'drop', 'connection'],
    ['connect', '554 5.7.1 go away', 'connection'],
    ['EHLO', 'drop', 'connection'],
    ['MAIL', 'drop', 'connection'],
    ['MAIL', '421 4.3.2 closing', 'connection'],
    ['MAIL', '550 5.7.1 this sender may not', 'policy'],
    ['MAIL', '451 4.7.0 too many of you', 'policy'],
    ['MAIL', '552 5.3.4 too large', undefined],
    ['MAIL', '530 5.7.0 authenticate first', 'authentication'],
    ['RCPT', '550 5.1.1 no such user', undefined],
    ['RCPT', '554 5.7.1 not this one', undefined],
    ['RCPT', '450 4.7.1 greylisted', undefined],
    ['RCPT', '421 4.7.0 not now', 'connection'],
    ['DATA', '554 5.7.1 suspended', 'policy'],
    ['DATA', '451 4.3.0 later', undefined],
    ['body', 'drop', 'connection'],
    ['dot', 'drop', 'connection'],
    ['dot', '354 go on', 'connection'],
    ['dot', '550 5.7.1 limit exceeded', 'policy'],
    ['dot', '554 5.6.0 unwanted', undefined],
    ['dot', '250 2.0.0 taken', undefined],
  ];
  test.each(cases)('at %s, %s: %s', async (verb, deed, fault) => {
    await serve([{ [verb]: deed }]);
    const delivery = await deliver();
    expect('fault' in delivery ? delivery.fault : undefined).toBe(fault);
  });

  test('nobody is at fault when all connections are busy', async () => {
    await serve([{ MAIL: 'stall' }], { connections: 1, waitMs: 20, patience: { envelopeMs: 200 } });
    const [first, second] = await Promise.all([deliver(), deliver()]);
    expect(first).toMatchObject({ fault: 'connection' });
    expect(second).toEqual({ type: 'unreachable', problem: expect.stringContaining('busy') });
  });
});

test('a server that is not there is unreachable', async () => {
  await serve();
  await server.stop();
  expect(await deliver()).toMatchObject({ type: 'unreachable', problem: expect.stringContaining('ECONNREFUSED') });
});

test('a connection that is lost while the answer is on its way has taken nothing', async () => {
  await serve();
  const delivery = deliver(async () => {
    await server.hears('DATA');
    server.dropAll();
    // the client has seen the end when the next message comes over a new connection
    await deliver();
    return true;
  });
  expect(await delivery).toMatchObject({ type: 'unreachable' });
  expect(server.messages).toHaveLength(1);
});

test('a connection is kept, also after a refusal', async () => {
  await serve([{ RCPT: '550 5.1.1 no such user' }], { connections: 1 });
  await deliver();
  await deliver();
  expect(server.heard.flat()).toContain('RSET');
  expect(server.heard).toHaveLength(1);
});

test('a message over a connection that the server has ended meanwhile is tried once more on a new one', async () => {
  await serve();
  await deliver();
  server.dropAll();
  expect(await deliver()).toMatchObject({ type: 'accepted' });
  expect(server.heard).toHaveLength(2);
});

test('a new connection that fails the same way is not tried again', async () => {
  await serve([{ MAIL: 'drop' }, {}]);
  expect(await deliver()).toMatchObject({ type: 'unreachable' });
  expect(server.heard).toHaveLength(1);
});

test('no more connections than told, and who waits too long is told', async () => {
  await serve([], { connections: 2 });
  await Promise.all(Array.from({ length: 20 }, () => deliver()));
  expect(server.messages).toHaveLength(20);
  expect(server.heard).toHaveLength(2);
  await transport.close();
  await server.stop();
  await serve([{ dot: 'stall' }], { ...IMPATIENT, connections: 1, waitMs: 50 });
  const [slow, waiting] = await Promise.all([deliver(), deliver()]);
  expect([slow.type, waiting]).toEqual([
    'uncertain',
    { type: 'unreachable', problem: 'all 1 connections were busy for 0.05 s' },
  ]);
});

test('a password goes to no other machine in the clear', async () => {
  await serve();
  const { port } = new URL(server.url);
  const remote = createTransport(`smtp://me:secret@localhost.:${port}`);
  expect(await remote.deliver(mail, { onDispatch: yes })).toMatchObject({ type: 'unreachable' });
  expect(server.heard.flat()).not.toContain('MAIL');
  await remote.close();
});

test('an address that could break the envelope is refused before anything is said', async () => {
  await serve();
  const evil = { ...mail, to: 'ana@example.test>\r\nRCPT TO:<eve@example.test' };
  expect(await transport.deliver(evil, { onDispatch: yes })).toMatchObject({ type: 'rejected', isNoAddress: false });
  expect(server.heard.flat()).not.toContain('RCPT');
});
