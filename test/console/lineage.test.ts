import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/asl/json.js';
import { ofTeam } from '../../src/engine/kernel/scope.js';
import type { Server } from '../../src/server.js';
import { LINEAGE_EVENT } from '../http/routes.js';
import { requirement } from '../requirements.js';
import { fillOrders, writeOrders } from './orders.js';
import { EVIL } from './pipelines.js';
import { consoleHome, LOOKS } from './support/console-home.js';

/** Forty jobs of others have made something of the orders, and one of them has an evil name. */
async function fill(server: Server): Promise<void> {
  await fillOrders(server);
  const by = { namespace: 'millrace/shop', name: 'orders/by-town' };
  const outputs = Array.from({ length: 40 }, (_, at) => ({
    namespace: 's3://models',
    name: at === 39 ? EVIL : `model-${at}`,
  }));
  await server.engine.lineage.take(ofTeam('shop'), {
    ...LINEAGE_EVENT,
    job: { namespace: 'spark', name: 'train-models' },
    inputs: [by],
    outputs,
  } as JsonObject);
}

describe.skipIf(requirement('chromium').missing)('lineage, in the console', () => {
  const home = consoleHome(writeOrders, fill);
  const PATH = '/lineage/orders/by-town';

  test('a dataset leads to its picture, with data, jobs, data of others, and how much more there is', async () => {
    const page = await home.open('/d/orders/by-town');
    await page.getByRole('link', { name: 'Lineage as a picture' }).click();
    await page.getByRole('heading', { level: 1, name: 'Lineage of orders/by-town' }).waitFor();
    const picture = page.getByRole('application', { name: 'Lineage' });
    await picture
      .getByRole('group', { name: /^orders\/by-town, data, current .* what this is about/ })
      .waitFor();
    await picture.getByRole('group', { name: /^orders\/raw, data, current .* 1 hop up/ }).waitFor();
    await picture.getByRole('group', { name: 'orders-by-town, pipeline' }).waitFor();
    await picture.getByRole('group', { name: 'train-models, job of others' }).waitFor();
    await picture
      .getByRole('group', { name: /data, of others .* 1 hop down/ })
      .first()
      .waitFor();
    await picture.getByRole('group', { name: '30 more made of it, show them' }).waitFor();
    const table = page.getByRole('region', { name: 'Lineage as a table' });
    await table
      .getByRole('row', { name: /^here orders\/by-town .* orders\/raw 30 more/ })
      .waitFor();
  });

  test('a box of more is opened with the keyboard, the address keeps it, and names of others stay text', async () => {
    const page = await home.open(PATH);
    await page.getByRole('group', { name: '30 more made of it, show them' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('One box is opened.').waitFor();
    const table = page.getByRole('region', { name: 'Lineage as a table' });
    await table.getByText(EVIL).waitFor();
    await page.reload();
    await table.getByText(EVIL).waitFor();
    expect(await page.evaluate('window.harmed')).toBeUndefined();
    expect(new URL(page.url()).searchParams.get('open')).toMatch(/^v\d+\.down$/);
    await page.getByRole('button', { name: 'Show two hops again' }).click();
    await table.getByText(EVIL).waitFor({ state: 'detached' });
  });

  test('a box tells what its columns were made of, and leads to its execution and dataset', async () => {
    const page = await home.open(PATH);
    await page.getByRole('group', { name: /^orders\/by-town, data/ }).click();
    const panel = page.getByRole('complementary', { name: 'About orders/by-town' });
    const columns = panel.getByRole('region', { name: 'What columns were made of' });
    await columns.getByRole('row', { name: /^town orders\/raw town transformation/ }).waitFor();
    await columns.getByRole('row', { name: /^total orders\/raw price aggregation/ }).waitFor();
    await panel.getByText('price filter').waitFor();
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
    await page.getByRole('group', { name: 'orders-raw, pipeline' }).click();
    await page.getByRole('link', { name: 'The execution' }).click();
    await page.getByRole('heading', { level: 1, name: /orders-raw/ }).waitFor();
  });

  test('data of others have a picture of their own, which leads back', async () => {
    const page = await home.open(`/lineage/model-7?namespace=${encodeURIComponent('s3://models')}`);
    await page.getByRole('group', { name: /^orders\/by-town, data, .* 1 hop up/ }).click();
    await page.getByRole('link', { name: 'Lineage from here' }).click();
    await page.getByRole('heading', { level: 1, name: 'Lineage of orders/by-town' }).waitFor();
  });

  test('what a bad version touched is listed in order, with owners and commands', async () => {
    const page = await home.open('/lineage/orders/raw');
    await page.getByRole('button', { name: 'Show what to do' }).click();
    const steps = page.getByRole('list', { name: 'What to do' }).getByRole('listitem');
    await steps.first().getByText('Owner: ana, team shop', { exact: false }).waitFor();
    await steps.first().getByText('millrace run orders-raw --team shop').waitFor();
    await steps.nth(1).getByText('millrace run orders-by-town --team shop').waitFor();
    expect(await steps.count()).toBe(42);
  });

  test('a name that no dataset has is told as such', async () => {
    const page = await home.open('/data');
    await page.goto(`${home.server.url}/lineage/orders/gone`);
    await page.getByRole('alert').getByText('orders/gone', { exact: false }).waitFor();
    await home.forgive();
  });

  test.each(LOOKS)('no serious finding of axe and no sideways scrolling: %j', async (look) => {
    const page = await home.open(PATH, look);
    await page.getByRole('group', { name: /^orders\/by-town, data/ }).click();
    await page.getByText('transformation').waitFor();
    await home.examine(page, 'lineage', look);
    const wide = await home.open('/lineage/orders/raw', look);
    await wide.getByRole('button', { name: 'Show what to do' }).click();
    await wide.getByText('millrace run orders-raw --team shop').waitFor();
    await home.examine(wide, 'lineage-plan', look);
  });
});
