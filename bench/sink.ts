// A mail server that takes everything and keeps nothing, in a process of its own: what it costs is not the sender's.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

async function main(): Promise<void> {
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData: (stream, _, answer) => void stream.resume().on('end', () => answer()),
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.server.address() as AddressInfo; // a TCP server's address is never a path
  process.send?.(`smtp://127.0.0.1:${port}`);
  process.on('disconnect', () => process.exit());
}

void main();
