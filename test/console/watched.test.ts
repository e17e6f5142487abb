import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { type Server, startServer } from '../../src/server.js';
import { requirement } from '../requirements.js';
import { seriousFindings, sidewaysPixels } from './accessibility.js';
import { launch, type Visit, visit } from './browser.js';
import { EVIL } from './pipelines.js';
import { fillCounties, writeCounties } from './watched.js';

const chromium = requirement('chromium');

describe.skipIf(chromium.missing)('what is watched, in the console', () => {
  let root: string;
  let browser: Browser;
  let server: Server;
  let failed: string;
  let visits: Visit[] = [];

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'millrace-watched-'));
    const folder = writeCounties(root);
    server = await startServer({ folder, data: join(root, 'data'), port: 0 });
    browser = await launch();
    ({ failed } = await fillCounties(server));
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    rmSync(root, { recursive: true, force: true });
  });

  async function open(
    path: string,
    options?: BrowserContextOptions,
    at: Server = server,
  ): Promise<Page> {
    const opened = await visit(browser, at, path, options);
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

  describe('Now', () => {
    test('says what to write while nothing is watched, and a green day in one sentence', async () => {
      const folder = join(root, 'nothing');
      mkdirSync(folder);
      const empty = await startServer({ folder, data: join(root, 'empty'), port: 0 });
      const page = await open('/', {}, empty);
      await page.getByRole('heading', { name: 'Nothing is watched yet' }).waitFor();
      await page.getByText('runs within 1 day').waitFor();
      await page.getByText('millrace check report permits --status OK').waitFor();
      await empty.engine.checks.report(ofTeam('default'), {
        subject: {
          ...{ provider: 'millrace', account: '1', region: 'here', kind: 'check' },
          name: 'default/permits',
        },
        status: 'OK',
        tags: {},
      });
      // Nobody tells the page of a report: it looks every few seconds.
      await page.getByText('All is well: 1 watched, nothing late, failing').waitFor();
      expect(await page.getByRole('heading', { name: 'Failing' }).count()).toBe(0);
      await page
        .getByRole('heading', { name: 'Nothing is watched yet' })
        .waitFor({ state: 'detached' });
      await empty.close();
      // Complaints about the connection were to be expected.
      await visits.pop()?.close();
    });

    test('shows what is worst first, each with its cause and since when', async () => {
      const page = await open('/');
      await rowOf(page, 'sierra').filter({ hasText: 'never started' }).waitFor();
      await page.getByRole('table', { name: 'Open incidents' }).waitFor();
      const titles = await page.getByRole('heading', { level: 2 }).allTextContents();
      expect(titles.map((title) => title.replace(/ \d+$/, ''))).toEqual([
        'Open incidents',
        'Late or missing',
        'Failing',
        'No new data, and other warnings',
        'Running',
        'Within the next hour',
        'The last 24 hours',
      ]);
      const failing = page.getByRole('table', { name: 'Failing' });
      const modoc = failing.getByRole('row').filter({ hasText: 'modoc' });
      expect(await modoc.textContent()).toContain('there is no table');
      expect(await modoc.textContent()).toContain('never succeeded');
      const late = page.getByRole('table', { name: 'Late or missing' });
      expect(await late.getByRole('row').filter({ hasText: 'modoc' }).count()).toBe(0);
      const warnings = page.getByRole('table', { name: 'No new data, and other warnings' });
      await warnings.getByText('no new data').waitFor();
      await page.getByRole('table', { name: 'Running' }).getByText('yolo').waitFor();
      await page.getByText(/^Of \d+ watched: 2 failing, 1 missing, 1 with a warning\.$/).waitFor();
      await modoc.getByRole('link', { name: 'modoc', exact: true }).first().click();
      await page.waitForURL(`**/e/${failed}`);
    });

    test('filters by a tag that is clicked, in the address, and by one that is typed', async () => {
      const page = await open('/');
      await rowOf(page, 'sierra').first().waitFor();
      await page
        .getByRole('table', { name: 'Failing' })
        .getByRole('link', { name: 'county modoc' })
        .click();
      await page.getByRole('table', { name: 'Late or missing' }).waitFor({ state: 'detached' });
      expect(searchOf(page).get('tag')).toBe('county:modoc');
      await page.getByText('Of 1 watched: 1 failing.').waitFor();
      await page.keyboard.press('/');
      await page.keyboard.type('COUNTY:Inyo');
      await page.keyboard.press('Enter');
      await page.getByText('Of 1 watched: 1 with a warning.').waitFor();
      await page.reload();
      await page.getByText('Of 1 watched: 1 with a warning.').waitFor();
      await page.getByRole('button', { name: /COUNTY:Inyo/ }).click();
      await page.getByRole('table', { name: 'Failing' }).waitFor();
    });

    test('changes as things end elsewhere, and never scrolls by itself', async () => {
      const page = await open('/?tag=county:alpine', { viewport: { width: 900, height: 260 } });
      await page.getByText('All is well: 1 watched').waitFor();
      await page.getByText('Live', { exact: true }).waitFor();
      await page.getByRole('heading', { name: 'The last 24 hours' }).scrollIntoViewIfNeeded();
      // What stands above the headline of the timeline is out of sight.
      await page.evaluate('window.scrollTo(0, document.documentElement.scrollHeight)');
      const top = async () =>
        (await page.getByRole('heading', { name: 'The last 24 hours' }).boundingBox())?.y;
      const before = await top();
      const alpine = { pipeline: 'alpine' };
      await server.engine.executions.run(EVERYTHING, { ...alpine, input: { rows: 0 } });
      await page.getByText('Of 1 watched: 1 with a warning.').waitFor();
      expect(Math.abs(((await top()) ?? 0) - (before ?? 0))).toBeLessThan(2);
      await server.engine.executions.run(EVERYTHING, { ...alpine, input: { rows: 120 } });
      await page.getByText('All is well: 1 watched').waitFor();
    });

    test('says which limits will be crossed, and about when', async () => {
      const page = await open('/');
      // A trend takes weeks: what the server would then foresee is put into its answer.
      await page.route('**/api/v1/overview*', async (route) => {
        const response = await route.fetch();
        const answer = (await response.json()) as { late: object[] };
        const [{ subject = {} } = {}] = answer.late as { subject?: object }[];
        const foreseen = {
          ...{
            team: 'parcels',
            subject,
            tags: { note: EVIL },
            pipeline: 'alpine',
            metric: 'duration',
          },
          ...{ sentence: 'finishes within 30 minutes', at: 0, state: 'foreseen' },
          words: `11 % slower a week ${EVIL}`,
          crossesAt: Date.parse('2030-12-12T12:00:00Z'),
        };
        await route.fulfill({ response, json: { ...answer, foreseen: [foreseen] } });
      });
      await page.reload();
      const row = page.getByRole('table', { name: 'Will cross their limits' }).getByRole('row');
      await row.getByText(/^finishes within 30 minutes: 11 % slower a week <img/).waitFor();
      expect(await row.textContent()).toMatch(/about Thu,? 12 Dec/);
      expect(await page.evaluate('window.harmed')).toBeUndefined();
    });

    test('draws the last 24 hours in lanes, grouped by a tag, each named for those who do not see it', async () => {
      const page = await open('/?by=county');
      const lanes = page.getByRole('table', { name: 'The last 24 hours' });
      await lanes.getByRole('rowheader', { name: 'without county' }).waitFor();
      const modoc = lanes
        .getByRole('row')
        .filter({ has: page.getByRole('link', { name: 'modoc' }) });
      await modoc.getByRole('img', { name: '1 critical' }).waitFor();
      const sierra = lanes
        .getByRole('row')
        .filter({ has: page.getByRole('link', { name: 'sierra' }) });
      await sierra.getByRole('img', { name: '1 missed, 2 to start' }).waitFor();
      await page.getByLabel('Group the lanes by').selectOption('team');
      await lanes.getByRole('rowheader', { name: 'without county' }).waitFor({ state: 'detached' });
      expect(searchOf(page).get('by')).toBe('team');
    });
  });

  describe('checks and expectations', () => {
    test('opens why an expectation stands where it stands, by keyboard, at an address to share', async () => {
      const page = await open('/checks?state=MISSING');
      await rowOf(page, 'runs within 1 second').waitFor();
      expect(await page.getByText('as expected').count()).toBe(1);
      await page.keyboard.press('j');
      await page.keyboard.press('Enter');
      const why = page.getByRole('heading', { name: 'Why' });
      await why.waitFor();
      expect(await page.locator('[data-row]:focus').getAttribute('aria-expanded')).toBe('true');
      await page.getByRole('heading', { name: 'What has changed' }).waitFor();
      await page.getByRole('listitem').filter({ hasText: 'as expected' }).first().waitFor();
      await page.getByText('millrace expect explain').waitFor();
      await page.reload();
      await why.waitFor();
      await page.keyboard.press('j');
      await page.keyboard.press('Enter');
      await why.waitFor({ state: 'detached' });
      expect(searchOf(page).has('open')).toBe(false);
    });

    test('searches by the one grammar, and says what is no search', async () => {
      const page = await open('/checks?tab=results');
      await rowOf(page, 'modoc').first().waitFor();
      await page.keyboard.press('/');
      await page.keyboard.type('status:critical -tag.county:modoc "img src" since:1h');
      await page.keyboard.press('Enter');
      await rowOf(page, 'modoc').waitFor({ state: 'detached' });
      await rowOf(page, EVIL).waitFor();
      expect(searchOf(page).get('q')).toContain('status:critical');
      const search = page.getByRole('searchbox', { name: /^Search/ });
      await search.fill('statos:critical');
      await search.press('Enter');
      expect(await page.getByRole('alert').textContent()).toMatch(/statos/);
      // The browser itself reports a refusal as an error; it was wanted here.
      visits = visits.filter((one) => one.page !== page);
      await page.context().close();
    });

    test('prints the zone of what is due', async () => {
      const page = await open('/checks?tag=county:yolo');
      expect(await rowOf(page, 'runs within 1 day').textContent()).toMatch(/\d\d:\d\d UTC/);
    });

    test('lists results newest first by status, and only those in sight are there', async () => {
      const subject = { provider: 'lab', account: '1', region: 'x', kind: 'probe', name: 'many' };
      for (let rows = 0; rows < 230; rows += 1) {
        const report = { subject, status: 'OK' as const, tags: { lab: 'many' }, rows };
        await server.engine.checks.report(ofTeam('parcels'), report);
      }
      const page = await open('/checks?tab=results&tag=lab:many');
      const rows = page.getByRole('table', { name: 'Check results' }).getByRole('row');
      await rows.filter({ hasText: '229 rows' }).waitFor();
      expect(await rows.count()).toBeLessThan(80);
      await expect
        .poll(
          async () => {
            await page.mouse.wheel(0, 4_000);
            return await rows.filter({ hasText: /many0 rows/ }).count();
          },
          { timeout: 15_000 },
        )
        .toBe(1);
      expect(await rows.count()).toBeLessThan(80);
      await page.getByLabel('Status', { exact: true }).selectOption('critical');
      await page.getByText('No result like that').waitFor();
      expect(searchOf(page).get('status')).toBe('CRITICAL');
    });

    test('keeps new results back while somebody reads further down', async () => {
      const page = await open('/checks?tab=results', { viewport: { width: 1000, height: 400 } });
      await page.getByRole('table', { name: 'Check results' }).waitFor();
      await page.getByText('Live', { exact: true }).waitFor();
      await page.mouse.move(500, 300);
      await expect
        .poll(async () => {
          await page.mouse.wheel(0, 600);
          return await page.evaluate('window.scrollY > 300');
        })
        .toBe(true);
      await server.engine.executions.run(EVERYTHING, { pipeline: 'alpine', input: { rows: 119 } });
      await page.getByRole('button', { name: '1 new result' }).click();
      await rowOf(page, 'alpine').filter({ hasText: '119 rows' }).first().waitFor();
      expect(await page.evaluate('window.scrollY')).toBe(0);
    });
  });

  describe('the board', () => {
    test('has a tile for each value of a tag, by shape, word and colour, that opens its group', async () => {
      const page = await open('/board?by=county');
      const board = page.getByRole('region', { name: 'Board by county' });
      const tile = (name: string) => board.getByRole('link').filter({ hasText: name });
      await tile('sierra').filter({ hasText: 'missing' }).waitFor();
      await tile('modoc').filter({ hasText: 'critical' }).waitFor();
      await tile('inyo').filter({ hasText: 'warning' }).waitFor();
      await tile('alpine').filter({ hasText: 'OK' }).waitFor();
      const signs = await board
        .getByRole('link')
        .locator('svg')
        .evaluateAll(
          (all) => new Set((all as { innerHTML: string }[]).map((one) => one.innerHTML)).size,
        );
      expect(signs).toBeGreaterThanOrEqual(5);
      await page.keyboard.press('j');
      await tile('modoc').focus();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: 'county modoc' }).waitFor();
      expect(searchOf(page).get('group')).toBe('modoc');
      await page.getByRole('table', { name: 'county modoc' }).getByText('critical').waitFor();
      await page.getByRole('link', { name: 'Board by county' }).click();
      await tile('modoc').waitFor();
    });

    test('stays readable when a group holds many', async () => {
      const page = await open('/board?by=team&group=parcels');
      const rows = page.getByRole('table', { name: 'team parcels' }).getByRole('row');
      await rows.filter({ hasText: 'modoc' }).waitFor();
      expect(await rows.nth(1).textContent()).toContain('critical');
      expect(await rows.last().textContent()).toMatch(/OK|unknown/);
    });

    test('fills the screen of a wall', async () => {
      const page = await open('/board?by=county');
      await page.getByRole('button', { name: 'Full screen' }).click();
      await page.waitForFunction('document.fullscreenElement !== null');
      await page.getByRole('region', { name: 'Board by county' }).getByText('sierra').waitFor();
    });
  });

  describe('charts of a pipeline', () => {
    test('say each point in UTC with its execution, by arrow keys, and as a table', async () => {
      const page = await open('/p/alpine');
      const rows = page.getByRole('slider', { name: /^Rows/ });
      await rows.focus();
      const figure = page.getByRole('figure').filter({ has: rows });
      await page.keyboard.press('Home');
      const said = figure.getByRole('paragraph');
      await said.getByText(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/).waitFor();
      await said.getByText('120', { exact: true }).waitFor();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      await said.getByText('warning', { exact: true }).waitFor();
      await figure.getByText('usual: at its weekday and hour').waitFor();
      await said.getByText(/^WARNING above \d+ rows or below \d+ rows/).waitFor();
      await figure.getByText('Rows as a table').click();
      const outlier = figure.getByRole('row').filter({ hasText: '2,500' });
      expect(await outlier.textContent()).toMatch(/2,500\d+ to \d+OK/);
      const duration = page.getByRole('figure').filter({ hasText: 'Duration' });
      await duration.getByText('finishes within 30 minutes').waitFor();
      await outlier.getByRole('link', { name: 'open' }).click();
      await page.waitForURL(/\/e\//);
    });

    test('say the point under the pointer', async () => {
      await server.engine.executions.run(EVERYTHING, { pipeline: 'alpine', input: { rows: 120 } });
      const page = await open('/p/alpine');
      const rows = page.getByRole('slider', { name: /^Rows/ });
      const said = page.getByRole('figure').filter({ has: rows }).getByRole('paragraph');
      const at = async () => Number(await rows.getAttribute('aria-valuenow'));
      await rows.locator('canvas').waitFor();
      expect(await at()).toBe(Number(await rows.getAttribute('aria-valuemax')));
      await rows.hover({ position: { x: 80, y: 40 } });
      // The first twelve ended within milliseconds of each other.
      await expect.poll(at).toBeLessThan(12);
      expect(await rows.getAttribute('aria-valuetext')).toContain(
        await said.locator('b').textContent(),
      );
      await said.getByRole('link', { name: 'Execution' }).click();
      await page.waitForURL(/\/e\//);
    });

    test('are drawn anew in the colours of the theme', async () => {
      const page = await open('/p/alpine', { colorScheme: 'light' });
      const canvas = page.getByRole('slider', { name: /^Rows/ }).locator('canvas');
      const drawn = async () =>
        await canvas.evaluate((one) => (one as unknown as { toDataURL(): string }).toDataURL());
      await canvas.waitFor();
      const light = await drawn();
      await page.emulateMedia({ colorScheme: 'dark' });
      await expect.poll(drawn).not.toBe(light);
    });

    test('say so when nothing has ended yet', async () => {
      const page = await open('/p/yolo');
      await page.getByText('Charts appear when the first execution has ended.').waitFor();
    });
  });

  describe.each([
    { colorScheme: 'light', viewport: { width: 1280, height: 860 } },
    { colorScheme: 'dark', viewport: { width: 1280, height: 860 } },
    { colorScheme: 'dark', viewport: { width: 360, height: 740 } },
    { colorScheme: 'light', viewport: { width: 360, height: 740 } },
  ] as const)('in $colorScheme at $viewport.width px', (options) => {
    test('has no serious problem of accessibility, never scrolls sideways, and takes no text for markup', async () => {
      const page = await open('/', { ...options, reducedMotion: 'reduce' });
      const group = encodeURIComponent(EVIL);
      for (const [path, there] of [
        ['/', 'The last 24 hours'],
        ['/checks', 'runs within 8 days'],
        ['/checks?tab=results&tag=note', EVIL],
        ['/board?by=county', 'sierra'],
        [`/board?by=county&group=${group}`, EVIL],
        ['/p/alpine', 'Rows as a table'],
      ] as const) {
        await page.goto(server.url + path);
        await page.getByText(there).first().waitFor();
        await page.getByText('Live', { exact: true }).waitFor();
        if (path === '/checks') {
          await rowOf(page, 'runs within 1 second').getByRole('button').click();
          await page.getByRole('heading', { name: 'Why' }).waitFor();
        }
        const found = await seriousFindings(page);
        const aside = await sidewaysPixels(page);
        expect({ path, found, aside }).toEqual({ path, found: [], aside: 0 });
      }
      expect(await page.evaluate('window.harmed')).toBeUndefined();
      expect(await page.locator('img[src=x]').count()).toBe(0);
    });
  });
});
