import { describe, expect, test } from 'vitest';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { requirement } from '../requirements.js';
import { fillOrders, writeOrders } from './orders.js';
import { consoleHome, LOOKS } from './support/console-home.js';

describe.skipIf(requirement('chromium').missing)('how data was made, in the console', () => {
  const home = consoleHome(writeOrders, fillOrders);

  test('rows before and after each SQL step are shown when asked for, with columns that were added and left out', async () => {
    const page = await home.open('/d/orders/by-town', {}, 'analyst');
    await page.getByRole('button', { name: 'Show rows before and after each SQL step' }).click();
    const step = page.getByRole('list', { name: 'SQL steps' }).getByRole('listitem').first();
    await step.getByText('SELECT upper(town) AS town', { exact: false }).waitFor();
    const before = step.getByRole('region', { name: 'count, before, raw' });
    await before.getByRole('columnheader', { name: /^− price \(left out\)$/ }).waitFor();
    await before.getByRole('row', { name: /^1 Markleeville 2.5/ }).waitFor();
    const after = step.getByRole('region', { name: 'count, after' });
    await after.getByRole('columnheader', { name: /^\+ total \(added\)$/ }).waitFor();
    await after.getByRole('row', { name: 'MARKLEEVILLE 2.5' }).waitFor();
  });

  test('a stamped row leads to the execution that made it, with what that wrote and its steps', async () => {
    const page = await home.open('/d/orders/raw', {}, 'analyst');
    const rows = page.getByRole('region', { name: 'First rows of what is current' });
    const { execution } = await home.server.engine.datasets.version(
      EVERYTHING,
      'orders/raw',
      'current',
    );
    await rows.getByRole('columnheader', { name: '_source' }).waitFor();
    await rows.getByRole('link', { name: execution }).first().click();
    await page.getByRole('tab', { name: 'Data', selected: true }).waitFor();
    const wrote = page.getByRole('region', { name: 'Versions that it wrote' });
    await wrote.getByRole('link', { name: 'orders/raw' }).waitFor();
    await page.getByRole('region', { name: 'load, after' }).waitFor();
  });

  test('who may not read rows is told who may', async () => {
    const page = await home.open('/d/orders/by-town', {}, 'viewer');
    await page.getByRole('button', { name: 'Show rows before and after each SQL step' }).click();
    await page.getByText('Rows before and after steps are shown to the role analyst').waitFor();
  });

  test('any version is looked at by its address, with its files and how to check them', async () => {
    const page = await home.open('/d/orders/raw', {}, 'analyst');
    await page.getByText('Owner', { exact: true }).waitFor();
    const { version } = await home.server.engine.datasets.version(
      EVERYTHING,
      'orders/raw',
      'current',
    );
    await page
      .getByRole('table', { name: 'Versions' })
      .getByRole('link', { name: version, exact: true })
      .click();
    expect(new URL(page.url()).searchParams.get('version')).toBe(version);
    await page.getByRole('region', { name: 'First rows of this version' }).waitFor();
    await page.getByRole('button', { name: 'Show the manifest' }).click();
    const files = page.getByRole('region', { name: 'Files of the version' });
    await files.getByRole('row', { name: /^part-0\.parquet .* [0-9a-f]{64}$/ }).waitFor();
    await page.getByText('sha256sum --check', { exact: false }).waitFor();
    await page.getByRole('button', { name: 'All of _manifest.json' }).click();
    await page.getByText('"format"').waitFor();
    await page.getByRole('link', { name: 'What is current' }).click();
    await page.getByRole('region', { name: 'Current', exact: true }).waitFor();
  });

  test.each(LOOKS)('no serious finding of axe and no sideways scrolling: %j', async (look) => {
    const page = await home.open('/d/orders/by-town', look, 'analyst');
    await page.getByRole('button', { name: 'Show rows before and after each SQL step' }).click();
    await page.getByRole('region', { name: 'count, after' }).waitFor();
    await page.getByRole('button', { name: 'Show the manifest' }).click();
    await page.getByRole('region', { name: 'Files of the version' }).waitFor();
    await home.examine(page, 'working', look);
    const tab = await home.open('/e/latest?tab=working', look, 'analyst');
    await tab.getByRole('region', { name: 'Versions that it had read' }).waitFor();
    await home.examine(tab, 'working-tab', look);
  });
});
