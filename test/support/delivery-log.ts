import fc from 'fast-check';
import { type Deed, type Director, scriptedSmtp, type Verb } from './scripted-smtp';

/** One conversation about a message in which 354 was given. */
export interface Delivered {
  /** The server has the whole message and did not refuse it. */
  readonly mayBeKept: boolean;
  /** It has said so. */
  readonly isTaken: boolean;
  /** The server itself broke off after the body had begun, and its sender lived to see it. */
  readonly isBrokenOff: boolean;
}

interface Open {
  readonly life: number;
  hasBody: boolean;
  reply: Deed | undefined;
  brokenOff: boolean;
}

export interface DeliveryLog {
  readonly url: string;
  /** Conversations with 354 about mail to this address, in order. */
  of(email: string): readonly Delivered[];
  /** Whether the body of one has begun in this life, and the server has said nothing about it in the end. */
  hasOpenBody(email: string): boolean;
  /** Begins the life of another sender, the one before is dead; `onHeard` is told of everything that it says. */
  beginLife(onHeard: () => void): void;
  stop(): Promise<void>;
}

/** What a server does now and then, each by its weight in a hundred. */
const DEEDS: readonly (readonly [Verb, Deed, number])[] = [
  ['RCPT', '451 4.7.1 greylisted', 4],
  ['MAIL', 'drop', 2],
  ['dot', '451 4.3.0 later', 3],
  ['dot', '554 5.6.0 never', 2],
  ['dot', 'drop', 1],
  ['half', 'drop', 1],
];

/** A server that mostly is kind, and keeps a log of what came for whom. */
export async function deliveriesAt(seed: number): Promise<DeliveryLog> {
  const chances = fc.sample(fc.noBias(fc.integer({ min: 1, max: 100 })), { numRuns: 10_007, seed });
  let drawn = 0;
  const draw = (): number => chances[drawn++ % chances.length] ?? 100;
  const byEmail = new Map<string, Open[]>();
  let life = 0;
  let onHeard = () => {};
  const direct: Director = ({ verb, recipient }) => {
    onHeard();
    const mine = byEmail.get(recipient) ?? [];
    if (verb === 'DATA')
      byEmail.set(recipient, [...mine, { life, hasBody: false, reply: undefined, brokenOff: false }]);
    const open = mine.at(-1);
    const deed = DEEDS.find(([at, , weight]) => at === verb && draw() <= weight)?.[1];
    if (open && verb === 'body') open.hasBody = true;
    if (open && verb === 'dot') open.reply = deed ?? '250';
    if (open && deed === 'drop' && (verb === 'dot' || verb === 'half')) open.brokenOff = true;
    return deed;
  };
  const server = await scriptedSmtp(direct);
  return {
    url: server.url,
    stop: server.stop,
    of: (email) =>
      (byEmail.get(email) ?? []).map(({ reply, brokenOff }) => ({
        mayBeKept: reply !== undefined && !/^[45]/.test(reply),
        isTaken: reply === '250',
        isBrokenOff: brokenOff,
      })),
    hasOpenBody: (email) =>
      (byEmail.get(email) ?? []).some(
        (open) => open.life === life && open.hasBody && open.reply === undefined && !open.brokenOff,
      ),
    beginLife: (told) => {
      life += 1;
      onHeard = told;
    },
  };
}
