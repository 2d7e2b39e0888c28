import { CancellationScope, condition, sleep } from '@temporalio/workflow';
import type { Clock } from './clock';
import { playScript } from './proxies';

/** Something happened that may concern this workflow. */
export interface Wake {
  poked: boolean;
  /** The timer that is open. */
  timer: CancellationScope | null;
}

export const createWake = (poked = false): Wake => ({ poked, timer: null });

/** Wakes the workflow, now or as soon as it rests. */
export function ring(wake: Wake): void {
  wake.poked = true;
  endTimer(wake);
}

/** Once: in a storm of pokes each further one would cost an error with its stack. */
export function endTimer(wake: Wake): void {
  const { timer } = wake;
  wake.timer = null;
  timer?.cancel();
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

/**
 * Returns when poked or when the time has come. A rehearsal plays what its recipient does meanwhile, each at its virtual time. The
 * timer is awaited here and by itself: of each promise that is pending the SDK keeps the stack, two kilobytes for every waiting journey.
 */
export async function waitUntil({ clock, wake, until, script }: Wait): Promise<undefined> {
  while (!wake.poked) {
    const due = earlier(until, script?.nextScriptedAt ?? null);
    if (due === null) {
      await condition(() => wake.poked);
      return;
    }
    const left = due - clock.now();
    try {
      if (left > 0) await openTimer(wake, left);
    } catch (error) {
      if (!wake.poked) throw error;
    }
    // an event at the very end of a wait is in time: the script goes first
    if (wake.poked || !hasEvent(script, due)) return;
    await play(script, clock, wake);
  }
}

/** Ends after `ms`, or is cancelled by a poke. */
function openTimer(wake: Wake, ms: number): Promise<void> {
  wake.timer = new Timer();
  return wake.timer.run(() => sleep(ms));
}

/** As its parent, but what it runs is wrapped in no promise of its own. */
class Timer extends CancellationScope {
  protected override runInContext<T>(run: () => Promise<T>): Promise<T> {
    return run();
  }
}

const hasEvent = (script: Script | null, due: number): script is Script =>
  script !== null && script.nextScriptedAt !== null && script.nextScriptedAt <= due;

async function play(script: Script, clock: Clock, wake: Wake): Promise<void> {
  const { journeyId, workflow } = script;
  const { nextScriptedAt, poked } = await playScript({ journeyId, workflow, now: clock.now() });
  script.nextScriptedAt = nextScriptedAt;
  // no timer is open here, so time stands still until the poke has come through the outbox like any other
  if (poked) await condition(() => wake.poked);
}

function earlier(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : Math.min(a, b);
}
