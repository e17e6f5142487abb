/**
 * Orders and what is made of them: one dataset with stamped rows, another that SQL makes of it.
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import type { Server } from '../../src/server.js';

const FILES = {
  'orders.csv': 'id,town,price\n1,Markleeville,2.5\n2,Bridgeport,3\n3,Markleeville,0\n',
  'orders-raw.yaml': `pipeline: orders-raw
team: shop
owner: ana
steps:
  - load: { sql: { query: "SELECT * FROM orders", inputs: { orders: orders.csv } } }
  - publish: { dataset: orders/raw }
datasets:
  orders/raw: { stamp: true }
`,
  'orders-by-town.yaml': `pipeline: orders-by-town
team: shop
reads: { raw: orders/raw }
steps:
  - count: { sql: "SELECT upper(town) AS town, sum(price) AS total FROM raw WHERE price > 0 GROUP BY ALL" }
  - publish: { dataset: orders/by-town }
datasets:
  orders/by-town: {}
`,
};

/** Writes the pipeline files into `root` and answers their folder. */
export function writeOrders(root: string): string {
  const folder = join(root, 'shop');
  mkdirSync(folder);
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
  return folder;
}

/** Makes a version of each. */
export async function fillOrders({ engine }: Server): Promise<void> {
  for (const pipeline of ['orders-raw', 'orders-by-town']) {
    await engine.executions.run(EVERYTHING, { pipeline });
  }
}
