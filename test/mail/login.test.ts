import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { createTransport } from '../../src/mail/transport';

const mail = {
  from: 'viva@example.test',
  to: 'ana@example.test',
  source: Buffer.from('Subject: hello\r\n\r\nHello\r\n'),
};

/** What becomes of a mail on a server that asks for a password, for a client with this one. */
async function deliveredWith(login: string, options: SMTPServerOptions = {}) {
  const heard: string[] = [];
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    closeTimeout: 500, // its own half minute for a connection that lingers is as long as a test may take
    onAuth: ({ username, password }, _, answer) => {
      heard.push(`${username} ${password}`);
      if (password === 'pass:word') answer(null, { user: username });
      else answer(new Error('Invalid username or password'));
    },
    onData: (stream, _, answer) => void stream.resume().on('end', () => answer()),
    ...options,
  });
  server.on('error', () => undefined);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.server.address() as AddressInfo; // a TCP server's address is never a path
  const transport = createTransport(`smtp://${login}127.0.0.1:${port}`);
  const delivery = await transport.deliver(mail, { onDispatch: async () => true });
  await transport.close();
  await new Promise<void>((done) => server.close(done));
  return { delivery, heard };
}

test('the password of the URL logs in, whatever letters it has', async () => {
  expect(await deliveredWith('me%40example.test:pass%3Aword@')).toEqual({
    delivery: { type: 'accepted', response: expect.stringMatching(/^250/) },
    heard: ['me@example.test pass:word'],
  });
});

test('a wrong password says nothing of the message: the server counts as not reached', async () => {
  const { delivery } = await deliveredWith('me:wrong@');
  expect(delivery).toEqual({
    type: 'unreachable',
    problem: expect.stringContaining('535'),
    fault: 'authentication',
  });
});

test('a server that wants a login and gets none counts as not reached, too', async () => {
  const { delivery } = await deliveredWith('');
  expect(delivery).toEqual({
    type: 'unreachable',
    problem: expect.stringContaining('530'),
    fault: 'authentication',
  });
});

test('TLS is used when it is offered, and a certificate that nobody vouches for ends the conversation', async () => {
  jest.spyOn(console, 'error').mockImplementation(); // the server warns of its well-known key
  const { delivery, heard } = await deliveredWith('me:pass%3Aword@', { disabledCommands: [] });
  expect(delivery).toEqual({
    type: 'unreachable',
    problem: expect.stringContaining('certificate'),
    fault: 'connection',
  });
  expect(heard).toEqual([]);
});
