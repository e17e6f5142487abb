/**
 * Pages of a search, until there are enough: one may be short, or empty, and not the last one.
 * @module
 */
import type { Page } from '../api/values.js';

/**
 * Asks for pages until so many items were found, or nothing is older.
 * @param ask with the cursor of the page before
 * @example await pagesOf(20, (cursor) => client.get(`${path}${cursor ?? ''}`))
 */
export async function pagesOf<Item>(
  most: number,
  ask: (cursor: string | undefined) => Promise<Page<Item>>,
): Promise<Page<Item>> {
  const items: Item[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await ask(cursor);
    const room = most - items.length;
    items.push(...page.items.slice(0, room));
    if (page.next === undefined) return { items };
    if (items.length >= most) return { items, next: page.next };
    cursor = page.next;
  }
}
