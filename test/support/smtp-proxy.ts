import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Passes a conversation on, but for the reply to a message's end: that one it keeps to itself. */
export interface SmtpProxy {
  readonly url: string;
  /** Resolves when the server has answered a whole message; the sender has not heard it and never will. */
  readonly kept: Promise<void>;
  stop(): Promise<void>;
}

const END_OF_MESSAGE = '\r\n.\r\n';

export async function replyKeepingProxy(smtpUrl: string): Promise<SmtpProxy> {
  const { hostname, port } = new URL(smtpUrl);
  const sockets = new Set<Socket>();
  let keep = () => {};
  const kept = new Promise<void>((resolve) => {
    keep = resolve;
  });
  const server = createServer((sender) => {
    const relay = connect(Number(port), hostname);
    let tail = '';
    let isOver = false;
    for (const socket of [sender, relay]) sockets.add(socket.on('error', () => undefined));
    sender.on('data', (bytes) => {
      tail = (tail + bytes.toString('latin1')).slice(-1_000);
      isOver ||= tail.includes(END_OF_MESSAGE);
      relay.write(bytes);
    });
    relay.on('data', (bytes) => {
      if (isOver) keep();
      else sender.write(bytes);
    });
    sender.on('close', () => relay.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port: own } = server.address() as AddressInfo; // a TCP server's address is never a path
  return {
    url: `smtp://127.0.0.1:${own}`,
    kept,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}
