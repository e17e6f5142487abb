import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import type { Server } from '../../src/server.js';
import { requirement } from '../requirements.js';
import { consoleHome, LOOKS } from './support/console-home.js';

const day = (back: number): string =>
  new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);
/** The same whatever midnight does meanwhile. */
const [TODAY, YESTERDAY] = [day(0), day(1)];

/** A partner delivers the same file each day; `b` has a contract. */
function write(root: string): string {
  const folder = join(root, 'partners');
  mkdirSync(folder);
  writeFileSync(join(folder, 'rows.csv'), 'id,zip\n1,96120\n2,9612\n');
  const contract =
    'contract: { columns: { id: { type: bigint }, zip: { type: varchar, pattern: "^[0-9]{5}$", severity: quarantine } } }';
  for (const [name, more] of [
    ['a', ''],
    ['b', `, ${contract}`],
  ]) {
    writeFileSync(
      join(folder, `${name}.yaml`),
      `pipeline: partner-${name}
team: parcels
owner: ana
datasets:
  partners/${name}: { per: interval${more} }
steps:
  - publish: { dataset: { name: partners/${name}, from: rows.csv } }
`,
    );
  }
  writeFileSync(
    join(folder, 'plain.yaml'),
    `pipeline: plain
team: parcels
datasets:
  others/plain: {}
steps:
  - publish: { dataset: { name: others/plain, from: rows.csv } }
`,
  );
  mkdirSync(join(folder, 'incoming', TODAY), { recursive: true });
  writeFileSync(join(folder, 'incoming', TODAY, 'north.csv'), 'id,zip\n1,96120\n');
  writeFileSync(join(folder, 'incoming', TODAY, 'east.csv'), 'id,zip\n1,96120\n');
  mkdirSync(join(folder, 'incoming', YESTERDAY), { recursive: true });
  for (const partner of ['north', 'south']) {
    writeFileSync(join(folder, 'incoming', YESTERDAY, `${partner}.csv`), 'id,zip\n1,96120\n');
  }
  writeFileSync(
    join(folder, 'join.yaml'),
    `pipeline: join
team: parcels
trigger:
  files:
    under: incoming
    arrivals: { path: "{interval}/{partner}.csv", partners: [north, south] }
steps:
  - joined: { set: { isJoined: true } }
`,
  );
  return folder;
}

async function fill({ engine }: Server): Promise<void> {
  for (const [pipeline, interval] of [
    ['partner-a', YESTERDAY],
    ['partner-a', TODAY],
    ['partner-b', TODAY],
  ] as const) {
    await engine.executions.run(EVERYTHING, { pipeline, interval });
  }
}

describe.skipIf(requirement('chromium').missing)('arrivals, in the console', () => {
  const home = consoleHome(write, fill);

  test('datasets by interval stand day by day, each day with a sign and words, and lead to the version', async () => {
    const page = await home.open('/data');
    await page.getByRole('link', { name: 'Arrivals' }).click();
    const table = page.getByRole('table', { name: 'Arrivals of datasets, day by day' });
    await table.getByText(`partners/a, ${YESTERDAY}: arrived, 2 rows`).waitFor();
    await table.getByText(`partners/b, ${YESTERDAY}: nothing expected`).waitFor();
    await table.getByText(`partners/b, ${TODAY}: arrived, rows set aside, 1 row`).waitFor();
    await table.getByText('parcels · ana').first().waitFor();
    expect(await table.getByText('others/plain').count()).toBe(0);
    await table.getByRole('link', { name: `partners/a, ${YESTERDAY}: arrived, 2 rows` }).click();
    await page.getByRole('heading', { level: 1, name: 'partners/a' }).waitFor();
    await page.getByRole('definition').getByText(YESTERDAY, { exact: true }).waitFor();
  });

  test('a search shows datasets of any kind, and says when there is none', async () => {
    const page = await home.open('/data?view=arrivals');
    await page.getByRole('searchbox').fill('others/');
    await page.keyboard.press('Enter');
    await page
      .getByText(/^others\/plain, .*: nothing expected$/)
      .first()
      .waitFor();
    expect(new URL(page.url()).searchParams.get('view')).toBe('arrivals');
    await page.getByRole('searchbox').fill('gone');
    await page.keyboard.press('Enter');
    await page.getByText('No dataset like that').waitFor();
    await page.getByRole('link', { name: 'Show datasets by interval' }).click();
    await page.getByRole('link', { name: 'partners/a', exact: true }).waitFor();
  });

  test('partners stand interval by interval below the pipeline that waits for them, which leads to what was started', async () => {
    const page = await home.open('/data');
    await page.getByRole('link', { name: 'Partners', exact: true }).click();
    const table = page.getByRole('table', { name: 'Partners of join, interval by interval' });
    await table.getByText(new RegExp(`^north, ${TODAY}: delivered, .*, 15 bytes`)).waitFor();
    await table.getByText(`south, ${TODAY}: awaited`).waitFor();
    await table.getByText(`${TODAY}: 1 of 2 delivered, 1 of somebody else`).waitFor();
    await table.getByText(`south, ${day(3)}: nobody has delivered`).waitFor();
    await table
      .getByRole('link', { name: `${YESTERDAY}: 2 of 2 delivered, arrivals-${YESTERDAY}` })
      .click();
    await page.waitForURL(/\/e\//);
    await page.getByText(`arrivals-${YESTERDAY}`).first().waitFor();
  });

  test('earlier days are a step away, and later ones, of partners and of datasets', async () => {
    const page = await home.open('/data?view=partners');
    await page.getByText(`south, ${TODAY}: awaited`).waitFor();
    await page.getByRole('link', { name: 'Earlier' }).click();
    await page.getByText(`south, ${day(14)}: nobody has delivered`).waitFor();
    expect(new URL(page.url()).searchParams.get('until')).toBe(day(14));
    await page.getByRole('link', { name: 'Arrivals' }).click();
    await page.getByText(`partners/a, ${day(27)}: nothing expected`).waitFor();
    await page.getByRole('link', { name: 'Later' }).click();
    await page.getByText(`partners/a, ${TODAY}: arrived, 2 rows`).waitFor();
    await page.getByRole('link', { name: 'Now', exact: true }).last().click();
    await page.getByText(`partners/a, ${TODAY}: arrived, 2 rows`).waitFor();
    expect(new URL(page.url()).searchParams.has('until')).toBe(false);
  });

  test('a search shows the partners it names, and says when there is none', async () => {
    const page = await home.open('/data?view=partners');
    await page.getByText(`south, ${TODAY}: awaited`).waitFor();
    await page.getByRole('searchbox').fill('north');
    await page.keyboard.press('Enter');
    await page.getByText(`south, ${TODAY}: awaited`).waitFor({ state: 'detached' });
    expect(new URL(page.url()).searchParams.get('view')).toBe('partners');
    await page.getByRole('searchbox').fill('gone');
    await page.keyboard.press('Enter');
    await page.getByText('No partner like that').waitFor();
    await page.getByRole('link', { name: 'Show all partners' }).click();
    await page.getByText(`south, ${TODAY}: awaited`).waitFor();
  });

  test.each(LOOKS)('partners: nothing serious of axe, no sideways scrolling: %j', async (look) => {
    const page = await home.open('/data?view=partners', look);
    await page.getByText(`south, ${TODAY}: awaited`).waitFor();
    await home.examine(page, 'partners', look);
  });

  test.each(LOOKS)('no serious finding of axe and no sideways scrolling: %j', async (look) => {
    const page = await home.open('/data?view=arrivals', look);
    await page.getByText(`partners/a, ${TODAY}: arrived, 2 rows`).waitFor();
    await home.examine(page, 'arrivals', look);
  });
});
