/**
 * The examples as a new user meets them: on a real server with real connectors.
 */

import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/asl/json.js';
import type { ExecutionDetail } from '../../src/engine/engine.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { type Server, startServer } from '../../src/server.js';

const root = resolve(import.meta.dirname, '../..');
let home: string;
let server: Server;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'millrace-examples-'));
  cpSync(join(root, 'examples'), join(home, 'examples'), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'));
  server = await startServer({ folder: join(home, 'examples'), data: join(home, 'data'), port: 0 });
});

afterAll(async () => {
  await server.close();
  rmSync(home, { recursive: true, force: true });
});

async function run(pipeline: string, input?: Json): Promise<ExecutionDetail> {
  return server.engine.executions.run(EVERYTHING, {
    pipeline,
    ...(input === undefined ? {} : { input }),
  });
}

/** Names of the states that were entered, in order. */
async function statesOf(id: string): Promise<string[]> {
  const { items } = await server.engine.executions.history(EVERYTHING, id, {
    limit: 1_000,
    order: 'oldest-first',
  });
  return items
    .filter(({ type }) => type.endsWith('StateEntered'))
    .map(({ details }) => details.name as string);
}

test('every example is valid, with warnings at most', () => {
  const problems = server.folder?.problems() ?? [];
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
});

test('weather makes Parquet files and a summary for people', async () => {
  const execution = await run('weather');
  expect(execution).toMatchObject({ status: 'SUCCEEDED' });
  const work = join(home, 'data/work', execution.team, execution.id);
  const files = ['airports.parquet', 'earthquakes.parquet', 'months.parquet'];
  expect(readdirSync(work)).toEqual(expect.arrayContaining(files));
  const summary = readFileSync(join(work, 'summary.md'), 'utf8');
  expect(summary).toContain('Best month: **July**');
  expect(summary.match(/^\| [A-Z]{3} /gm)).toHaveLength(6);
});

describe('file-check', () => {
  const arrived = (key: string): JsonObject => ({
    detail: { bucket: { name: 'incoming' }, object: { key } },
  });

  test('refuses another file than .csv, by a Pass state and a notification', async () => {
    const execution = await run('file-check', arrived('letters/letter.PDF'));
    expect(execution).toMatchObject({
      status: 'SUCCEEDED',
      output: {
        file_name: 'letter.PDF',
        file_extension: '.pdf',
        error: { Error: 'InvalidFormatException' },
        notified: { MessageId: expect.any(String) },
      },
    });
  });

  test('processes a .csv file, or notifies about the division by zero', async () => {
    const ends = await Promise.all(
      Array.from({ length: 12 }, () => run('file-check', arrived('orders.csv'))),
    );
    for (const { status, output } of ends) {
      expect(status).toBe('SUCCEEDED');
      const { processed, error } = output as JsonObject;
      if (processed === true) continue;
      expect(error).toMatchObject({ Error: 'ZeroDivisionError' });
      const cause = JSON.parse((error as JsonObject).Cause as string) as JsonObject;
      expect(cause).toMatchObject({ errorMessage: 'division by zero' });
    }
  });

  test('knows nothing of Millrace in its state machine', () => {
    const definition = readFileSync(join(home, 'examples/file-check/file-check.asl.json'), 'utf8');
    expect(definition.toLowerCase()).not.toContain('millrace');
  });
});

describe('parcels', () => {
  test('are twenty counties that differ in name, tags and values alone', async () => {
    const files = readdirSync(join(home, 'examples/parcels')).filter(
      (name) => name.endsWith('.yaml') && !/\.test\.yaml$|^team\.yaml$|^juniper-/.test(name),
    );
    expect(files).toHaveLength(20);
    const shapes = files.map((name) => {
      const county = name.replace('.yaml', '');
      const text = readFileSync(join(home, 'examples/parcels', name), 'utf8');
      return text.replaceAll(county, 'COUNTY').replace(/seed: \d+/, 'seed: N');
    });
    const others = shapes.filter((_, index) => files[index] !== 'juniper.yaml');
    expect(new Set(others).size).toBe(1);
  });

  test('fail in one county at its third step, until one line is mended and it goes on from there', async () => {
    const failed = await run('parcels-juniper');
    expect(failed).toMatchObject({ status: 'FAILED', error: 'Sql.Binder' });
    expect(failed.cause).toContain('area_sqft');
    const before = await statesOf(failed.id);
    expect(before).toEqual(['extract', 'validate', 'transform']);

    const file = join(home, 'examples/parcels/juniper.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^ *areaColumn:.*$/m, ''));
    await server.folder?.reload();
    await server.engine.executions.redrive(EVERYTHING, failed.id, { definition: 'current' });
    const mended = await server.engine.executions.wait(EVERYTHING, failed.id);
    expect(mended).toMatchObject({ status: 'SUCCEEDED', redriveCount: 1 });
    const after = (await statesOf(failed.id)).slice(before.length);
    expect(after.filter((name) => name === 'extract' || name === 'validate')).toEqual([]);
    expect(after).toContain('summarise');
    const work = join(home, 'data/work', failed.team, failed.id);
    expect(existsSync(join(work, 'parcels.parquet'))).toBe(true);
  });
});
