import type { Tx } from '../../src/store/db';

const RAW = ['$queryRaw', '$executeRaw'] as const;

/** A transaction that counts the statements sent through it. */
export function counted(tx: Tx): { readonly tx: Tx; readonly statements: () => number } {
  let count = 0;
  const proxy = new Proxy(tx, {
    get(target, name) {
      if (RAW.some((raw) => raw === name)) count += 1;
      return Reflect.get(target, name);
    },
  });
  return { tx: proxy, statements: () => count };
}
