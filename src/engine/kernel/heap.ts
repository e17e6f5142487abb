/**
 * A binary heap of things that have a time: the soonest is always at hand, and adding or taking one costs the logarithm of
 * their number.
 * @module
 */
export class Heap<Item extends { readonly at: number }> {
  readonly #items: Item[] = [];

  /** The soonest; undefined when it is empty. */
  get first(): Item | undefined {
    return this.#items[0];
  }

  clear(): void {
    this.#items.length = 0;
  }

  push(item: Item): void {
    const items = this.#items;
    let place = items.length;
    items.push(item);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = items[parent] as Item;
      if (above.at <= item.at) break;
      items[place] = above;
      place = parent;
    }
    items[place] = item;
  }

  /** Takes the soonest out. */
  pop(): Item | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return first;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      const right = items[child + 1];
      if (right && right.at < (items[child] as Item).at) child += 1;
      const below = items[child];
      if (!below || below.at >= last.at) break;
      items[place] = below;
      place = child;
    }
    items[place] = last;
    return first;
  }
}
