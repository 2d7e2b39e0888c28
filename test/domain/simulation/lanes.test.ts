import fc from 'fast-check';
import { deliverySchema } from '../../../src/domain/delivery/rules';
import { Heap } from '../../../src/domain/simulation/heap';
import { Lanes } from '../../../src/domain/simulation/lanes';
import { TimeQueue } from '../../../src/domain/simulation/queue';

/** Lanes with a clock of their own; `gone` lists who went, and when. */
function lanesWith(rules: Parameters<typeof deliverySchema.parse>[0]) {
  const queue = new TimeQueue();
  let now = 0;
  const clock = { now: () => now, at: (at: number, happens: () => void) => queue.put(at, happens) };
  const lanes = new Lanes(clock, deliverySchema.parse(rules));
  const gone: { readonly name: string; readonly at: number }[] = [];
  const send = (name: string, { lane = 'mail', priority = 3, sequence = 'one', share = 1, isWanted = true } = {}) => {
    const goes = () => {
      if (isWanted) gone.push({ name, at: now });
      return isWanted;
    };
    if (lanes.take({ lane, priority, sequence, share }, goes)) goes();
  };
  const run = () => {
    for (let next = queue.take(1e9); next; next = queue.take(1e9)) {
      now = Math.max(now, next.at);
      next.happens();
    }
    return gone;
  };
  return { send, run };
}

test('a lane takes its mails one after the other at its rate, and lanes do not wait for each other', () => {
  const { send, run } = lanesWith({ provider: { perSecond: 12 }, domains: { 'gmail.com': { perSecond: 2 } } });
  for (const name of ['a', 'b', 'c']) send(name, { lane: 'mail-gmail.com' });
  for (const name of ['x', 'y']) send(name);
  expect(run()).toEqual([
    { name: 'a', at: 0 },
    { name: 'x', at: 0 },
    { name: 'y', at: 100 },
    { name: 'b', at: 500 },
    { name: 'c', at: 1000 },
  ]);
});

test('where no limit is declared for a lane, nobody waits', () => {
  const { send, run } = lanesWith({ domains: { 'gmail.com': { perSecond: 2 } } });
  for (const name of ['x', 'y']) send(name);
  expect(run().map(({ at }) => at)).toEqual([0, 0]);
});

test('of those that wait, a purpose with priority goes first, and sequences take turns by their shares', () => {
  const { send, run } = lanesWith({ provider: { perSecond: 1 } });
  send('first');
  for (let number = 1; number <= 6; number += 1) send(`big${number}`, { sequence: 'big', share: 2 });
  for (let number = 1; number <= 3; number += 1) send(`small${number}`, { sequence: 'small', share: 1 });
  send('urgent', { priority: 1 });
  const names = run().map(({ name }) => name);
  expect(names.slice(0, 2)).toEqual(['first', 'urgent']);
  expect(names.slice(2, 5).filter((name) => name.startsWith('big'))).toHaveLength(2);
  expect(names.slice(2, 8).filter((name) => name.startsWith('big'))).toHaveLength(4);
});

test('the turn of a mail that is not wanted any more is taken by the next', () => {
  const { send, run } = lanesWith({ provider: { perSecond: 1 } });
  send('a');
  send('gone', { isWanted: false });
  send('b');
  expect(run()).toEqual([
    { name: 'a', at: 0 },
    { name: 'b', at: 1000 },
  ]);
});

test('a heap gives the first of what is in it, whatever went in and out before', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer())), (puts) => {
      const heap = new Heap<number>((a, b) => a < b);
      let plain: number[] = [];
      for (const put of puts) {
        if (put === null) {
          const first = plain.toSorted((a, b) => a - b)[0];
          expect(heap.removeFirst()).toBe(first);
          plain = plain.filter((_, index) => index !== plain.indexOf(first ?? 0));
        } else {
          heap.add(put);
          plain.push(put);
        }
        expect(heap.size).toBe(plain.length);
      }
    }),
  );
});
