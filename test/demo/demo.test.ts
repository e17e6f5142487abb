import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Server, startServer } from '../../src/server.js';

const root = join(import.meta.dirname, '../..');

describe('npm run demo -- --once', () => {
  const data = mkdtempSync(join(tmpdir(), 'millrace-demo-'));
  afterAll(() => rmSync(data, { recursive: true, force: true }));

  it('runs all examples on real data, shows what they made, and ends well', {
    timeout: 120_000,
  }, () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(root, 'bin/millrace.js'), 'demo', '--once', '--data', data],
      { encoding: 'utf8', cwd: data },
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toContain('23 executions');
    expect(stdout).toContain('22 succeeded, 1 failed');
    expect(stdout).toContain('Best month: **July**');
    expect(stdout).toContain('months.parquet');
    expect(stdout).toContain('parcels-juniper failed in transform');
  });
});

describe('the county whose pipeline has a mistake', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-parcels-'));
  const file = join(folder, 'parcels/juniper.yaml');
  let server: Server;

  beforeAll(async () => {
    cpSync(join(root, 'examples/parcels'), join(folder, 'parcels'), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    server = await startServer({ folder, data: join(folder, '.millrace'), port: 0 });
  });
  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('fails at its third step, is fixed in one line, and goes on from there', {
    timeout: 60_000,
  }, async () => {
    const failed = await server.engine.runExecution({ pipeline: 'parcels-juniper' });
    expect(failed).toMatchObject({ status: 'FAILED', error: 'Sql.Binder' });
    expect(failed.cause).toContain('area_sqf');
    expect(failed.threads.find(({ phase }) => phase === 'failed')?.state).toBe('transform');

    writeFileSync(file, readFileSync(file, 'utf8').replace('area_sqf ', 'area_sqft '));
    await server.folder?.reload();
    await server.engine.redriveExecution(failed.id, { definition: 'current' });
    const ended = await server.engine.waitForExecution(failed.id);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', version: 2, redriveCount: 1 });

    const { items } = await server.engine.history(failed.id, { limit: 1000 });
    const entered = items
      .filter(({ type }) => type === 'TaskStateEntered')
      .map(({ details }) => details.name);
    expect(entered.filter((name) => name === 'extract')).toHaveLength(1);
    expect(entered.filter((name) => name === 'transform')).toHaveLength(2);
  });
});
