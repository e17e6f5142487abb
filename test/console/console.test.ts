import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { type Server, startServer } from '../../src/server.js';
import { requirement } from '../requirements.js';
import { seriousFindings, sidewaysPixels } from './accessibility.js';
import { launch, type Visit, visit } from './browser.js';
import { EVIL, type TestPipelines, writePipelines } from './pipelines.js';

const chromium = requirement('chromium');

describe.skipIf(chromium.missing)('the console', () => {
  let root: string;
  let browser: Browser;
  let server: Server;
  let pipelines: TestPipelines;
  /** An execution that stays failed. */
  let failed: string;
  let visits: Visit[] = [];

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'millrace-console-'));
    pipelines = writePipelines(root);
    server = await startServer({ folder: pipelines.folder, data: join(root, 'data'), port: 0 });
    browser = await launch();
    const ended = await server.engine.executions.run(EVERYTHING, {
      pipeline: 'failing',
      input: [1, 2, 3, 4, 5],
    });
    failed = ended.id;
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

  test('lists the pipelines with their last outcomes, and what is wrong in files above them', async () => {
    const page = await open('/pipelines');
    const problems = page.getByRole('region', { name: 'Problems in pipeline files' });
    await problems.getByText('broken.yaml:4:7').waitFor();
    expect(await problems.textContent()).toContain('Fix: write "shell"');
    const row = page.getByRole('row').filter({ hasText: 'failing' });
    await row.getByText('failed', { exact: true }).waitFor();
    await row.getByRole('img', { name: 'Last execution: 1 failed' }).waitFor();

    await page.getByRole('searchbox').fill('env:test');
    await page.getByRole('row').filter({ hasText: 'failing' }).waitFor({ state: 'detached' });
    expect(await page.getByRole('row').filter({ hasText: 'slow' }).count()).toBe(1);
  });

  test('shows what starts and ends elsewhere without reloading', async () => {
    const page = await open('/executions?pipeline=evil');
    await page.getByText('No execution like that').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    const { number } = await server.engine.executions.run(EVERYTHING, { pipeline: 'evil' });
    const row = page.getByRole('row').filter({ hasText: `#${number}` });
    await row.getByText('failed', { exact: true }).waitFor();
  });

  test('starts an execution with an input and follows its log to the end', async () => {
    const page = await open('/p/slow');
    await page.getByRole('button', { name: 'Start execution' }).click();
    const dialog = page.getByRole('dialog');
    const input = dialog.getByRole('textbox', { name: 'Input, as JSON' });
    expect(JSON.parse(await input.inputValue())).toEqual({ day: '2026-11-20' });
    await input.fill('{"day": }');
    await dialog.getByRole('button', { name: 'Start', exact: true }).click();
    await dialog.getByText(/This is not JSON: Unexpected token/).waitFor();
    await input.fill('{"day": "2026-11-21"}');
    await dialog.getByRole('button', { name: 'Start', exact: true }).click();

    await page.getByRole('heading', { level: 1, name: /slow #\d+ running/ }).waitFor();
    await page.getByRole('tab', { name: 'Logs' }).click();
    const log = page.getByRole('region', { name: 'Log lines' });
    await log.getByText('line one').waitFor();
    expect(await log.getByText('line two').count()).toBe(0);
    pipelines.allow('count');
    await log.getByText('line two').waitFor();
    await page.getByRole('heading', { level: 1, name: /slow #\d+ succeeded/ }).waitFor();
    // Told to those who do not see it.
    await page
      .getByRole('status')
      .getByText(/of slow: succeeded/)
      .waitFor();
    await page.getByRole('tab', { name: 'Input / Output' }).click();
    await page.getByRole('region', { name: 'Input' }).getByText('"2026-11-21"').waitFor();
    await page.getByRole('region', { name: 'Output' }).getByText('"rows"').waitFor();
  });

  test('shows when a pipeline starts and what it waits for', async () => {
    const { engine } = server;
    const today = new Date().toISOString().slice(0, 10);
    const incoming = join(pipelines.folder, 'incoming', today);
    mkdirSync(incoming, { recursive: true });
    for (const partner of ['alder', 'cedar']) writeFileSync(join(incoming, `${partner}.csv`), '1');
    // Files say no zone, so their day is UTC's; what waits for pipelines has the day of its schedule's zone.
    const zone = 'America/Los_Angeles';
    const there = new Date().toLocaleDateString('sv-SE', { timeZone: zone });
    await engine.executions.run(EVERYTHING, { pipeline: 'failing', input: [1], interval: there });
    const event = (paid: boolean) => ({ source: 'shop', detailType: 'Order', detail: { paid } });
    await engine.events.put(ofTeam('tests'), [event(true), event(true), event(false)]);
    const page = await open('/p/waiting');
    const starts = page.getByRole('region', { name: 'When it starts' });
    await starts.getByText(zone).waitFor();
    expect(await starts.getByRole('listitem').filter({ hasText: '03:00' }).count()).toBe(9);
    await starts.getByText(`For ${there}: 1 of 2 met`).waitFor();
    await starts.getByText('is FAILED').waitFor();
    await starts.getByText('has not started for this interval').waitFor();
    await starts.getByText('2 of 3 have delivered').waitFor();
    await starts.getByText('Missing: birch').waitFor();
    await starts.getByText('2 of 5 events wait').waitFor();
    await starts.getByText('nearly: detail.paid is [false], wanted [true]').waitFor();
  });

  test('puts the error first, with its state and its cause', async () => {
    const page = await open(`/e/${failed}`);
    const box = page.getByRole('region', { name: 'Error' });
    await box.getByText('in state').waitFor();
    const text = (await box.textContent()) ?? '';
    expect(text).toContain('Shell.ExitCode.4');
    expect(text).toContain('Publish');
    expect(text).toContain('no table');
    const boxTop = (await box.boundingBox())?.y ?? Number.NaN;
    const tabsTop = (await page.getByRole('tablist').boundingBox())?.y ?? Number.NaN;
    expect(boxTop).toBeLessThan(tabsTop);

    await box.getByRole('button', { name: 'Publish' }).click();
    const panel = page.getByRole('complementary', { name: 'State Publish' });
    await panel.getByText('Shell.ExitCode.4').waitFor();
    expect(new URL(page.url()).searchParams.get('state')).toBe('Publish');
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
  });

  test('shows states by branch and iteration', async () => {
    const page = await open(`/e/${failed}`);
    const table = page.getByRole('table', { name: 'States' });
    const names = table.locator('[data-row]');
    await names.filter({ hasText: 'Publish' }).waitFor();
    await names.filter({ hasText: 'Branch 1' }).waitFor();
    expect(await names.allTextContents()).toEqual([
      'Prepare',
      'Branch 1',
      'Left',
      'Branch 2',
      'Right',
      'Each',
      'Iteration 0',
      'Iteration 1',
      'Iteration 2',
      'Iteration 3',
      'Iteration 4',
      'Publish',
    ]);
    await names.filter({ hasText: 'Iteration 3' }).click();
    await names.filter({ hasText: 'Item' }).first().click();
    const input = page.getByRole('complementary').getByRole('region', { name: 'Input' });
    expect(await input.textContent()).toBe('4');
  });

  test('draws the graph with the way to the failure, usable by keyboard', async () => {
    const page = await open(`/e/${failed}?tab=graph`);
    const publish = page.getByLabel('Publish, Task, failed');
    await publish.waitFor();
    expect(await page.getByLabel('Item, Pass, succeeded, 5 succeeded').count()).toBe(1);
    expect(await page.getByLabel('Done, Succeed', { exact: true }).count()).toBe(1);
    // To Prepare, to Each, to Publish.
    expect(await page.locator('path[data-look=failed]').count()).toBe(3);
    await publish.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('complementary', { name: 'State Publish' }).waitFor();
  });

  test('opens the log of a failure at its first error', async () => {
    const page = await open(`/e/${failed}?tab=logs`);
    const log = page.getByRole('region', { name: 'Log lines' });
    const line = log.getByText('the table does not exist');
    await line.waitFor();
    const box = await log.boundingBox();
    const place = await line.boundingBox();
    expect(place?.y).toBeGreaterThan(box?.y ?? 0);
    expect(place?.y).toBeLessThan((box?.y ?? 0) + (box?.height ?? 0));
    await page.getByRole('searchbox', { name: 'Filter lines by text' }).fill('row 17');
    await page.getByText('11 of 302 lines').waitFor();
    await log.getByText('row 179').waitFor();
  });

  test('redrives from the failed state after asking', async () => {
    const { id } = await server.engine.executions.run(EVERYTHING, {
      pipeline: 'failing',
      input: [1],
    });
    const page = await open(`/e/${id}`);
    await page.getByRole('heading', { level: 1, name: /failed/ }).waitFor();
    pipelines.allow('publish');
    await page.keyboard.press('r');
    const dialog = page.getByRole('dialog', { name: 'Redrive from failed state?' });
    await dialog.getByRole('listitem').filter({ hasText: 'goes on from Publish' }).waitFor();
    expect(await dialog.textContent()).toContain(`millrace redrive ${id}`);
    await dialog.getByRole('button', { name: 'Redrive' }).click();
    await page.getByRole('heading', { level: 1, name: /succeeded/ }).waitFor();
    await page.getByText('once', { exact: true }).waitFor();
    expect(await page.getByRole('region', { name: 'Error' }).count()).toBe(0);
  });

  test('says what the server refuses', async () => {
    const page = await open(`/e/${failed}`);
    await page.getByRole('button', { name: 'Redrive with current version' }).click();
    const dialog = page.getByRole('dialog', { name: 'Redrive with current version?' });
    await dialog.getByText(/Version 1.*still the current one/).waitFor();
    await page.route('**/redrive', async (route) => {
      const problem = { status: 409, code: 'MILL3009', title: 'It runs.', fix: 'Wait.' };
      await route.fulfill({ status: 409, json: problem });
    });
    await dialog.getByRole('button', { name: 'Redrive' }).click();
    expect(await dialog.getByRole('alert').textContent()).toBe('It runs.Wait. MILL3009');
    // The browser itself reports the answer as an error; it was wanted here.
    visits = visits.filter((one) => one.page !== page);
    await page.context().close();
  });

  test('can be used by keyboard alone', async () => {
    const page = await open('/pipelines');
    await page.getByRole('row').filter({ hasText: 'failing' }).waitFor();
    await page.keyboard.press('/');
    expect(await page.evaluate('document.activeElement.type')).toBe('search');
    await page.keyboard.type('g e');
    expect(new URL(page.url()).pathname).toBe('/pipelines');
    await page.keyboard.press('Escape');
    await page.evaluate('document.activeElement.blur()');
    await page.keyboard.press('g');
    await page.keyboard.press('e');
    await page.getByRole('heading', { level: 1, name: 'Executions' }).waitFor();
    await page.locator('[data-row]').first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    const first = await page.locator('[data-row]').first().textContent();
    expect(await page.locator('[data-row]:focus').textContent()).toBe(first);
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/e\//);
    await page.getByRole('tablist').waitFor();
    await page.keyboard.press('l');
    await page.getByRole('tab', { name: 'Logs', selected: true }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  test('follows the system into the dark, unless told otherwise', async () => {
    const page = await open('/', { colorScheme: 'dark' });
    const paper = async (): Promise<unknown> =>
      await page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
    await page.getByRole('heading', { level: 1 }).waitFor();
    const dark = await paper();
    await page.getByRole('button', { name: /Colours: system/ }).click();
    const light = await paper();
    expect(light).not.toBe(dark);
    await page.reload();
    await page.getByRole('button', { name: /Colours: light/ }).waitFor();
    expect(await paper()).toBe(light);
  });

  test('takes markup in names, errors, output and logs for text', async () => {
    const { id } = await server.engine.executions.run(EVERYTHING, { pipeline: 'evil' });
    const page = await open(`/e/${id}`);
    await page.getByRole('region', { name: 'Error' }).getByText(EVIL).first().waitFor();
    for (const tab of ['Graph', 'Logs', 'Input / Output', 'Events']) {
      await page.getByRole('tab', { name: tab }).click();
      await page.getByRole('tabpanel').locator('*').first().waitFor();
    }
    await page.getByRole('tab', { name: 'Logs' }).click();
    await page.getByRole('region', { name: 'Log lines' }).getByText(EVIL).first().waitFor();
    for (const path of ['/', '/pipelines', '/executions', '/p/evil']) {
      await page.goto(server.url + path);
      await page.getByRole('table').first().waitFor();
    }
    expect(await page.evaluate('window.harmed')).toBeUndefined();
    expect(await page.locator('img[src=x]').count()).toBe(0);
  });

  describe.each([
    { colorScheme: 'light', viewport: { width: 1280, height: 860 } },
    { colorScheme: 'dark', viewport: { width: 360, height: 740 } },
  ] as const)('in $colorScheme at $viewport.width px', (options) => {
    test('has no serious problem of accessibility and never scrolls sideways', async () => {
      const paths = [
        '/pipelines',
        '/executions',
        '/p/failing',
        '/p/waiting',
        `/e/${failed}`,
        `/e/${failed}?state=Publish`,
        ...['graph', 'logs', 'data', 'events'].map((tab) => `/e/${failed}?tab=${tab}`),
      ];
      const page = await open('/', { ...options, reducedMotion: 'reduce' });
      for (const path of paths) {
        await page.goto(server.url + path);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await page.getByText('Live', { exact: true }).waitFor();
        if (path.includes('graph')) await page.getByLabel('Publish, Task, failed').waitFor();
        const found = await seriousFindings(page);
        expect({ path, found }).toEqual({ path, found: [] });
        const aside = await sidewaysPixels(page);
        expect({ path, aside }).toEqual({ path, aside: 0 });
      }
    });
  });

  test('needs a login, and says how to get one', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const answer = await page.goto(`${server.url}/executions`);
    expect(answer?.status()).toBe(401);
    await page.getByText('millrace login').waitFor();
    await context.close();
  });

  test('says when the server is gone, and goes on when it is back', async () => {
    const data = join(root, 'second');
    const config = { folder: pipelines.folder, data };
    const first = await startServer({ ...config, port: 0 });
    const opened = await visit(browser, first, '/executions');
    const { page } = opened;
    await page.getByText('No executions yet').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    await first.close();
    await page.getByText('Reconnecting', { exact: true }).waitFor();
    const second = await startServer({ ...config, port: Number(new URL(first.url).port) });
    const { number } = await second.engine.executions.run(EVERYTHING, { pipeline: 'evil' });
    await page.getByText('Live', { exact: true }).waitFor();
    await page
      .getByRole('row')
      .filter({ hasText: `#${number}` })
      .waitFor();
    // Complaints about the connection were to be expected.
    await opened.close();
    await second.close();
  });
});
