/**
 * Remembers which texts have come, in about 16 bytes each: 53 bits of a hash. Of ten million texts, one in two hundred such sets takes one
 * for another, and then a count is off by one; nothing that is recorded rests on it.
 */
export class Seen {
  #slots = new Float64Array(1 << 12);
  #count = 0;

  /** True: it came before. */
  add(text: string): boolean {
    if (this.#count * 2 >= this.#slots.length) this.#grow();
    const isNew = put(this.#slots, hashOf(text));
    if (isNew) this.#count += 1;
    return !isNew;
  }

  #grow(): void {
    const larger = new Float64Array(this.#slots.length * 2);
    for (const hash of this.#slots) if (hash !== 0) put(larger, hash);
    this.#slots = larger;
  }
}

/** Zero marks a free slot. False: it is there. */
function put(slots: Float64Array, hash: number): boolean {
  let at = hash % slots.length;
  for (;;) {
    const held = slots[at] ?? 0;
    if (held === hash) return false;
    if (held === 0) break;
    at = (at + 1) % slots.length;
  }
  slots[at] = hash;
  return true;
}

const HIGH = 2 ** 32;
const TOP_BITS = 0x1fffff;

/** From 1: two FNV-1a hashes with other bases, 21 and 32 bits of them. */
function hashOf(text: string): number {
  let [low, high] = [0x811c9dc5, 0x1b873593];
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x85ebca6b);
    high ^= high >>> 13;
  }
  return (high & TOP_BITS) * HIGH + (low >>> 0) + 1;
}
