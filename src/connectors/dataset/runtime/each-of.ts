/**
 * Work on many files, some at a time: a disk is asked for the next ones while it still writes the ones before.
 * @module
 */

/** Files at a time: enough for a disk that waits, few for what is open. */
const AT_A_TIME = 16;

/**
 * Does it for each, and answers in their order. After the first that fails no other is begun, and it rejects with that when those
 * that were begun have ended: nothing goes on after it.
 * @example await eachOf(['a.csv', 'b.csv'], (name) => stat(name))
 */
export async function eachOf<Item, Made>(
  items: readonly Item[],
  work: (item: Item) => Promise<Made>,
): Promise<Made[]> {
  const made = new Array<Made>(items.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const at = next;
      next += 1;
      try {
        made[at] = await work(items[at] as Item);
      } catch (error) {
        next = items.length;
        throw error;
      }
    }
  };
  const workers = Array.from({ length: Math.min(AT_A_TIME, items.length) }, worker);
  const ended = await Promise.allSettled(workers);
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  return made;
}
