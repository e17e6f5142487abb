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
  let failed: string;

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

  async function open(
    path: string,
    options?: BrowserContextOptions,
    role?: 'viewer' | 'operator',
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
    await timeline.getByRole('list').getByText('the disk is being **emptied**').waitFor();

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

  test('what lies downstream is folded into its cause, which says what solved the same before', async () => {
    failed = await runOnce(server, 'alpine');
    await runOnce(server, 'summary');
    await runOnce(server, 'report');
    const page = await open('/incidents?tag=county%3Aalpine');
    const row = rowOf(page, 'alpine failed in Load');
    await row.getByText('2 folded in').waitFor();
    expect(await page.getByRole('row').filter({ hasText: 'summary' }).count()).toBe(0);
    await row.getByRole('link', { name: 'alpine failed in Load' }).click();

    const around = page.getByRole('complementary', { name: 'Around it' });
    await around.getByText('Impact: 2 folded in').waitFor();
    expect(await around.textContent()).toContain('emptied the disk');
    await around.getByRole('link', { name: 'summary failed in Load' }).click();
    await page.getByText('Caused by #', { exact: false }).first().waitFor();
    await page.getByRole('link', { name: /alpine failed in Load/ }).click();
    await page.getByRole('link', { name: 'Redrive' }).click();
    const dialog = page.getByRole('dialog', { name: 'Redrive from failed state?' });
    await dialog.getByText('The execution goes on from Load').waitFor();
    expect(new URL(page.url()).pathname).toBe(`/e/${failed}`);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    expect(new URL(page.url()).searchParams.get('redrive')).toBeNull();
    // Whose it is stands where the execution is seen, and where its pipeline is.
    const strip = page.getByRole('region', { name: 'Open incidents' });
    await strip.getByText('owner ana').waitFor();
    await page.goto(`${server.url}/p/alpine?team=parcels`);
    await strip.getByRole('link', { name: /Incident #\d+: alpine failed in Load/ }).waitFor();
  });

  test('what nobody owns is taken on the first page, snoozed until the morning, and closes by itself', async () => {
    await runOnce(server, 'inyo');
    const page = await open('/');
    const open_ = page.getByRole('table', { name: 'Open incidents' });
    const row = open_.getByRole('row').filter({ hasText: 'inyo failed in Load' });
    await row.getByText('nobody', { exact: true }).waitFor();
    await row.getByRole('button', { name: /^Acknowledge/ }).click();
    await row.getByText('acknowledged', { exact: true }).waitFor();
    await row.getByRole('link', { name: 'inyo failed in Load' }).click();

    await page.getByRole('button', { name: 'Snooze …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('radio', { name: /until tomorrow, 09:00/ }).check();
    await dialog.getByRole('button', { name: 'Snooze' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page
      .getByText(/snoozed until \w+ \d+ \w+, 09:00/)
      .first()
      .waitFor();

    mend(root);
    await runOnce(server, 'inyo');
    await page.getByRole('heading', { level: 1, name: /resolved/ }).waitFor();
  });

  test('a silence has the tags of what it is made from, an end and a reason, and can be ended', async () => {
    const page = await open(`/incidents/${await incidentOf('alpine')}`);
    await page.getByRole('button', { name: 'Silence …' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByRole('checkbox', { name: 'county: alpine' }).isChecked()).toBe(true);
    const make = dialog.getByRole('button', { name: 'Silence' });
    await dialog.getByRole('textbox', { name: /Why/ }).fill('it moves its server');
    expect(await make.isDisabled()).toBe(true);
    await dialog.getByRole('radio', { name: /4 hours/ }).check();
    await dialog.getByRole('checkbox', { name: 'state: ca' }).uncheck();
    await make.click();
    await dialog.waitFor({ state: 'detached' });
    const [made] = await server.engine.incidents.silences(EVERYTHING);
    expect(made).toMatchObject({ tags: { county: 'alpine' }, reason: 'it moves its server' });

    await page.goto(`${server.url}/admin?tab=silences`);
    await rowOf(page, 'it moves its server').getByText('county').waitFor();
    await page.getByRole('button', { name: /^End now/ }).click();
    await page.getByText('Nothing is silenced').waitFor();
    expect(await server.engine.incidents.silences(EVERYTHING)).toEqual([]);
  });

  test('an alert says which incident it is of, with the same buttons', async () => {
    await runOnce(server, 'evergreen');
    const page = await open('/alerts');
    await page.getByRole('button', { name: /county: evergreen/ }).click();
    const strip = page.getByRole('region', { name: 'Open incidents' });
    await strip.getByText('evergreen').first().waitFor();
    await strip.getByRole('button', { name: 'Silence …' }).waitFor();
    await strip.getByRole('button', { name: /^Acknowledge/ }).click();
    await strip.getByText('console test has it').waitFor();
  });

  test('a channel is tried, its answer shown, and what was given up is tried again', async () => {
    const page = await open('/admin');
    const outbox = rowOf(page, 'outbox').filter({ hasText: 'parcels' });
    await outbox.getByRole('button', { name: /^Send a test/ }).click();
    await outbox.getByText('delivered', { exact: true }).waitFor();
    const program = rowOf(page, 'program');
    await program.getByText(/secret HOOK is not set/).waitFor();
    await program.getByRole('button', { name: /^Send a test/ }).click();
    const result = program.getByRole('status');
    await result.getByRole('link').click();

    const sent = page.getByRole('row').filter({ hasText: 'Test of channel program' });
    await sent.getByText(/HOOK/).first().waitFor();
    await page.getByRole('combobox', { name: 'Channel' }).selectOption('outbox');
    await page.getByRole('row').filter({ hasText: 'modoc failed in Load' }).first().waitFor();
    await page.getByRole('button', { name: 'modoc failed in Load' }).click();
    const message = page.getByRole('article', { name: 'The message' });
    await message.getByText('thread incident-1').waitFor();
    await page.getByText('Nothing was sent: this is what would have been').waitFor();
    await message.getByRole('link', { name: 'Logs' }).click();
    await page.getByRole('region', { name: 'Log lines' }).getByText('no space left').waitFor();
  });

  test('who may only look sees no button that acts, and is refused', async () => {
    const page = await open(`/incidents/${await incidentOf('alpine')}`, {}, 'viewer');
    await page.getByRole('heading', { level: 1, name: /alpine failed in Load/ }).waitFor();
    await page.getByText('delivered', { exact: true }).first().waitFor();
    const acts = /Acknowledge|Assign|Snooze|Silence|Resolve|comment|Send a test|End now/;
    expect(await page.getByRole('button', { name: acts }).count()).toBe(0);
    await page.keyboard.press('a');
    for (const [path, words] of [
      ['/incidents', 'alpine failed in Load'],
      ['/', 'alpine failed in Load'],
      ['/admin', 'outbox'],
    ] as const) {
      await page.goto(server.url + path);
      await page.getByText(words).first().waitFor();
      expect(await page.getByRole('button', { name: acts }).count(), path).toBe(0);
    }
    expect(await page.getByRole('link', { name: 'Tokens' }).count()).toBe(0);
    const { items } = await server.engine.incidents.list(EVERYTHING, { pipeline: 'alpine' });
    expect(items[0]?.status).toBe('OPEN');
    const refused = await page.request.post(`${server.url}/api/v1/incidents/1/acts`, {
      data: { type: 'acknowledge' },
    });
    expect(refused.status()).toBe(403);
  });

  test.each([
    { colorScheme: 'light' as const, viewport: { width: 1280, height: 860 } },
    { colorScheme: 'dark' as const, viewport: { width: 360, height: 740 } },
    { colorScheme: 'dark' as const, viewport: { width: 1280, height: 860 } },
    { colorScheme: 'light' as const, viewport: { width: 360, height: 740 } },
  ])(
    'no serious finding of axe and no sideways scrolling: %j',
    async (options) => {
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
    },
    120_000,
  );

  /** The number of the open incident of a pipeline; it is made to fail when there is none. */
  async function incidentOf(pipeline: string): Promise<number> {
    const find = async () =>
      (await server.engine.incidents.list(EVERYTHING, { pipeline })).items[0];
    if ((await find()) === undefined) await runOnce(server, pipeline);
    return (await find())?.number ?? 0;
  }
});
