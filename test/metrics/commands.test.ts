/**
 * `millrace metrics …` as a program: what goes to standard output can be put into a file, and what is wrong is said beside.
 * @module
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Ended, millrace } from '../cli/millrace.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-rules-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const run = (args: string[], input?: string): Promise<Ended> =>
  millrace(['metrics', ...args], { cwd: folder, ...(input === undefined ? {} : { input }) });

test('converts a file into a group of its name, and standard input into one that is named', async () => {
  writeFileSync(join(folder, 'jobs.rules'), 'ALERT Down IF up == 0 FOR 5m\nx = up\n');
  const { code, stdout, stderr } = await run(['convert', 'jobs.rules']);
  expect(code).toBe(0);
  const rules = [
    { alert: 'Down', expr: 'up == 0', for: '5m' },
    { record: 'x', expr: 'up' },
  ];
  expect(parse(stdout)).toEqual({ groups: [{ name: 'jobs', rules }] });
  expect(stderr).toBe('converted 1 alerts and 1 recording rules\n');
  const named = await run(['convert', '-', '--group', 'mine'], 'x = up');
  expect(parse(named.stdout)).toEqual({
    groups: [{ name: 'mine', rules: [{ record: 'x', expr: 'up' }] }],
  });
});

test('writes nothing when anything is wrong, and says where and what to do', async () => {
  writeFileSync(
    join(folder, 'bad.rules'),
    'ALERT A IF up FOR soon\nALERT B IF count_scalar(up) > 1\nx = up\n',
  );
  const { code, stdout, stderr } = await run(['convert', 'bad.rules']);
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  expect(stderr).toContain('bad.rules:1:19 soon is no duration. – Write a whole number');
  expect(stderr).toContain('bad.rules:2:12 Prometheus 2 has no count_scalar. – Write count(…)');
  expect((await run(['convert', 'none.rules'])).code).toBe(5);
});

test('writes the dashboard out as it is', async () => {
  const { code, stdout } = await run(['dashboard']);
  expect(code).toBe(0);
  const file = new URL('../../monitoring/grafana/dashboard.json', import.meta.url);
  expect(stdout).toBe(readFileSync(file, 'utf8'));
});

test.each([
  ['--stale-after', 'soon'],
  ['--stale-after', '-1h'],
  ['--for', ''],
])('refuses rules with %s %j', async (flag, value) => {
  const { code, stdout, stderr } = await run(['rules', `${flag}=${value}`]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(flag);
});
