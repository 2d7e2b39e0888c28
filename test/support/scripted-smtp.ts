import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/**
 * Where in a conversation something happens. `body`: at the first line of a message; `head`: at the end of its headers; `half`: in
 * the midst of its text; `dot`: at its end.
 */
export type Verb =
  | 'connect'
  | 'EHLO'
  | 'HELO'
  | 'STARTTLS'
  | 'MAIL'
  | 'RCPT'
  | 'DATA'
  | 'body'
  | 'head'
  | 'half'
  | 'dot'
  | 'RSET'
  | 'QUIT';

/** What the server does there instead of being kind: a reply of its own (of several lines, if need be), an abrupt end, or nothing for ever. A reply after `!` is its last word. */
export type Deed = string | 'drop' | 'stall';

/** Per connection, in order: what is not named goes well. Connections beyond the list go well, too. */
export type Script = readonly { readonly [V in Verb]?: Deed }[];

/** Decides deed by deed; undefined: it goes well. `recipient`: of the last RCPT TO on this connection. */
export type Director = (moment: {
  readonly connection: number;
  readonly verb: Verb;
  readonly recipient: string;
}) => Deed | undefined;

export interface ScriptedSmtp {
  readonly url: string;
  /** Each message as it came, of those whose end was seen, taken or not. */
  readonly messages: readonly string[];
  /** Of these, how many the sender must think may have been kept: all but those that were refused in so many words. */
  kept(): number;
  /** What was heard, one list per connection: verbs, and `body` once per message that begins. */
  readonly heard: readonly (readonly Verb[])[];
  /** Resolves when the verb has been heard for the nth time, over all connections. */
  hears(verb: Verb, times?: number): Promise<void>;
  /** Ends every open connection as a restarted server would. */
  dropAll(): void;
  /** From now on the connections that are open hear nothing: as behind a firewall that has forgotten them. */
  freeze(): void;
  stop(): Promise<void>;
}

const KIND: { readonly [V in Verb]: string } = {
  connect: '220 scripted ESMTP',
  EHLO: '250 scripted',
  HELO: '250 scripted',
  STARTTLS: '454 4.7.0 no TLS here',
  MAIL: '250 2.1.0 ok',
  RCPT: '250 2.1.5 ok',
  DATA: '354 go on',
  body: '',
  head: '',
  half: '',
  dot: '250 2.0.0 taken',
  RSET: '250 2.0.0 ok',
  QUIT: '221 2.0.0 bye',
};
/** Lines of a message at which its text is half over: those of the tests have some forty. */
const HALF = 24;
const isVerb = (word: string): word is Verb => Object.hasOwn(KIND, word);

/** An SMTP server that does at each verb what it is told, on a free port of this machine. */
export async function scriptedSmtp(script: Script | Director = []): Promise<ScriptedSmtp> {
  const direct: Director = typeof script === 'function' ? script : ({ connection, verb }) => script[connection]?.[verb];
  const sockets = new Set<Socket>();
  const messages: string[] = [];
  const ends: Deed[] = [];
  const heard: Verb[][] = [];
  const waiting = new Set<() => void>();
  const count = (verb: Verb) => heard.flat().filter((one) => one === verb).length;
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    const mine: Verb[] = [];
    const connection = heard.push(mine) - 1;
    converse(socket, {
      messages,
      say: (verb, recipient) => {
        mine.push(verb);
        for (const look of waiting) look();
        const deed = direct({ connection, verb, recipient }) ?? KIND[verb];
        if (verb === 'dot') ends.push(deed);
        return deed;
      },
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo; // a TCP server's address is never a path
  const dropAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `smtp://127.0.0.1:${port}`,
    messages,
    heard,
    dropAll,
    freeze() {
      for (const socket of sockets) socket.pause();
    },
    kept: () => ends.filter((deed) => !/^[45]/.test(deed)).length,
    hears: (verb, times = 1) =>
      new Promise((resolve) => {
        const look = () => {
          if (count(verb) >= times) resolve(void waiting.delete(look));
        };
        waiting.add(look);
        look();
      }),
    async stop() {
      dropAll();
      await new Promise((done) => server.close(done));
    },
  };
}

interface Conversation {
  readonly messages: string[];
  /** Notes the verb and answers the deed. */
  readonly say: (verb: Verb, recipient: string) => Deed;
}

function converse(socket: Socket, { messages, say }: Conversation): void {
  let body: string[] | null = null;
  let isStalled = false;
  let recipient = '';
  const isOver = () => isStalled || !socket.writable;
  const act = (verb: Verb): string => {
    const deed = say(verb, recipient);
    if (deed === 'stall') isStalled = true;
    else if (deed === 'drop') socket.destroy();
    else if (deed.startsWith('!')) socket.end(`${deed.slice(1)}\r\n`);
    else if (deed !== '' && socket.writable) socket.write(`${deed}\r\n`);
    if (verb === 'QUIT') socket.end();
    return deed;
  };
  const take = (line: string, lines: string[]) => {
    if (lines.length === 0) act('body');
    else if (line === '' && !lines.includes('')) act('head');
    else if (lines.length === HALF) act('half');
    if (isOver()) return;
    if (line !== '.') return void lines.push(line);
    messages.push(lines.join('\r\n'));
    body = null;
    act('dot');
  };
  const obey = (line: string) => {
    const verb = (line.split(/[ :]/)[0] ?? '').toUpperCase();
    if (!isVerb(verb)) return void socket.write('500 what\r\n');
    if (verb === 'RCPT') recipient = /<([^>]*)>/.exec(line)?.[1] ?? '';
    if (/^[23]/.test(act(verb)) && verb === 'DATA') body = [];
  };
  act('connect');
  createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY })
    .on('error', () => undefined)
    .on('line', (line) => {
      if (isOver()) return;
      if (body) take(line, body);
      else obey(line);
    });
}
