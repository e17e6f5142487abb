/**
 * What axe finds on a page, and whether it scrolls sideways.
 * @module
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Serious and critical findings, each with the places where it is. */
export async function seriousFindings(page: Page): Promise<string[]> {
  return (await page.evaluate(
    `${AXE}; axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
      violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => id + ': ' + nodes.slice(0, 5).map((node) => node.html).join(' | ')))`,
  )) as string[];
}

/** Pixels by which the page is wider than the window. */
export async function sidewaysPixels(page: Page): Promise<number> {
  return (await page.evaluate(
    'Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)',
  )) as number;
}
