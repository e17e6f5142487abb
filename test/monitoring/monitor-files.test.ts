/**
 * Files of monitors in the watched folder, and the commands that show monitors and alerts: on a real server.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { type Server, startServer } from '../../src/server.js';
import { type Ended, millrace } from '../cli/millrace.js';

let project: string;
let server: Server;
const folder = (): string => join(project, 'pipelines');

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'millrace-monitors-'));
  mkdirSync(folder());
  write('twice: 2');
  server = await startServer({ data: join(project, '.millrace'), folder: folder(), port: 0 });
});
afterAll(async () => {
  await server.close();
  rmSync(project, { recursive: true, force: true });
});

function write(more: string): void {
  const text = `team: default
monitors:
  - name: permits
    scope: { include: [county] }
    groupBy: county
    newSource: 0
    ${more.replace('twice', 'critical')}
`;
  writeFileSync(join(folder(), 'watch.yaml'), text);
}

async function reload(): Promise<string[]> {
  await server.folder?.reload();
  return (server.folder?.problems() ?? []).map(
    ({ file, line, message }) => `${file}:${line} ${message}`,
  );
}

const run = (...words: string[]): Promise<Ended> => millrace(words, { cwd: project });

test('a file declares its monitors, one with mistakes goes on with those of before, and one that is gone takes them away', async () => {
  const names = (): string[] => server.engine.monitors.list(EVERYTHING).map(({ name }) => name);
  expect(names()).toEqual(['permits']);
  expect(
    await run('check', 'report', 'a', '--status', 'CRITICAL', '--tag', 'county=alpine'),
  ).toMatchObject({ code: 0 });
  write('critcal: 3');
  expect(await reload()).toEqual([
    'watch.yaml:7 unknown field "critcal"; did you mean "critical"?',
  ]);
  expect(names()).toEqual(['permits']);
  write('critical: 1');
  expect(await reload()).toEqual([]);
  await run('check', 'report', 'a', '--status', 'CRITICAL', '--tag', 'county=alpine');
  expect(server.engine.monitors.list(EVERYTHING)).toMatchObject([{ file: 'watch.yaml', open: 1 }]);
});

test('a second file, or a client, cannot take a name that a file has', async () => {
  writeFileSync(join(folder(), 'z.yaml'), 'monitors: [{ name: permits }, { name: other }]\n');
  expect(await reload()).toEqual([
    `z.yaml:1 monitor "permits": Monitor 'permits' is declared in watch.yaml.`,
  ]);
  rmSync(join(folder(), 'z.yaml'));
  expect(await reload()).toEqual([]);
  const put = server.engine.monitors.put({ teams: ['default'] }, 'permits', {});
  await expect(put).rejects.toThrow('declared in watch.yaml');
});

test('commands list monitors and alerts, and tell what a file of monitors would have done', async () => {
  const list = await run('monitor');
  expect(list.stdout).toMatch(/permits +default +checks with county, by county +1 +1 +watch.yaml/);
  const alerts = await run('alerts');
  expect(alerts.stdout).toMatch(/1 +✖ CRITICAL +county: alpine +permits/);
  expect((await run('alerts', '1')).stdout).toMatch(/TRIGGERED ✖ CRITICAL/);
  const json = JSON.parse((await run('alerts', '--json')).stdout) as { items: object[] };
  expect(json.items).toMatchObject([{ monitor: 'permits', status: 'OPEN' }]);
  const told = await run('monitor', 'backtest', 'pipelines/watch.yaml', '--days', '7');
  expect(told.stdout).toContain('In the last 7 days it would have fired once: 1 is still open.');
  const named = await run('monitor', 'backtest', 'permits', '--json');
  expect(JSON.parse(named.stdout)).toMatchObject({ items: [{ name: 'permits', fired: 1 }] });
  expect(await run('monitor', 'backtest', 'none')).toMatchObject({ code: 5 });
  write('critcal: 3');
  const wrong = await run('monitor', 'backtest', 'pipelines/watch.yaml');
  expect(wrong.stderr).toContain('did you mean "critical"');
  expect((await run('validate', 'pipelines')).stderr).toContain('pipelines/watch.yaml:7:5');
  write('critical: 1');
});

test('monitors of a file that is gone are over, and so are their alerts', async () => {
  rmSync(join(folder(), 'watch.yaml'));
  expect(await reload()).toEqual([]);
  expect(server.engine.monitors.list(EVERYTHING)).toEqual([]);
  expect((await run('alerts', '--all')).stdout).toContain('ended after');
});
