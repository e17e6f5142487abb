/**
 * A template over a fleet as a user has it: `millrace fleet` on a folder that a real server watches.
 */
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer } from '../../src/server.js';
import { until } from '../support/until.js';
import { millrace } from './millrace.js';

let project: string;
let server: Awaited<ReturnType<typeof startServer>>;

const template = (version: number, from: string): string => `template: etl
version: ${version}
parameters: { county: { type: string } }
tags: { kind: parcel }
steps:
  - load: { echo: { county: "\${with.county}", from: ${from} } }
`;
const pipeline = (name: string, more = ''): string =>
  `# ${name}, on etl@1\npipeline: load-${name}\ntemplate: "etl@1"   # shared\nwith: { county: ${name} }\n${more}`;
const path = (name: string): string => join(project, 'pipelines', name);
const textOf = (name: string): string => readFileSync(path(name), 'utf8');

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'millrace-fleet-'));
  mkdirSync(path('templates'), { recursive: true });
  writeFileSync(path('templates/etl@1.yaml'), template(1, 'one'));
  writeFileSync(path('templates/etl@2.yaml'), template(2, 'two'));
  writeFileSync(path('templates/etl@3.yaml'), template(3, '{'));
  for (const name of ['a', 'b', 'c', 'd', 'e']) writeFileSync(path(`${name}.yaml`), pipeline(name));
  writeFileSync(path('b.yaml'), pipeline('b', 'tags: { kind: road }\n'));
  writeFileSync(path('alone.yaml'), 'pipeline: alone\nsteps: [{ a: { echo: etl@1 } }]\n');
  chmodSync(path('c.yaml'), 0o640);
  writeFileSync(join(project, 'outside.yaml'), pipeline('outside'));
  symlinkSync(join(project, 'outside.yaml'), path('outside.yaml'));
  symlinkSync('a.yaml', path('link.yaml'));
  server = await startServer({
    ...{ folder: join(project, 'pipelines'), data: join(project, 'data'), port: 0 },
  });
}, 180_000);
afterAll(async () => {
  await server?.close();
  rmSync(project, { recursive: true, force: true });
});

async function fleet(...args: string[]) {
  const flags = ['--json', ...(args[0] === 'show' ? [] : ['--data', join(project, 'data')])];
  const { code, stdout } = await millrace(['fleet', ...args, ...flags], { cwd: project });
  return { code, json: JSON.parse(stdout) };
}
const call = (...args: string[]) =>
  millrace([...args, '--data', join(project, 'data')], { cwd: project });

test('a fleet tries a template on canaries, gets it when they have won, and tells drift', async () => {
  const shown = await fleet('show');
  expect(
    shown.json.templates.map((one: { template: string; newest?: string; pipelines: [] }) => [
      ...[one.template, one.newest, one.pipelines.length],
    ]),
  ).toEqual([
    ['etl@1', 'etl@3', 6],
    ['etl@2', 'etl@3', 0],
    ['etl@3', undefined, 0],
  ]);

  // What cannot be tried is told, and nothing begins.
  const broken = await fleet('canary', 'etl@1', 'etl@3', '--pipelines', '2');
  expect(broken.json.started).toEqual([]);
  expect(broken.json.refused.map((one: { pipeline: string }) => one.pipeline)).toEqual([
    ...['load-b', 'load-d'],
  ]);
  expect(broken.code).toBe(3);
  rmSync(path('templates/etl@3.yaml'));
  expect((await fleet('canary', 'etl@1', 'etl@1')).json.error.code).toBe('MILL5764');
  expect((await fleet('canary', 'etl@7', 'etl@1')).json.error.code).toBe('MILL5765');
  expect((await fleet('promote', 'etl@1', 'etl@2')).json.error.code).toBe('MILL5767');

  const begun = await fleet('canary', 'etl@1', 'etl@2', '--pipelines', '2', '--executions', '1');
  expect([begun.code, begun.json.of]).toEqual([0, 5]);
  expect(begun.json.started.map((one: { pipeline: string }) => one.pipeline)).toEqual([
    ...['load-b', 'load-d'],
  ]);
  // Doing it again goes on: load-d tries it already, load-a begins to.
  const partly = await fleet(
    ...['canary', 'etl@1', 'etl@2', '--pipeline', 'load-a', '--pipeline', 'load-d'],
    ...['--executions', '1'],
  );
  expect([partly.code, partly.json.refused]).toEqual([0, []]);
  expect(partly.json.started.map((one: { pipeline: string }) => one.pipeline)).toEqual(['load-a']);
  expect(partly.json.underWay.map((one: { pipeline: string }) => one.pipeline)).toEqual(['load-d']);

  const early = await fleet('promote', 'etl@1', 'etl@2');
  expect([early.code, early.json.error.errors.length]).toEqual([6, 3]);
  expect(textOf('a.yaml')).toBe(pipeline('a'));

  for (const name of ['load-a', 'load-b', 'load-d']) {
    expect((await call('run', name, '--wait')).code).toBe(0);
  }
  const list = () => call('challenger', 'list');
  const { stdout } = await until(list, (one) => one.stdout.match(/✔ won/g)?.length === 3);
  expect(stdout.match(/✔ won/g)).toHaveLength(3);

  // Another text of the template than was tried has not won.
  writeFileSync(path('templates/etl@2.yaml'), template(2, 'other'));
  const changed = await fleet('promote', 'etl@1', 'etl@2');
  expect(changed.json.error.errors[0].message).toContain(
    'have changed since it was tried: definition',
  );
  writeFileSync(path('templates/etl@2.yaml'), template(2, 'two'));

  const dry = await fleet('promote', 'etl@1', 'etl@2', '--dry-run');
  expect([dry.code, dry.json.changed.length, textOf('a.yaml')]).toEqual([0, 5, pipeline('a')]);
  const before = await fleet('drift', '--exit-code');
  expect(before.code).toBe(10);
  expect(before.json.drift).toContainEqual({
    ...{ pipeline: 'load-b', team: 'default', file: 'pipelines/b.yaml' },
    ...{ kind: 'overrides its template', what: 'tags.kind' },
  });

  const promoted = await fleet('promote', 'etl@1', 'etl@2');
  expect([promoted.code, promoted.json.refused]).toEqual([0, []]);
  for (const name of ['a', 'c', 'd', 'e']) {
    expect(textOf(`${name}.yaml`)).toBe(pipeline(name).replace('"etl@1"', '"etl@2"'));
  }
  expect(statSync(path('c.yaml')).mode & 0o777).toBe(0o640);
  expect(readFileSync(join(project, 'outside.yaml'), 'utf8')).toBe(pipeline('outside'));
  expect(
    readdirSync(path('.'), { withFileTypes: true }).filter((one) => one.isSymbolicLink()),
  ).toHaveLength(2);
  expect(readdirSync(path('.')).filter((name) => name.endsWith('~'))).toEqual([]);

  const now = await until(
    () => fleet('drift'),
    ({ json }) => json.drift.length === 1,
  );
  expect(now.json.drift).toMatchObject([{ pipeline: 'load-b', kind: 'overrides its template' }]);

  // Again: nothing is left to do, and the canaries still stand.
  const again = await fleet('promote', 'etl@1', 'etl@2');
  expect([again.code, again.json.changed]).toEqual([0, []]);
}, 300_000);
