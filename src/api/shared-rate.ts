import { createHmac } from 'node:crypto';
import type { Instant } from '../domain/ids';
import type { Db } from '../store/db';
import { takePortion } from '../store/shared-rate';
import { Remembered } from './remembered';

/** What a process takes at once, as a part of a minute's. */
const PARTS = 10;
/** What nobody has asked for meanwhile is given back by being forgotten: the minute has filled it up again. */
const GOOD_FOR_MS = 60_000;
/** From one question of a sender who has nothing left to the next. */
const LEAST_WAIT_MS = 1_000;

interface Sender {
  /** Of its portion. */
  left: number;
  goodUntil: Instant;
  /** Until then it has nothing left, and nobody asks. */
  waitsUntil: Instant;
  asking?: Promise<void> | undefined;
}

/**
 * How much one sender may do in a minute, over all processes on one database. Each takes it in portions, a tenth of a minute's at a time,
 * so that most questions are answered from memory; of whoever has nothing left the database is asked once a second at most. A process can
 * hold one portion that it took before the minute, so beyond `perMinute` at once and as much in each minute no more is let through than
 * one portion for each process.
 */
export class SharedRate {
  private readonly senders = new Remembered<Sender>(() => ({ left: 0, goodUntil: 0, waitsUntil: 0 }));

  constructor(private readonly o: { readonly db: Db; readonly secret: string; readonly clock: () => Instant }) {}

  /** How long (ms) it must wait; 0: it may, and that is counted. */
  async take(address: string, perMinute: number): Promise<number> {
    const sender = this.senders.of(address);
    for (;;) {
      const now = this.o.clock();
      if (now < sender.waitsUntil) return sender.waitsUntil - now;
      if (sender.left > 0 && now < sender.goodUntil) {
        sender.left -= 1;
        return 0;
      }
      sender.asking ??= this.ask(sender, { address, perMinute, now }).finally(() => {
        sender.asking = undefined;
      });
      await sender.asking;
    }
  }

  private async ask(
    sender: Sender,
    { address, perMinute, now }: { readonly address: string; readonly perMinute: number; readonly now: Instant },
  ): Promise<void> {
    const { db, secret } = this.o;
    const hash = createHmac('sha256', secret).update(`rate|${address}`).digest('base64url').slice(0, 22);
    const { given, waitMs } = await takePortion(db, {
      sender: hash,
      perMinute,
      most: Math.ceil(perMinute / PARTS),
      now,
    });
    sender.left = given;
    sender.goodUntil = now + GOOD_FOR_MS;
    if (given === 0) sender.waitsUntil = now + Math.max(waitMs, LEAST_WAIT_MS);
  }
}
