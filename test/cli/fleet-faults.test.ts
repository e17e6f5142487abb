/**
 * A fleet of 700 files when something goes wrong: a server that is gone in the middle, canaries that are undecided or have lost, a
 * process that is killed while it writes, a file that cannot be written. Doing it again goes on, and no file is ever half-written.
 */
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Drift } from '../../src/cli/fleet-drift.js';
import type { TemplateStatus } from '../../src/cli/fleet-status.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { startServer } from '../../src/server.js';
import { until } from '../support/until.js';
import { millrace, startMillrace } from './millrace.js';

const FILES = 700;
/** Those that the server has, and that try the template. */
const TRIED = ['load-116', 'load-349', 'load-583'];

let project: string;
let server: Awaited<ReturnType<typeof startServer>>;

const template = (version: number, n: number): string => `template: etl
version: ${version}
parameters: { county: { type: string } }
steps:
  - load: { echo: { county: "\${with.county}", n: ${n} } }
`;
const nameOf = (index: number): string => `load-${String(index).padStart(3, '0')}`;
const pipeline = (name: string): string =>
  `# all of ${name}\npipeline: ${name}\ntemplate: etl@1\nwith: { county: ${name} }\n`;
const fleetFile = (name: string): string => join(project, 'pipelines', `${name}.yaml`);
const served = (name: string): string => join(project, 'served', `${name}.yaml`);
const textOf = (name: string): string => readFileSync(fleetFile(name), 'utf8');
const names = Array.from({ length: FILES }, (_, index) => nameOf(index));
const promoted = (): string[] => names.filter((name) => textOf(name) !== pipeline(name));

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'millrace-fleet-faults-'));
  for (const folder of ['pipelines', 'served']) {
    mkdirSync(join(project, folder, 'templates'), { recursive: true });
    for (const version of [1, 2, 3]) {
      const file = join(project, folder, 'templates', `etl@${version}.yaml`);
      writeFileSync(file, template(version, version % 3));
    }
  }
  for (const name of names) writeFileSync(fleetFile(name), pipeline(name));
  for (const name of TRIED) writeFileSync(served(name), pipeline(name));
  server = await startServer({
    ...{ folder: join(project, 'served'), data: join(project, 'data'), port: 0 },
  });
}, 180_000);
afterAll(async () => {
  await server?.close();
  rmSync(project, { recursive: true, force: true });
});

const data = (): string[] => ['--data', join(project, 'data')];

async function fleet(args: readonly string[], env: { [name: string]: string } = {}) {
  const { code, stdout, stderr } = await millrace(['fleet', ...args, '--json', ...data()], {
    ...{ cwd: project, env },
  });
  return { code, json: JSON.parse(stdout === '' ? '{}' : stdout), stderr };
}

const canary = (to: string, ...more: string[]): string[] => [
  ...['canary', 'etl@1', to, '--pipelines', '3', '--executions', '1', ...more],
];
const namesOf = (some: { pipeline: string }[]): string[] => some.map((one) => one.pipeline);

/** Passes requests on; the second challenge is started and nobody hears of it, and from then on nobody answers. */
async function openDyingServer() {
  let started = 0;
  const proxy = createServer((incoming, outgoing) => {
    const isStart = incoming.method === 'POST';
    if (started === 2) {
      incoming.socket.destroy();
      return;
    }
    const { url = '/', method = 'GET', headers } = incoming;
    const passed = request(new URL(url, server.url), { method, headers }, (answer) => {
      if (isStart) started += 1;
      if (started === 2) {
        answer.resume().on('end', () => incoming.socket.destroy());
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(passed);
  });
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
  const { port } = proxy.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => proxy.close() };
}

test('canaries of a server that is gone in the middle are told, and doing it again starts the others', async () => {
  const dying = await openDyingServer();
  const first = await fleet(canary('etl@2'), { MILLRACE_URL: dying.url });
  dying.close();
  expect(first.code).toBe(11);
  expect(namesOf(first.json.started)).toEqual(TRIED.slice(0, 1));
  expect(namesOf(first.json.refused)).toEqual(TRIED.slice(1));
  expect(first.json.refused[0].reason).toContain('does not answer');

  const second = await fleet(canary('etl@2'));
  expect([second.code, second.json.refused]).toEqual([0, []]);
  expect(namesOf(second.json.underWay)).toEqual(TRIED.slice(0, 2));
  expect(namesOf(second.json.started)).toEqual(TRIED.slice(2));

  const third = await fleet(canary('etl@2'));
  expect([third.code, third.json.started, third.json.underWay.length]).toEqual([0, [], 3]);
  const { items } = await server.engine.challengers.list(EVERYTHING, {});
  expect(items.map(({ pipeline: name }) => name).sort()).toEqual(TRIED);

  // Nobody answers at all: nothing was done.
  const none = await fleet(canary('etl@2'), { MILLRACE_URL: dying.url });
  expect([none.code, none.json.started, none.json.refused.length]).toEqual([9, [], 3]);
  // Another change of a pipeline that is being tried is refused.
  const other = await fleet(canary('etl@3', '--pipeline', 'load-116').filter(isNoCount));
  expect([other.code, other.json.refused[0]?.reason]).toEqual([
    ...[6, expect.stringContaining('MILL3450')],
  ]);
}, 300_000);

const isNoCount = (word: string, at: number, all: readonly string[]): boolean =>
  word !== '--pipelines' && all[at - 1] !== '--pipelines';

test('the fleet is promoted although canaries are undecided only when that is said, and never when one has lost', async () => {
  const status = await fleet(['status']);
  expect(status.code).toBe(0);
  const of = (reference: string): TemplateStatus =>
    (status.json.templates as TemplateStatus[]).find(
      (one) => one.template === reference,
    ) as TemplateStatus;
  expect(of('etl@1')).toMatchObject({ newest: 'etl@3', pipelines: FILES, follow: 0 });
  expect(
    of('etl@2').canaries.map(({ state, verdict, reason }) => [state, verdict, reason]),
  ).toEqual(TRIED.map(() => ['running', 'undecided', '0 of 1 comparisons decided']));
  const promote = (...more: string[]) => fleet(['promote', 'etl@1', 'etl@2', '--dry-run', ...more]);
  const refused = await promote();
  expect([refused.code, refused.json.error.code]).toEqual([6, 'MILL5767']);
  const anyway = await promote('--even-if-undecided');
  expect([anyway.code, anyway.json.changed.length, promoted()]).toEqual([0, FILES, []]);

  for (const name of TRIED) await server.engine.executions.run(EVERYTHING, { pipeline: name });
  await until(
    async () => (await server.engine.challengers.list(EVERYTHING, {})).items,
    (items) => items.every(({ verdict }) => verdict === 'won'),
  );
  const again = await promote();
  expect(again.code, JSON.stringify(again.json)).toBe(0);

  // One that has lost stands against it, whatever is said.
  const rule = ['--rule', '$.n at least champion', '--pipeline', 'load-349'];
  const lost = await fleet(canary('etl@3', ...rule).filter(isNoCount));
  expect(lost.code).toBe(0);
  await server.engine.executions.run(EVERYTHING, { pipeline: 'load-349' });
  await until(
    async () => (await server.engine.challengers.list(EVERYTHING, {})).items[0],
    (newest) => newest?.verdict === 'lost',
  );
  const against = await fleet(['promote', 'etl@1', 'etl@3', '--even-if-undecided']);
  expect([against.code, against.json.error.errors[0].message]).toEqual([
    ...[6, 'lost: 1 of 1 comparisons lost'],
  ]);
  const text = await millrace(['fleet', 'status', ...data()], { cwd: project });
  expect(text.stdout).toMatch(/etl@2 +etl@3 +0 +0 +0 +3 won/);
  expect(text.stdout).toMatch(/etl@3 +0 +0 +0 +1 lost/);
  expect(text.stdout).toMatch(/load-349 +default +etl@3 +lost +1 of 1 comparisons lost/);
  // The other one is not newer than all: the fleet is told of it where it is asked for.
  for (const folder of ['pipelines', 'served']) {
    rmSync(join(project, folder, 'templates', 'etl@3.yaml'));
  }
}, 300_000);

test('a promotion that is killed leaves each file as it was or as it will be, and the next one goes on', async () => {
  const killed = startMillrace(['fleet', 'promote', 'etl@1', 'etl@2', ...data()], { cwd: project });
  await until(
    () => promoted().length,
    (count) => count > 20,
  );
  killed.process.kill('SIGKILL');
  await killed.ended;
  const before = promoted();
  expect(before.length).toBeGreaterThan(20);
  const after = (name: string): string => pipeline(name).replace('etl@1', 'etl@2');
  expect(before.filter((name) => textOf(name) !== after(name))).toEqual([]);

  // What cannot be written is told, and everything else is done.
  const beside = `${fleetFile('load-699')}.promoted~`;
  mkdirSync(join(beside, 'in the way'), { recursive: true });
  const partly = await fleet(['promote', 'etl@1', 'etl@2']);
  expect([partly.code, partly.json.changed.length]).toEqual([11, FILES - 1 - before.length]);
  expect(namesOf(partly.json.refused)).toEqual(['load-699']);
  expect(partly.json.refused[0].reason).toContain('load-699.yaml.promoted~');
  expect(textOf('load-699')).toBe(pipeline('load-699'));

  rmSync(beside, { recursive: true });
  const last = await fleet(['promote', 'etl@1', 'etl@2']);
  expect([last.code, namesOf(last.json.changed), last.json.refused]).toEqual([
    ...[0, ['load-699'], []],
  ]);
  expect(names.filter((name) => textOf(name) !== after(name))).toEqual([]);
  const left = readdirSync(join(project, 'pipelines')).filter((name) => name.endsWith('~'));
  expect(left).toEqual([]);
}, 300_000);

test('after a promotion what is not deployed yet is drift, until it is', async () => {
  const of = (drift: readonly Drift[]): Drift[] =>
    drift.filter(({ kind }) => kind !== 'not deployed');
  const { code, json } = await fleet(['drift', '--exit-code']);
  expect(code).toBe(10);
  expect(of(json.drift).map(({ pipeline: name, kind, what }) => [name, kind, what])).toEqual(
    TRIED.map((name) => [name, 'differs from what is deployed', 'version 1: definition']),
  );
  expect(json.drift.length).toBe(FILES);
  for (const name of TRIED) copyFileSync(fleetFile(name), served(name));
  const here = await until(
    () => fleet(['drift', 'served', '--exit-code']),
    ({ code: ended }) => ended === 0,
  );
  expect([here.code, here.json.drift]).toEqual([0, []]);
  const status = await fleet(['status', 'served']);
  expect(
    (status.json.templates as TemplateStatus[]).map(({ template: which, ...one }) => [
      ...[which, one.pipelines, one.follow, one.drift, one.canaries.length],
    ]),
  ).toEqual([
    ['etl@1', 0, 0, 0, 0],
    ['etl@2', 3, 3, 0, 3],
    ['etl@3', 0, 0, 0, 1],
  ]);
}, 300_000);
