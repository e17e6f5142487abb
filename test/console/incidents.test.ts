import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { type Server, startServer } from '../../src/server.js';
import { requirement } from '../requirements.js';
import { seriousFindings, sidewaysPixels } from './accessibility.js';
import { launch, type Visit, visit } from './browser.js';
import { mend, runOnce, writeTeam } from './incidents.js';

const chromium = requirement('chromium');

describe.skipIf(chromium.missing)('incidents, in the console', () => {
  let root: string;
  let browser: Browser;
  let server: Server;
  let visits: Visit[] = [];

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'millrace-incidents-'));
    server = await startServer({ folder: writeTeam(root), data: join(root, 'data'), port: 0 });
    browser = await launch();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    rmSync(root, { recursive: true, force: true });
  });

  async function open(path: string, options?: BrowserContextOptions): Promise<Page> {
    const opened = await visit(browser, server, path, options);
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

  const rowOf = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text });

  test('a failure appears without reload, is taken by a key, given to somebody and closed with a note', async () => {
    const page = await open('/incidents');
    await page.getByText('No incident is open').waitFor();
    await page.getByText('On call now').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    await runOnce(server, 'modoc');
    const row = rowOf(page, 'modoc failed in Load');
    await row.waitFor();
    expect(await row.textContent()).toContain('not acknowledged for');
    expect(await row.textContent()).toContain('ben');

    await page.keyboard.press('j');
    await page.keyboard.press('a');
    await row.getByText('acknowledged', { exact: true }).waitFor();
    await row.getByText('has it').waitFor();
    await page.keyboard.press('Enter');

    await page.getByRole('heading', { level: 1, name: /modoc failed in Load/ }).waitFor();
    const lines = page.getByRole('region', { name: 'Last log lines' });
    await lines.getByText('no space left').waitFor();
    await page.getByRole('button', { name: 'Assign …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox', { name: 'Person' }).selectOption('ana');
    await dialog.getByRole('button', { name: 'Assign' }).click();
    await dialog.waitFor({ state: 'detached' });
    const timeline = page.getByRole('region', { name: 'What has become of it' });
    await timeline.getByText('assigned', { exact: true }).waitFor();

    await page.getByRole('textbox', { name: 'Comment' }).fill('the disk is being **emptied**');
    await page.getByRole('button', { name: 'Add comment' }).click();
    await timeline.getByText('the disk is being **emptied**').waitFor();

    await page.getByRole('button', { name: 'Resolve …' }).click();
    await dialog.getByRole('textbox').fill('emptied the disk');
    await dialog.getByRole('button', { name: 'Resolve' }).click();
    await page.getByRole('heading', { level: 1, name: /resolved/ }).waitFor();
    expect(await page.getByRole('button', { name: 'Resolve …' }).count()).toBe(0);
    // What people were told stands in the same timeline.
    await timeline.getByText('told', { exact: true }).first().waitFor();
    await timeline.getByText('delivered', { exact: true }).first().waitFor();
    const { items } = await server.engine.incidents.list(EVERYTHING, { status: 'RESOLVED' });
    expect(items[0]).toMatchObject({ owner: 'ana', pipeline: 'modoc' });
    expect(items[0]?.solved).toContain('emptied the disk');
  });

  test.each([
    { colorScheme: 'light' as const, viewport: { width: 1280, height: 860 } },
    { colorScheme: 'dark' as const, viewport: { width: 360, height: 740 } },
    { colorScheme: 'dark' as const, viewport: { width: 1280, height: 860 } },
    { colorScheme: 'light' as const, viewport: { width: 360, height: 740 } },
  ])('no serious finding of axe and no sideways scrolling: %j', async (options) => {
    const ofAlpine = await incidentOf('alpine');
    for (const [path, words] of [
      ['/incidents', 'alpine failed in Load'],
      [`/incidents/${ofAlpine}`, 'What has become of it'],
      ['/incidents/1', 'emptied the disk'],
      ['/', 'Open incidents'],
      ['/p/alpine?team=parcels', 'Incident #'],
      ['/admin', 'Send a test'],
      ['/admin?tab=deliveries&open=1', 'thread incident-1'],
      ['/admin?tab=silences', 'Nothing is silenced'],
      ['/admin?tab=tokens', 'console test'],
      ['/admin?tab=health', 'It works'],
    ] as const) {
      const page = await open(path, options);
      await page.getByText(words).first().waitFor();
      expect(await seriousFindings(page), path).toEqual([]);
      expect(await sidewaysPixels(page), path).toBe(0);
      const shots = process.env.MILLRACE_SHOTS;
      if (shots !== undefined) {
        const name = `${path.replaceAll(/\W+/g, '-')}-${options.colorScheme}-${options.viewport.width}`;
        await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
      }
    }
  });

  /** The number of the open incident of a pipeline; it is made to fail when there is none. */
  async function incidentOf(pipeline: string): Promise<number> {
    const find = async () =>
      (await server.engine.incidents.list(EVERYTHING, { pipeline })).items[0];
    if ((await find()) === undefined) await runOnce(server, pipeline);
    return (await find())?.number ?? 0;
  }

  void mend;
});
