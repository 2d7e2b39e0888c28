import { connect } from 'node:net';

export interface Talk {
  readonly send: string;
  /** Nothing is read before all of it is sent, as simple clients do. */
  readonly thenListen?: boolean;
  /** Sent after it, again and again, until nobody takes it. */
  readonly forEver?: string;
  /** Close as soon as it is sent. */
  readonly hangUp?: boolean;
}

export interface Heard {
  readonly heard: string;
  /** Code of what ended the connection, if it did not end in order. */
  readonly error: string | undefined;
  /** Bytes that the machine took. */
  readonly sent: number;
  /** From the beginning to the first byte of an answer, and to the end of the connection. */
  readonly answeredMs: number;
  readonly endedMs: number;
}

/** Speaks to a port of this machine in bytes, until the other side closes. */
export async function talkTo(port: number, { send, thenListen, forEver, hangUp }: Talk): Promise<Heard> {
  const startedAt = performance.now();
  const socket = connect(port, '127.0.0.1');
  const passedMs = () => performance.now() - startedAt;
  let [heard, error, answeredMs]: [string, string | undefined, number] = ['', undefined, Number.NaN];
  socket.on('data', (chunk) => {
    if (heard === '') answeredMs = passedMs();
    heard += chunk.toString('latin1');
  });
  socket.on('error', ({ code }: NodeJS.ErrnoException) => {
    error = code;
  });
  if (thenListen) socket.pause();
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  const again = () => {
    if (forEver !== undefined && socket.writable) socket.write(forEver, again);
  };
  socket.write(send, () => {
    socket.resume();
    if (hangUp) socket.destroy();
    again();
  });
  await closed;
  return { heard, error, sent: socket.bytesWritten, answeredMs, endedMs: passedMs() };
}
