import fc from 'fast-check';
import { TimeQueue } from '../../../src/domain/simulation/queue';

test('what is put in comes out by time, and in the order it was put in where the time is the same', () => {
  const at = fc.oneof(fc.integer({ min: 0, max: 20_000_000 }), fc.constantFrom(0, 3_600_000, 7_200_000));
  fc.assert(
    fc.property(fc.array(fc.tuple(at, fc.option(fc.nat({ max: 9_000_000 })))), (puts) => {
      const queue = new TimeQueue();
      const wanted: { readonly at: number; readonly order: number }[] = [];
      const seen: { readonly at: number; readonly order: number }[] = [];
      const put = (when: number, more: number | null): void => {
        const entry = { at: when, order: wanted.length };
        wanted.push(entry);
        queue.put(when, () => {
          seen.push(entry);
          if (more !== null) put(when + more, null); // put in while others are taken out
        });
      };
      for (const [when, more] of puts) put(when, more);
      for (let next = queue.take(40_000_000); next; next = queue.take(40_000_000)) next.happens();
      expect(seen).toEqual(wanted.toSorted((a, b) => a.at - b.at || a.order - b.order));
    }),
  );
});

test('nothing comes before its time', () => {
  const queue = new TimeQueue();
  queue.put(5000, () => undefined);
  expect(queue.take(4999)).toBeUndefined();
  expect(queue.take(5000)?.at).toBe(5000);
  expect(queue.take(Number.MAX_SAFE_INTEGER)).toBeUndefined();
});
