import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { requirement } from '../requirements.js';
import { fillOrders, writeOrders } from './orders.js';
import { EVIL } from './pipelines.js';
import { consoleHome, LOOKS } from './support/console-home.js';

describe.skipIf(requirement('chromium').missing)('SQL, in the console', () => {
  const home = consoleHome(writeOrders, fillOrders);
  const box = 'One SELECT of datasets.';

  test('a query is put together of names, run by the keyboard, and remembered in this browser', async () => {
    const page = await home.open('/', {}, 'analyst');
    await page.getByRole('link', { name: 'SQL', exact: true }).click();
    await page.getByLabel(box).fill('SELECT  FROM');
    await page.getByRole('button', { name: 'Insert orders/by-town' }).click();
    expect(await page.getByLabel(box).inputValue()).toBe('SELECT  FROM "orders/by-town"');
    await page.getByRole('button', { name: 'Columns of orders/by-town' }).click();
    await page.getByLabel(box).evaluate((area) => area.setSelectionRange(7, 7));
    await page.getByRole('button', { name: 'Insert town' }).click();
    await page.keyboard.press('Control+Enter');
    const rows = page.getByRole('table', { name: 'Rows of the answer' });
    await rows.getByRole('columnheader', { name: 'town VARCHAR' }).waitFor();
    await rows.getByRole('row', { name: 'MARKLEEVILLE' }).waitFor();
    await page.getByText('2 rows.', { exact: false }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'SELECT town FROM "orders/by-town"' }).click();
    expect(await page.getByLabel(box).inputValue()).toBe('SELECT town FROM "orders/by-town"');
    await page.getByRole('button', { name: 'Forget them' }).click();
    expect(await page.getByText('Last queries of this browser').count()).toBe(0);
  });

  test('ten thousand rows are there in the table without being in the page, and are saved as they are', async () => {
    const page = await home.open('/sql', {}, 'analyst');
    const sql = `SELECT range::BIGINT AS n, '${EVIL.replaceAll("'", "''")}' AS evil, '=1+1' AS sum, NULL AS none FROM range(20000)`;
    await page.getByLabel(box).fill(sql);
    await page.getByRole('combobox', { name: 'At most' }).selectOption('10000');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByText('The first 10,000 rows; there are more.', { exact: false }).waitFor();
    const rows = page.getByRole('table', { name: 'Rows of the answer' });
    await rows.getByRole('row', { name: /^0 <img/ }).waitFor();
    expect(await rows.getByRole('row').count()).toBeLessThan(100);
    expect(await page.evaluate('window.harmed')).toBeUndefined();
    await page.getByRole('region', { name: 'Rows', exact: true }).evaluate((region) => {
      region.scrollTop = region.scrollHeight;
    });
    await rows.getByRole('row', { name: /^9999 / }).waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save as CSV' }).click();
    const text = readFileSync(await (await download).path(), 'utf8');
    const lines = text.split('\n');
    expect(lines).toHaveLength(10_002);
    expect(lines[1]).toBe(`0,"${EVIL.replaceAll('"', '""')}",=1+1,`);
  });

  test('an error says where it is, and is shown there', async () => {
    const page = await home.open('/data', {}, 'analyst');
    await page.goto(`${home.server.url}/sql`);
    await page.getByLabel(box).fill('SELECT town\nFROM "orders/by-town"\nWHERE foo > 2');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('alert').getByText('line 3: Binder Error', { exact: false }).waitFor();
    await page.getByRole('button', { name: 'Show line 3' }).click();
    const chosen = await page
      .getByLabel(box)
      .evaluate((area) => area.value.slice(area.selectionStart, area.selectionEnd));
    expect(chosen).toBe('foo');
    await home.forgive();
  });

  test('a query that runs is stopped', async () => {
    const page = await home.open('/sql', {}, 'analyst');
    await page
      .getByLabel(box)
      .fill(
        'SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range % 7 = b.range % 5',
      );
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByText('It is running').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('It was stopped.').waitFor();
    await page.getByRole('button', { name: 'Run', exact: true }).waitFor();
  });

  test('a text that an address brings is not run by itself', async () => {
    const page = await home.open('/data', {}, 'analyst');
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST') asked.push(request.url());
    });
    await page.goto(`${home.server.url}/sql#q=${encodeURIComponent('SELECT 42 AS answer')}`);
    await page.getByText('This text came with the address.', { exact: false }).waitFor();
    expect(await page.getByLabel(box).inputValue()).toBe('SELECT 42 AS answer');
    await page.getByRole('button', { name: 'Insert orders/raw' }).waitFor();
    expect(asked).toEqual([]);
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByRole('row', { name: '42' }).waitFor();
    expect(asked).toHaveLength(1);
  });

  test('who may only look is told which role asks', async () => {
    const page = await home.open('/sql', {}, 'viewer');
    await page.getByText('Answers to SQL are shown to the role analyst and above.').waitFor();
    expect(await page.getByLabel(box).count()).toBe(0);
  });

  test.each(LOOKS)('no serious finding of axe and no sideways scrolling: %j', async (look) => {
    const page = await home.open('/sql', look, 'analyst');
    await page
      .getByLabel(box)
      .fill('SELECT *, 1.5 AS a, [1, 2] AS list, repeat(town, 9) AS long FROM "orders/raw"');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByText('3 rows.', { exact: false }).waitFor();
    await home.examine(page, 'sql', look);
  });
});
