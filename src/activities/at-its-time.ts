import type { Instant } from '../domain/ids';

/** Business time, for what runs live. */
export type Clock = () => Instant;

/**
 * What was asked for may lie in its queue for hours: behind a limit, or while no worker runs. It then goes by the time at which it is
 * done, so that a mail of the evening does not go out at night, and what came meanwhile is seen. With no clock it goes by the time at
 * which it was asked for: a rehearsal's time stands still while an activity is under way.
 */
export function atItsTime<R extends { readonly now: Instant }, A>(
  clock: Clock | undefined,
  perform: (request: R) => Promise<A>,
): (request: R) => Promise<A> {
  if (!clock) return perform;
  return (request) => perform({ ...request, now: Math.max(request.now, clock()) });
}
