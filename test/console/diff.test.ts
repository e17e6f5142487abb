import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import type { Server } from '../../src/server.js';
import { requirement } from '../requirements.js';
import { fillOrders, writeOrders } from './orders.js';
import { consoleHome, LOOKS } from './support/console-home.js';

let tried = '';

/** A second version with another price and a row more, and a test run with a third one. */
async function fill(server: Server, folder: string): Promise<void> {
  await fillOrders(server);
  const { executions } = server.engine;
  const rows = 'id,town,price\n1,Markleeville,2.5\n2,Bridgeport,4\n3,Markleeville,0\n4,Truckee,1\n';
  writeFileSync(join(folder, 'orders.csv'), rows);
  await executions.run(EVERYTHING, { pipeline: 'orders-raw' });
  writeFileSync(join(folder, 'orders.csv'), rows.replace('4,Truckee,1\n', ''));
  const { id } = await executions.run(EVERYTHING, { pipeline: 'orders-raw', testRun: {} });
  tried = id;
}

describe.skipIf(requirement('chromium').missing)('what changed, in the console', () => {
  const home = consoleHome(writeOrders, fill);

  test('two versions are compared when asked to, by columns that tell rows apart', async () => {
    const page = await home.open('/d/orders/raw', {}, 'analyst');
    await page.getByLabel('Columns that tell rows apart').fill('id');
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByText('3 → 4 rows: 1 added, 0 removed, 1 changed, 2 the same').waitFor();
    await page.getByText('The same columns.').waitFor();
    const columns = page.getByRole('region', { name: 'Columns in which values changed' });
    await columns.getByRole('row', { name: 'price 1' }).waitFor();
    const examples = page.getByRole('region', { name: 'Rows that differ' });
    await examples.getByRole('row', { name: /^~ changed 2 3\.0 → 4\.0 Bridgeport/ }).waitFor();
    await examples.getByRole('row', { name: /^\+ added 4 1\.0 Truckee/ }).waitFor();
  });

  test('a test run shows its report, and who may not read rows is told who may', async () => {
    const page = await home.open(`/e/${tried}`, {}, 'analyst');
    const report = page.getByRole('region', { name: 'Test run' });
    await report.getByText('What it wrote differs from what is published').waitFor();
    await report.getByText('4 → 3 rows', { exact: false }).waitFor();
    await report.getByText('would be published', { exact: false }).waitFor();
    const viewer = await home.open(`/e/${tried}`, {}, 'viewer');
    await viewer.getByText('Reports of test runs are shown to the role analyst').waitFor();
    expect(await viewer.getByText('differs from what is published').count()).toBe(0);
  });

  test.each(LOOKS)('no serious finding of axe and no sideways scrolling: %j', async (look) => {
    const page = await home.open('/d/orders/raw', look, 'analyst');
    await page.getByLabel('Columns that tell rows apart').fill('id');
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByText('1 changed, 2 the same', { exact: false }).waitFor();
    await home.examine(page, 'diff', look);
    const report = await home.open(`/e/${tried}`, look, 'analyst');
    await report.getByText('4 → 3 rows', { exact: false }).waitFor();
    await home.examine(report, 'test-report', look);
  });
});
