/**
 * A real browser on a real server, for the tests of the console.
 *
 * Each visit is a new person: own cookies, logged in by a link. Whatever the page complains about (console errors,
 * exceptions, refused by the Content-Security-Policy) is collected and fails the test at `leave`.
 * @module
 */
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { Server } from '../../src/server.js';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const PATIENCE_MS = 15_000;
const WATCH_POLICY = `
  window.refused = [];
  document.addEventListener('securitypolicyviolation', (event) => {
    window.refused.push(event.violatedDirective + ' ' + event.blockedURI);
  });
`;

export interface Visit {
  page: Page;
  /** Complaints of the page so far. */
  complaints(): Promise<string[]>;
  close(): Promise<void>;
}

export async function launch(): Promise<Browser> {
  return await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS });
}

/** Logs a new person in and opens a page. */
export async function visit(
  browser: Browser,
  server: Server,
  path: string,
  options: BrowserContextOptions = {},
  role?: 'viewer' | 'analyst' | 'operator',
): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  await context.addInitScript(WATCH_POLICY);
  const page = await context.newPage();
  const heard: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') heard.push(message.text());
  });
  page.on('pageerror', (error) => heard.push(String(error)));
  const token = await server.authenticator.issue('login', {
    label: 'console test',
    ...(role === undefined ? {} : { role }),
  });
  await page.goto(`${server.url}/login?token=${token}&to=${encodeURIComponent(path)}`);
  return {
    page,
    async complaints() {
      const refused = (await page.evaluate('window.refused')) as string[];
      return [...heard, ...refused];
    },
    close: async () => await context.close(),
  };
}
