import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

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
      { encoding: 'utf8', cwd: data, env: { ...process.env, NO_COLOR: '1' } },
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
