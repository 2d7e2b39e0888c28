import { inLanes } from '../../src/importing/lanes';

interface Item {
  readonly key: string;
  readonly number: number;
}

const items = Array.from({ length: 200 }, (_, number): Item => ({ key: `k${number % 7}`, number }));
/** Lets whatever waits for a resolved promise go on. */
const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
};

test('items of one key are done in order and one at a time, those of several keys at once', async () => {
  const done: Item[] = [];
  const running = new Set<string>();
  let most = 0;
  await inLanes(items, {
    lanes: 4,
    keyOf: ({ key }) => key,
    work: async (item) => {
      expect(running.has(item.key)).toBe(false);
      running.add(item.key);
      most = Math.max(most, running.size);
      await turns(item.number % 5);
      running.delete(item.key);
      done.push(item);
    },
  });
  expect(done).toHaveLength(items.length);
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(4);
  for (const key of ['k0', 'k3']) {
    const numbers = done.filter((item) => item.key === key).map(({ number }) => number);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  }
});

test('after an error nothing new begins, and the error comes when the rest has ended', async () => {
  let begun = 0;
  let ended = 0;
  let taken = 0;
  async function* source() {
    for (const item of items) {
      taken += 1;
      yield item;
    }
  }
  const working = inLanes(source(), {
    lanes: 2,
    keyOf: ({ key }) => key,
    work: async ({ number }) => {
      begun += 1;
      if (number === 3) throw new Error('the database is down');
      await turns(3);
      ended += 1;
    },
  });
  await expect(working).rejects.toThrow('the database is down');
  expect(ended).toBe(begun - 1);
  expect(taken).toBeLessThan(items.length);
});

test('an error of the source is thrown when what had begun is done', async () => {
  let ended = 0;
  async function* source() {
    yield* items.slice(0, 3);
    throw new Error('the disk is gone');
  }
  const work = async () => {
    await turns(9);
    ended += 1;
  };
  await expect(inLanes(source(), { lanes: 2, keyOf: ({ key }) => key, work })).rejects.toThrow('the disk is gone');
  expect(ended).toBe(3);
});
