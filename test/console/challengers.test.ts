import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import type { Server } from '../../src/server.js';
import { requirement } from '../requirements.js';
import { until } from '../support/until.js';
import { consoleHome, LOOKS } from './support/console-home.js';

const CLEAN = (pipeline: string, area: string): string => `pipeline: ${pipeline}
team: parcels
datasets:
  ${pipeline}/clean: { contract: { columns: { parcel_id: { type: bigint, unique: true } } } }
steps:
  - clean:   { sql: "SELECT range AS parcel_id, ${area} AS area FROM range(100)" }
  - publish: { dataset: ${pipeline}/clean }
`;

/** One that wins, one that loses, one that goes on. */
function write(root: string): string {
  const folder = join(root, 'pipelines');
  mkdirSync(folder);
  for (const name of ['alder', 'birch', 'cedar', 'dogwood']) {
    writeFileSync(join(folder, `${name}.yaml`), CLEAN(name, 'range / 2'));
  }
  return folder;
}

async function challenge(server: Server, pipeline: string, text: string, more: object = {}) {
  const token = await server.authenticator.issue('api', { label: 'ana' });
  const response = await fetch(`${server.url}/api/v1/pipelines/${pipeline}/challengers`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ text, executions: 1, ...more }),
  });
  expect(await response.json()).toMatchObject({ pipeline, state: 'running' });
}

const run = (server: Server, pipeline: string) =>
  server.engine.executions.run(EVERYTHING, { pipeline });

const ended = async (server: Server, number: number): Promise<void> => {
  const isEnded = await until(
    async () => (await server.engine.challengers.show(EVERYTHING, number)).state === 'ended',
    (is) => is,
  );
  expect(isEnded).toBe(true);
};

async function fill(server: Server): Promise<void> {
  const rules = ['schema same', 'rows within 1 %', 'values differ at most 5 %'];
  await challenge(server, 'alder', CLEAN('alder', 'greatest(range / 2, 1)'), { rules });
  await run(server, 'alder');
  await ended(server, 1);
  await challenge(server, 'birch', CLEAN('birch', 'range'), { rules });
  await run(server, 'birch');
  await ended(server, 2);
  await challenge(server, 'cedar', CLEAN('cedar', 'range / 4'), {
    executions: 3,
    rules: ['values same'],
  });
}

describe.skipIf(requirement('chromium').missing)('challengers, in the console', () => {
  const home = consoleHome(write, fill);

  test('the list says of each how it stands and how much is decided', async () => {
    const page = await home.open('/data', {}, 'viewer');
    await page.getByRole('link', { name: 'Challengers' }).click();
    const row = (text: string) => page.getByRole('row').filter({ hasText: text });
    await row('alder #1').getByText('won', { exact: true }).waitFor();
    await row('alder #1').getByText('1 of 1 decided').waitFor();
    await row('birch #2').getByText('lost', { exact: true }).waitFor();
    await row('cedar #3').getByText('0 of 3 decided').waitFor();
    const data = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Data' });
    expect(await data.getAttribute('aria-current')).toBe('page');
  });

  test('a challenge tells both executions, what differs and each rule', async () => {
    const page = await home.open('/challengers/1', {}, 'viewer');
    const card = page.getByRole('article');
    await card.getByText('100 → 100 rows', { exact: false }).waitFor();
    await card.getByText('2 changed (area 2)', { exact: false }).waitFor();
    await card.getByText('values differ at most 5 %', { exact: false }).waitFor();
    expect(await page.getByRole('button', { name: /Promote|Stop/ }).count()).toBe(0);
    await card.getByRole('link', { name: 'challenger' }).click();
    await page.getByRole('heading', { level: 2, name: 'Challenger' }).waitFor();
    await page.getByRole('link', { name: 'challenge #1' }).click();
    await page.getByRole('heading', { level: 1, name: /Challenge #1/ }).waitFor();
    await card.getByRole('link', { name: 'champion' }).click();
    await page.getByRole('heading', { level: 1, name: /alder #/ }).waitFor();
    expect(await page.getByText('challenger', { exact: true }).count()).toBe(0);
  });

  test('what is decided meanwhile appears without reload, and on the page of the pipeline', async () => {
    const page = await home.open('/p/cedar', {}, 'viewer');
    const row = page.getByRole('row').filter({ hasText: 'cedar #3' });
    await row.getByText('0 of 3 decided').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    await run(home.server, 'cedar');
    await row.getByText('1 lost').waitFor();
    await row.getByRole('link').click();
    await page.getByRole('article').getByText('lost', { exact: true }).waitFor();
  });

  test('an operator may not promote; who administers the server promotes after a question', async () => {
    const operator = await home.open('/challengers/1', {}, 'operator');
    await operator.getByRole('article').waitFor();
    expect(await operator.getByRole('button', { name: /Promote|Stop/ }).count()).toBe(0);
    const page = await home.open('/challengers/1');
    await page.getByRole('button', { name: 'Promote' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Version 2 replaces version 1', { exact: false }).waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    expect((await home.server.engine.challengers.show(EVERYTHING, 1)).promotedAt).toBe(undefined);
    await page.getByRole('button', { name: 'Promote' }).click();
    await dialog.getByRole('button', { name: 'Promote it' }).click();
    await page.getByText('as version', { exact: false }).waitFor();
    expect(await page.getByRole('button', { name: 'Promote' }).count()).toBe(0);
    await page.goto(`${home.server.url}/p/alder`);
    await page.getByText('promoted as version', { exact: false }).waitFor();
  });

  test('one that runs is stopped after a question, and cannot be promoted any more', async () => {
    await challenge(home.server, 'dogwood', CLEAN('dogwood', '1'));
    const page = await home.open('/challengers?pipeline=dogwood');
    await page.getByRole('link', { name: /dogwood #4/ }).click();
    await page.getByText('None yet: the challenger begins', { exact: false }).waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Stop it' }).click();
    await page.getByText('stopped by', { exact: false }).waitFor();
    expect(await page.getByRole('button', { name: /Promote|Stop/ }).count()).toBe(0);
  });

  test('test runs stand in the list only when it is asked for them, and are marked', async () => {
    await home.server.engine.executions.run(EVERYTHING, { pipeline: 'birch', testRun: {} });
    const page = await home.open('/executions?pipeline=birch', {}, 'viewer');
    const rows = page.getByRole('table', { name: 'Executions' }).getByRole('row');
    await rows.nth(1).waitFor();
    // The heads, and the one that was no test run.
    expect(await rows.count()).toBe(2);
    await page.getByLabel('Test runs').selectOption('only');
    await page.getByText('test run', { exact: true }).waitFor();
    await page.getByText('challenger', { exact: true }).waitFor();
    expect(await rows.count()).toBe(3);
    expect(page.url()).toContain('testRuns=only');
    await page.getByLabel('Test runs').selectOption('with');
    await rows.nth(3).waitFor();
  });

  test.each(LOOKS)('no serious finding of axe and no sideways scrolling: %j', async (look) => {
    const listed = await home.open('/challengers', look);
    await listed.getByText('alder').waitFor();
    await home.examine(listed, 'challengers', look);
    const page = await home.open('/challengers/2', look);
    await page.getByRole('article').waitFor();
    await home.examine(page, 'challenge', look);
    await page.getByRole('button', { name: 'Promote' }).click();
    await page.getByRole('dialog').waitFor();
    await home.examine(page, 'promote', look);
    const executions = await home.open('/executions?testRuns=with', look);
    await executions.getByText('challenger', { exact: true }).first().waitFor();
    await home.examine(executions, 'executions-with-test-runs', look);
    const { items } = await home.server.engine.executions.list(EVERYTHING, { testRuns: 'only' });
    const challenger = items.find(({ triggeredBy }) => triggeredBy?.type === 'challenger');
    const execution = await home.open(`/e/${challenger?.id}`, look);
    await execution.getByRole('heading', { level: 2, name: 'Challenger' }).waitFor();
    await home.examine(execution, 'challenger', look);
    const pipeline = await home.open('/p/birch', look);
    await pipeline.getByRole('heading', { name: 'Challengers' }).waitFor();
    await home.examine(pipeline, 'pipeline-challenged', look);
  });
});
