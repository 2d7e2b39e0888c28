import { createPlaces } from './places';
import type { Session } from './smtp-session';

export interface Lease {
  readonly session: Session;
  /** Whether it has been idle before: the server may have ended it meanwhile. */
  readonly wasIdle: boolean;
}

/** Nothing is wrong with the server: too many want to talk to it. */
export class NoneFree extends Error {}

/** A few connections that are kept and used in turn. */
export interface SmtpPool {
  /** A connection of one's own. Rejects when none can be opened; with `NoneFree` when none is free in time. */
  take(): Promise<Lease>;
  /** A new connection in place of a dead one, with no wait for others. Rejects when none can be opened: the place is given back then. */
  replace(session: Session): Promise<Lease>;
  /** Gives it back; a lost one makes room for a new one. `isClean`: nothing of the last message is left behind. */
  give(session: Session, o: { readonly isClean: boolean }): void;
  close(): void;
}

export interface PoolOptions {
  readonly open: () => Promise<Session>;
  readonly size: number;
  /** How long to wait for a free connection (ms). */
  readonly waitMs: number;
  /** After so long without work a connection is closed (ms). */
  readonly idleMs: number;
}

export function createPool({ open, size, waitMs, idleMs }: PoolOptions): SmtpPool {
  const idle = new Map<Session, NodeJS.Timeout>();
  const places = createPlaces(size, waitMs);
  let isClosed = false;

  const rest = (session: Session) => {
    if (!isClosed && session.isUsable()) idle.set(session, setTimeout(() => drop(session), idleMs).unref());
    else session.close();
    places.give();
  };
  const drop = (session: Session) => {
    clearTimeout(idle.get(session));
    idle.delete(session);
    session.close();
  };
  const wake = (): Session | undefined => {
    for (const [session, timer] of [...idle].reverse()) {
      clearTimeout(timer);
      idle.delete(session);
      if (session.isUsable()) return session;
    }
    return undefined;
  };
  const opened = async (): Promise<Lease> => {
    try {
      return { session: await open(), wasIdle: false };
    } catch (error) {
      places.give();
      throw error;
    }
  };

  return {
    async take() {
      if (!(await places.take())) throw new NoneFree(`all ${size} connections were busy for ${waitMs / 1000} s`);
      const session = wake();
      return session ? { session, wasIdle: true } : opened();
    },
    replace(session) {
      session.close();
      return opened();
    },
    give(session, { isClean }) {
      if (isClean || !session.isUsable()) return rest(session);
      session.reset().then((isReset) => {
        if (!isReset) session.close();
        rest(session);
      }, places.give);
    },
    close() {
      isClosed = true;
      for (const session of [...idle.keys()]) drop(session);
    },
  };
}
