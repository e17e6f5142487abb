import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { type Server, startServer } from '../../src/server.js';
import { requirement } from '../requirements.js';
import { seriousFindings, sidewaysPixels } from './accessibility.js';
import { launch, type Visit, visit } from './browser.js';
import { countByState, publish, writeParcels } from './datasets.js';

const chromium = requirement('chromium');
const DATASET = '/d/parcels/example';

describe.skipIf(chromium.missing)('datasets, in the console', () => {
  let root: string;
  let folder: string;
  let browser: Browser;
  let server: Server;
  let visits: Visit[] = [];

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'millrace-data-'));
    folder = writeParcels(root);
    server = await startServer({ folder, data: join(root, 'data'), port: 0 });
    browser = await launch();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    rmSync(root, { recursive: true, force: true });
  });

  async function open(
    path: string,
    options?: BrowserContextOptions,
    role?: 'viewer' | 'analyst' | 'operator',
  ): Promise<Page> {
    const opened = await visit(browser, server, path, options, role);
    visits.push(opened);
    return opened.page;
  }

  afterEach(async () => {
    const left = visits;
    visits = [];
    for (const one of left) {
      expect(await one.complaints()).toEqual([]);
      await one.close();
    }
  });

  const rowOf = (page: Page, text: string | RegExp) =>
    page.getByRole('row').filter({ hasText: text });
  const current = () => server.engine.datasets.show(EVERYTHING, 'parcels/example').current[0];

  test('where no pipeline names a dataset the page says how one is made', async () => {
    const empty = join(root, 'empty');
    mkdirSync(empty);
    const other = await startServer({ folder: empty, data: join(root, 'other'), port: 0 });
    try {
      const opened = await visit(browser, other, '/data');
      await opened.page.getByText('No datasets yet').waitFor();
      const lines = opened.page.getByText('from: parcels.csv', { exact: false });
      expect(await lines.textContent()).toContain('publish: { dataset: { name: parcels/example');
      expect(await opened.complaints()).toEqual([]);
      await opened.close();
    } finally {
      await other.close();
    }
  });

  test('what is published appears in the list without reload', async () => {
    const page = await open('/data');
    const row = rowOf(page, 'parcels/example');
    await row.getByText('nothing is published').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    await publish(server, folder, 'good');
    await row.getByText('2 rows', { exact: true }).waitFor();
    expect(await row.textContent()).toContain('Parcels of two states');
    expect(await row.getByRole('list', { name: 'Held back' }).count()).toBe(0);
  });

  test('rows that are set aside, and a version that is rejected, are told in the list as they happen', async () => {
    const page = await open('/data?q=example');
    const row = rowOf(page, 'parcels/example');
    await page.getByText('Live', { exact: true }).waitFor();
    await publish(server, folder, 'a row aside');
    await row.getByText('1 row set aside').waitFor();
    await countByState(server);
    await publish(server, folder, 'rejected');
    await row.getByText('a newer version was rejected').waitFor();
    // The search keeps the other dataset out.
    expect(await rowOf(page, 'parcels/by-state').count()).toBe(0);
    await page.getByRole('searchbox').fill('nothing like it');
    await page.keyboard.press('Enter');
    await page.getByText('No dataset like that').waitFor();
    await page.getByRole('link', { name: 'Show all datasets' }).click();
    await rowOf(page, 'parcels/by-state').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'parcels/example' }).waitFor();
  });

  test('a dataset tells what is current, each rule with the rows that break it, and what was made from it', async () => {
    const page = await open(DATASET);
    const rejected = page.getByRole('region', { name: /^Rejected/ });
    await rejected.getByText('What was current stays current.').waitFor();
    await rejected.getByText('2 of 5 rules are broken', { exact: false }).waitFor();
    await rejected.getByText('"state":"OR"', { exact: false }).first().waitFor();

    const now = page.getByRole('region', { name: 'Current', exact: true });
    await now.getByText(current()?.version ?? '', { exact: true }).waitFor();
    await now.getByText('2 rows, 4 columns, 1 file', { exact: false }).waitFor();
    await now.getByText('"zip":"9612"', { exact: false }).first().waitFor();
    const execution = now.getByRole('link', { name: 'the execution' });
    expect(await execution.getAttribute('href')).toContain(current()?.execution);

    await rowOf(page, 'new: acres').first().getByText('current', { exact: true }).waitFor();
    const around = page.getByRole('complementary', { name: 'Around it' });
    await around.getByText('No other dataset was read.').waitFor();
    await around.getByRole('link', { name: 'by-state', exact: true }).waitFor();
    await around.getByRole('link', { name: 'parcels/by-state', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'parcels/by-state' }).waitFor();
    await page.getByText('It has no contract: nothing was checked.').waitFor();
    await around.getByRole('link', { name: 'parcels/example', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'parcels/example' }).waitFor();
  });

  test('an analyst sees what the values are like and the first rows, and no button that acts', async () => {
    const page = await open(DATASET, {}, 'analyst');
    const values = page.getByRole('region', { name: 'Columns and their values' });
    await values.getByRole('row', { name: /acres DOUBLE 0 2 1\.25 2\.5 1\.875/ }).waitFor();
    const rows = page.getByRole('region', { name: 'First rows of what is current' });
    await rows.getByRole('row', { name: '1 CA 96120 2.5' }).waitFor();
    expect(await page.getByRole('button', { name: /Make current/ }).count()).toBe(0);
  });

  test('who may only look sees columns without values, which role sees more, and no button that acts', async () => {
    const page = await open(DATASET, {}, 'viewer');
    const columns = page.getByRole('region', { name: 'Columns and their types' });
    await columns.getByRole('row', { name: 'acres DOUBLE' }).waitFor();
    await page.getByText('Rows are shown to the role analyst and above.').waitFor();
    await page.getByRole('table', { name: 'Versions' }).waitFor();
    expect(await page.getByRole('button', { name: /Make current/ }).count()).toBe(0);
    const path = '/api/v1/datasets/parcels%2Fexample/versions/current/rows';
    expect((await page.request.get(server.url + path)).status()).toBe(403);
  });

  test('an operator makes an earlier version current after a question, and never a rejected one', async () => {
    const page = await open(DATASET, {}, 'operator');
    const was = current()?.version;
    const button = page.getByRole('button', { name: /^Make current/ });
    await button.waitFor();
    expect(await button.count()).toBe(1);
    await button.click();
    const dialog = page.getByRole('dialog', { name: 'Make this version current?' });
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(current()?.version).toBe(was);

    await button.click();
    await dialog.getByRole('button', { name: 'Make current' }).click();
    await dialog.waitFor({ state: 'detached' });
    const now = page.getByRole('region', { name: 'Current', exact: true });
    await now.getByText('2 rows, 3 columns, 1 file', { exact: false }).waitFor();
    expect(current()?.version).not.toBe(was);
    // The way forth is the same as the way back.
    await page.getByRole('button', { name: `Make current ${was}` }).click();
    await dialog.getByRole('button', { name: 'Make current' }).click();
    await now.getByText('2 rows, 4 columns, 1 file', { exact: false }).waitFor();
  });

  test('a name that no dataset has is told as such', async () => {
    const page = await open('/data');
    await page.goto(`${server.url}/d/parcels/examples`);
    await page.getByRole('alert').getByText('parcels/examples', { exact: false }).waitFor();
    // The browser itself complains about the answer 404.
    visits = [];
    await page.context().close();
  });

  test.each([
    { colorScheme: 'light' as const, viewport: { width: 1280, height: 860 } },
    { colorScheme: 'dark' as const, viewport: { width: 360, height: 740 } },
    { colorScheme: 'dark' as const, viewport: { width: 1280, height: 860 } },
    { colorScheme: 'light' as const, viewport: { width: 360, height: 740 } },
  ])('no serious finding of axe and no sideways scrolling: %j', async (options) => {
    for (const [path, words] of [
      ['/data', 'a newer version was rejected'],
      [DATASET, '96120'],
      ['/data?q=nothing', 'No dataset like that'],
    ] as const) {
      const page = await open(path, options);
      await page.getByText(words).first().waitFor();
      if (path === DATASET) {
        await page.getByRole('region', { name: 'First rows of what is current' }).waitFor();
      }
      expect(await seriousFindings(page), path).toEqual([]);
      expect(await sidewaysPixels(page), path).toBe(0);
      const shots = process.env.MILLRACE_SHOTS;
      if (shots !== undefined) {
        const name = `${path.replaceAll(/\W+/g, '-')}-${options.colorScheme}-${options.viewport.width}`;
        await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
      }
    }
  });
});
