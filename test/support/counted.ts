import type { Db, Tx } from '../../src/store/db';

const RAW = ['$queryRaw', '$executeRaw'] as const;

/** A transaction, or a database, that counts the statements sent through it. */
export function counted<T extends Tx | Db>(tx: T): { readonly tx: T; readonly statements: () => number } {
  let count = 0;
  const proxy = new Proxy(tx, {
    get(target, name) {
      if (RAW.some((raw) => raw === name)) count += 1;
      return Reflect.get(target, name);
    },
  });
  return { tx: proxy, statements: () => count };
}
