/** Senders that are remembered: whoever was not seen for longest is forgotten, and begins anew. */
const MOST_KNOWN = 20_000;

/** What a process remembers of each sender, of so many and no more. */
export class Remembered<T> {
  private readonly known = new Map<string, T>();

  constructor(private readonly anew: () => T) {}

  of(sender: string): T {
    const one = this.known.get(sender) ?? this.anew();
    this.known.delete(sender); // the newest stand last
    this.known.set(sender, one);
    for (const oldest of this.known.keys()) {
      if (this.known.size <= MOST_KNOWN) break;
      this.known.delete(oldest);
    }
    return one;
  }
}
