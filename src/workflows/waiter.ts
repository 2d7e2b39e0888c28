import { CancellationScope, condition, sleep } from '@temporalio/workflow';
import type { Clock } from './clock';
import { playScript } from './proxies';

/** Set by the `poke` signal: something happened that may concern this workflow. */
export interface Wake {
  poked: boolean;
}

/** Only in a rehearsal: whose script is played while this workflow waits. */
export interface Script {
  readonly journeyId: string;
  /** Id of the workflow that waits: `journey:<id>` or `handoff:<id>`. */
  readonly workflow: string;
  /** When the recipient's next scripted event is due; null with none. Kept up to date here. */
  nextScriptedAt: number | null;
}

export interface Wait {
  readonly clock: Clock;
  readonly wake: Wake;
  /** Business time; null waits for a poke alone. */
  readonly until: number | null;
  readonly script: Script | null;
}

/** Returns when poked or when the time has come. A rehearsal plays what its recipient does meanwhile, each at its virtual time. */
export async function waitUntil({ clock, wake, until, script }: Wait): Promise<void> {
  while (!wake.poked) {
    const scriptedAt = script?.nextScriptedAt ?? null;
    const due = earlier(until, scriptedAt);
    if (due === null) {
      await condition(() => wake.poked);
      return;
    }
    const left = due - clock.now();
    if (left > 0 && (await pokedWithin(wake, left))) return;
    // an event at the very end of a wait is in time: the script goes first
    const scripted = script !== null && scriptedAt !== null && scriptedAt <= due;
    if (!scripted) return;
    const played = await playScript({ journeyId: script.journeyId, workflow: script.workflow, now: clock.now() });
    script.nextScriptedAt = played.nextScriptedAt;
    // no timer is open here, so time stands still until the poke has come through the outbox like any other
    if (played.poked) await condition(() => wake.poked);
  }
}

/**
 * Whether a poke comes before the time (ms) has passed. As `condition` with a timeout, which holds twice as many promises: the SDK keeps
 * the stack of each one that is pending, some two kilobytes for every journey that waits in a worker's memory.
 */
async function pokedWithin(wake: Wake, ms: number): Promise<boolean> {
  const timer = new CancellationScope();
  let isOver = false;
  const end = () => {
    isOver = true;
  };
  timer.run(() => sleep(ms)).then(end, end);
  await condition(() => wake.poked || isOver);
  timer.cancel();
  return wake.poked;
}

function earlier(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : Math.min(a, b);
}
