/**
 * The console of a server that was restored and waits.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Server, startServer } from '../../src/server.js';
import { makeBackup } from '../../src/store/backups/make-backup.js';
import { restoreBackup } from '../../src/store/backups/restore-backup.js';
import { requirement } from '../requirements.js';
import { launch, visit } from './browser.js';

const chromium = requirement('chromium');

describe.skipIf(chromium.missing)('the console of a restored server', () => {
  let root: string;
  let browser: Browser;
  let server: Server;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'millrace-held-'));
    const first = await startServer({ data: join(root, 'first'), port: 0 });
    await first.close();
    const file = join(root, 'backup.db');
    await makeBackup({ database: join(root, 'first', 'millrace.db'), file, version: '1.0.0' });
    await restoreBackup({ file, folder: join(root, 'second') });
    server = await startServer({ data: join(root, 'second'), port: 0 });
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    rmSync(root, { recursive: true, force: true });
  });

  test('says that it waits, and for what, until it goes on', async () => {
    const { page, complaints, close } = await visit(browser, server, '/executions');
    const notice = page.getByText('This server waits.');
    await notice.waitFor();
    expect(await notice.locator('..').textContent()).toContain('millrace resume');
    await server.engine.goOn();
    const asked = page.waitForResponse((response) => response.url().endsWith('/health'));
    await page.reload();
    await (await asked).finished();
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    expect(await page.getByText('This server waits.').count()).toBe(0);
    expect(await complaints()).toEqual([]);
    await close();
  });
});
