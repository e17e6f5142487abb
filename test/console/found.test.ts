/**
 * What is found and what is raised, in the console: logs of all executions, alerts, monitors, searched executions, cost.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { type Server, startServer } from '../../src/server.js';
import { requirement } from '../requirements.js';
import { seriousFindings, sidewaysPixels } from './accessibility.js';
import { launch, type Visit, visit } from './browser.js';

const chromium = requirement('chromium');
describe.skipIf(chromium.missing)('what is found and raised, in the console', () => {
  let root: string;
  let browser: Browser;
  let server: Server;
  let visits: Visit[] = [];
  const ids: string[] = [];

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'millrace-found-'));
    const folder = join(root, 'pipelines');
    mkdirSync(folder);
    const line = JSON.stringify({ level: 'error', message: 'Access Denied', rows: 12 });
    const script = `echo began; echo '${line}'; echo ended`;
    const pipeline = (name: string, States: object, StartAt: string): void =>
      writeFileSync(
        join(folder, `${name}.yaml`),
        `pipeline: ${name}\nteam: parcels\ntags: { county: ${name} }\ndefinition: ${JSON.stringify({ StartAt, States })}\n`,
      );
    const load = {
      Type: 'Task',
      Resource: 'millrace:shell',
      Parameters: { command: ['sh', '-c', script] },
    };
    pipeline('alpine', { Load: { ...load, End: true } }, 'Load');
    pipeline(
      'modoc',
      {
        Load: { ...load, Next: 'Fail' },
        Fail: { Type: 'Fail', Error: 'S3.AccessDenied', Cause: 'no way in' },
      },
      'Load',
    );
    writeFileSync(
      join(folder, 'watch.yaml'),
      'team: parcels\nmonitors:\n  - { name: failing, groupBy: county, critical: 2, newSource: 0s }\n',
    );
    const rates = join(root, 'rates.yaml');
    writeFileSync(
      rates,
      'currency: USD\nrates: [{ from: 2020-01-01, transition: 0.25, workerSecond: { shell: 0.01 } }]\n',
    );
    server = await startServer({ folder, data: join(root, 'data'), port: 0, rates });
    browser = await launch();
    for (const name of ['alpine', 'modoc', 'modoc', 'modoc']) {
      const { id } = await server.engine.executions.run(EVERYTHING, { pipeline: name });
      ids.push(id);
    }
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
  const searchOf = (page: Page) => new URL(page.url()).searchParams;

  describe('Logs', () => {
    test('shows lines of all executions, newest first, and finds what is asked for', async () => {
      const page = await open('/logs');
      await rowOf(page, 'Access Denied').first().waitFor();
      expect(await rowOf(page, 'began').count()).toBe(4);
      await page.getByRole('searchbox').fill('tag.county:alpine denied');
      await page.getByRole('searchbox').press('Enter');
      await rowOf(page, 'modoc').first().waitFor({ state: 'detached' });
      expect(await rowOf(page, 'Access Denied').count()).toBe(1);
      expect(searchOf(page).get('q')).toBe('tag.county:alpine denied');
      await page.getByRole('link', { name: 'alpine #1' }).click();
      await page.getByRole('region', { name: 'Log lines' }).getByText('Access Denied').waitFor();
    });

    test('leaves only errors, and shows what was said around one', async () => {
      const page = await open('/logs?q=pipeline%3Aalpine');
      await rowOf(page, 'began').waitFor();
      await page.getByRole('button', { name: 'Errors' }).click();
      await rowOf(page, 'began').waitFor({ state: 'detached' });
      expect(searchOf(page).get('q')).toBe('level:error pipeline:alpine');
      await page.getByRole('button', { name: 'Around' }).click();
      await page.getByText('began').waitFor();
      await page.getByText('ended').waitFor();
    });

    test('says why a search cannot be understood', async () => {
      const page = await open('/logs?q=levle%3Aerror');
      await page.getByText('levle').first().waitFor();
      // The browser tells of an answer with status 400.
      await visits.pop()?.close();
    });

    test('shows lines as they come', async () => {
      const page = await open('/logs?tail=true&q=county%3Aalpine');
      await page.getByText('Waiting for lines').waitFor();
      // Its connection stands a moment later: until then another execution tells it the same.
      const told = rowOf(page, 'Access Denied').first().waitFor();
      let isTold = false;
      void told.then(() => {
        isTold = true;
      });
      while (!isTold) await server.engine.executions.run(EVERYTHING, { pipeline: 'alpine' });
      await told;
      expect(await rowOf(page, 'modoc').count()).toBe(0);
    });
  });

  describe('Alerts', () => {
    test('shows what is open with why, what has become of it, and the way to its execution', async () => {
      const page = await open('/alerts');
      await page.getByRole('button', { name: 'county: modoc' }).click();
      await page.getByText('triggered').waitFor();
      expect(searchOf(page).get('open')).toBe('1');
      await page.getByRole('link', { name: 'The execution that caused it' }).click();
      await page.getByText('S3.AccessDenied').first().waitFor();
    });

    test('lists monitors with their groups, and what one would have done', async () => {
      const page = await open('/alerts');
      await page.getByRole('link', { name: 'Monitors' }).click();
      await page.getByRole('button', { name: 'failing' }).click();
      await page.getByText(/would have fired/).waitFor();
      await page.getByRole('link', { name: 'Its alerts' }).click();
      await page.getByText('monitor failing').waitFor();
    });
  });

  test('executions are searched in the one grammar', async () => {
    const page = await open('/executions');
    await rowOf(page, 'alpine').first().waitFor();
    await page.getByRole('searchbox').fill('status:failed error:accessdenied since:1h');
    await page.getByRole('searchbox').press('Enter');
    await rowOf(page, 'alpine').first().waitFor({ state: 'detached' });
    await rowOf(page, 'S3.AccessDenied').nth(2).waitFor();
    expect(await rowOf(page, 'S3.AccessDenied').count()).toBe(3);
  });

  test('an execution says what it cost, and its pipeline draws it', async () => {
    const page = await open(`/e/${ids[0]}`);
    await page.getByText(/^0\.25\d* USD$/).waitFor();
    await page.goto(`${server.url}/p/alpine?team=parcels`);
    await page.getByRole('heading', { name: 'Cost' }).waitFor();
  });

  test.each([
    { colorScheme: 'light' as const, viewport: { width: 1280, height: 860 } },
    { colorScheme: 'dark' as const, viewport: { width: 360, height: 740 } },
    { colorScheme: 'light' as const, viewport: { width: 360, height: 740 } },
  ])('no serious finding of axe and no sideways scrolling: %j', async (options) => {
    for (const [path, words] of [
      ['/logs', 'Access Denied'],
      ['/alerts?open=1', 'triggered'],
      ['/alerts?tab=monitors&open=parcels%2Ffailing', 'would have fired'],
      ['/executions?q=status%3Afailed', 'S3.AccessDenied'],
    ] as const) {
      const page = await open(path, options);
      await page.getByText(words).first().waitFor();
      expect(await seriousFindings(page), path).toEqual([]);
      expect(await sidewaysPixels(page), path).toBe(0);
      const shots = process.env.MILLRACE_SHOTS;
      if (shots !== undefined) {
        const name = `${path.replaceAll(/\W+/g, '-')}-${options.colorScheme}-${options.viewport.width}`;
        await page.screenshot({ path: join(shots, `${name}.png`) });
      }
    }
  });
});
