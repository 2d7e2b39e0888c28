/** Things of which the first is wanted: a binary heap. */
export class Heap<T> {
  private readonly items: T[] = [];

  constructor(private readonly comesBefore: (one: T, other: T) => boolean) {}

  get size(): number {
    return this.items.length;
  }

  first(): T | undefined {
    return this.items[0];
  }

  add(item: T): void {
    const { items, comesBefore } = this;
    let at = items.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      const above = items[parent];
      if (above === undefined || !comesBefore(item, above)) break;
      items[at] = above;
      at = parent;
    }
    items[at] = item;
  }

  removeFirst(): T | undefined {
    const { items } = this;
    const first = items[0];
    const last = items.pop();
    if (last !== undefined && items.length > 0) this.sink(last);
    return first;
  }

  private sink(item: T): void {
    const { items, comesBefore } = this;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const [one, other] = [items[left], items[left + 1]];
      if (one === undefined) break;
      const isRight = other !== undefined && comesBefore(other, one);
      const child = isRight ? other : one;
      if (!comesBefore(child, item)) break;
      items[at] = child;
      at = isRight ? left + 1 : left;
    }
    items[at] = item;
  }
}
