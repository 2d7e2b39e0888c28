import type { Session } from './smtp-session';

export interface Lease {
  readonly session: Session;
  /** Whether it has been idle before: the server may have ended it meanwhile. */
  readonly wasIdle: boolean;
}

/** A few connections that are kept and used in turn. */
export interface SmtpPool {
  /** A connection of one's own; `fresh`: never one that was idle. Rejects when none can be opened, or none is free in time. */
  take(o?: { readonly fresh: boolean }): Promise<Lease>;
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

type Waiting = (free: boolean) => void;

export function createPool({ open, size, waitMs, idleMs }: PoolOptions): SmtpPool {
  const idle = new Map<Session, NodeJS.Timeout>();
  const waiting = new Set<Waiting>();
  let busy = 0;
  let isClosed = false;

  const freeOne = () => {
    busy -= 1;
    const [next] = waiting;
    if (!next) return;
    waiting.delete(next);
    busy += 1;
    next(true);
  };
  const placeFree = () => {
    if (busy < size) {
      busy += 1;
      return Promise.resolve(true);
    }
    return new Promise<boolean>((resolve) => {
      const giveUp = setTimeout(() => waiting.delete(wait) && resolve(false), waitMs);
      const wait: Waiting = (free) => {
        clearTimeout(giveUp);
        resolve(free);
      };
      waiting.add(wait);
    });
  };
  const rest = (session: Session) => {
    if (!isClosed && session.isUsable()) idle.set(session, setTimeout(() => drop(session), idleMs).unref());
    else session.close();
    freeOne();
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

  return {
    async take({ fresh } = { fresh: false }) {
      if (!(await placeFree())) throw new Error(`all ${size} connections were busy for ${waitMs / 1000} s`);
      const session = fresh ? undefined : wake();
      if (session) return { session, wasIdle: true };
      try {
        return { session: await open(), wasIdle: false };
      } catch (error) {
        freeOne();
        throw error;
      }
    },
    give(session, { isClean }) {
      if (isClean || !session.isUsable()) return rest(session);
      session.reset().then((isReset) => {
        if (!isReset) session.close();
        rest(session);
      }, freeOne);
    },
    close() {
      isClosed = true;
      for (const session of [...idle.keys()]) drop(session);
    },
  };
}
