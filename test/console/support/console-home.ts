/**
 * Where the tests of one part of the console live: a server on files of their own, a browser, and visits that are ended after each
 * test. A page that complained fails its test.
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { type Server, startServer } from '../../../src/server.js';
import { seriousFindings, sidewaysPixels } from '../accessibility.js';
import { launch, type Visit, visit } from '../browser.js';

export interface ConsoleHome {
  readonly root: string;
  readonly folder: string;
  readonly browser: Browser;
  readonly server: Server;
  /** Logs a new person in and opens a page. */
  open(
    path: string,
    options?: BrowserContextOptions,
    role?: 'viewer' | 'analyst' | 'operator',
  ): Promise<Page>;
  /** Ends all visits without looking at what their pages complained of: a refusal is one. */
  forgive(): Promise<void>;
  /** Axe finds nothing serious, and the page does not scroll sideways; leaves a picture in the folder MILLRACE_SHOTS. */
  examine(page: Page, name: string, options: Look): Promise<void>;
}

/** How a page is looked at. */
export interface Look {
  colorScheme: 'light' | 'dark';
  viewport: { width: number; height: number };
}

/** Both colours, wide and narrow. */
export const LOOKS: readonly Look[] = [
  { colorScheme: 'light', viewport: { width: 1280, height: 860 } },
  { colorScheme: 'dark', viewport: { width: 400, height: 740 } },
  { colorScheme: 'dark', viewport: { width: 1280, height: 860 } },
  { colorScheme: 'light', viewport: { width: 400, height: 740 } },
];

/**
 * Call it inside of `describe`.
 * @param write writes the pipeline files into a folder and answers theirs
 * @param fill what happens before the first test
 */
export function consoleHome(
  write: (root: string) => string,
  fill: (server: Server, folder: string) => Promise<void> = async () => undefined,
): ConsoleHome {
  let root = '';
  let folder = '';
  let browser: Browser | undefined;
  let server: Server | undefined;
  let visits: Visit[] = [];

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'millrace-console-'));
    folder = write(root);
    server = await startServer({ folder, data: join(root, 'data'), port: 0 });
    browser = await launch();
    await fill(server, folder);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    rmSync(root, { recursive: true, force: true });
  });

  afterEach(async () => {
    const left = visits;
    visits = [];
    for (const one of left) {
      expect(await one.complaints()).toEqual([]);
      await one.close();
    }
  });

  const there = <Thing>(thing: Thing | undefined): Thing => {
    if (thing === undefined) throw new Error('ask for it in a test');
    return thing;
  };
  return {
    get root() {
      return root;
    },
    get folder() {
      return folder;
    },
    get browser() {
      return there(browser);
    },
    get server() {
      return there(server);
    },
    async open(path, options, role) {
      const opened = await visit(there(browser), there(server), path, options, role);
      visits.push(opened);
      return opened.page;
    },
    async forgive() {
      const left = visits;
      visits = [];
      for (const one of left) await one.close();
    },
    async examine(page, name, { colorScheme, viewport }) {
      const shots = process.env.MILLRACE_SHOTS;
      if (shots !== undefined) {
        const path = join(shots, `${name}-${colorScheme}-${viewport.width}.png`);
        await page.screenshot({ path, fullPage: true });
      }
      expect(await seriousFindings(page), name).toEqual([]);
      expect(await sidewaysPixels(page), name).toBe(0);
    },
  };
}
