/**
 * Bad pipeline files beside a good one: each is refused with its code and place, and disturbs nobody.
 * @module
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestServer, type TestServer } from '../http/test-server.js';

interface Reported {
  severity: string;
  code: string;
  file: string;
  line: number;
  message: string;
  fix?: string;
}

const machine = (states: object, startAt = 'A'): string =>
  JSON.stringify({ StartAt: startAt, States: states });
const pass = { Type: 'Pass', End: true };
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const steps = (...lines: string[]): string => ['pipeline: NAME', 'steps:', ...lines, ''].join('\n');
const echoOf = (value: string): string => steps(`  - one: { echo: ${value} }`);
const bomb = [
  'pipeline: NAME',
  'steps:',
  '  - one:',
  '      echo:',
  '        a: &a [x, x, x, x, x, x, x, x, x, x]',
  ...'bcdefghi'.split('').map((name, i) => {
    const before = 'abcdefgh'[i];
    return `        ${name}: &${name} [${Array(10).fill(`*${before}`).join(', ')}]`;
  }),
  '',
].join('\n');

/** File → text, expected code and line. `definition` is what the file `NAME.asl.json` beside it holds. */
const CASES: {
  [name: string]: { text?: string; definition?: string; code: string; line: number };
} = {
  'malformed-yaml': { text: 'pipeline: NAME\nsteps: [ { one\n', code: 'MILL1002', line: 3 },
  'tab-indented': { text: 'pipeline: NAME\nsteps:\n\t- one: {}\n', code: 'MILL1002', line: 3 },
  'control-bytes': { text: 'pipeline: NAME\n\u0000\u0001\u0002: [\n', code: 'MILL1002', line: 3 },
  'yaml-bomb': { text: bomb, code: 'MILL1003', line: 5 },
  'too-deep': { text: echoOf(nested(513)), code: 'MILL1003', line: 1 },
  'far-too-deep': { text: echoOf(nested(200_000)), code: 'MILL1003', line: 1 },
  'too-large': { text: `${echoOf('1')}# ${'x'.repeat(1_048_576)}`, code: 'MILL1003', line: 1 },
  'many-megabytes': { text: `${echoOf('1')}# ${'é'.repeat(5_000_000)}`, code: 'MILL1003', line: 1 },
  'forbidden-key': { text: echoOf('{ __proto__: { isAdmin: true } }'), code: 'MILL1004', line: 3 },
  'merge-forbidden': {
    text: 'pipeline: NAME\n__proto__: { isAdmin: true }\nsteps: [{ one: { echo: 1 } }]\n',
    code: 'MILL1004',
    line: 2,
  },
  'same-key-twice': { text: `${echoOf('1')}pipeline: NAME\n`, code: 'MILL1005', line: 4 },
  'unknown-field': { text: `${echoOf('1')}stepz: []\n`, code: 'MILL1101', line: 4 },
  'no-work': { text: 'pipeline: NAME\n', code: 'MILL1102', line: 1 },
  'file-outside': { text: steps('  - one: { sql: ../../secret.sql }'), code: 'MILL1001', line: 3 },
  'missing-file': { text: steps('  - one: { sql: nothing.sql }'), code: 'MILL1001', line: 3 },
  'wrong-argument': {
    text: steps('  - one: { shell: { command: [node], timeout: 5 } }'),
    code: 'MILL1103',
    line: 3,
  },
  'missing-template': { text: 'pipeline: NAME\ntemplate: none@1\n', code: 'MILL1401', line: 2 },
  'malformed-json': { definition: '{"StartAt":"A",\n"States":{', code: 'MILL1002', line: 2 },
  'json-forbidden-key': {
    definition: `{"StartAt":"A","States":{"A":${JSON.stringify(pass)},\n"__proto__":{"Type":"Pass"}}}`,
    code: 'MILL1004',
    line: 2,
  },
  'unknown-next': {
    definition: machine({ A: { Type: 'Pass', Next: 'B' } }),
    code: 'MILL1202',
    line: 1,
  },
  'unknown-start': { definition: machine({ A: pass }, 'B'), code: 'MILL1202', line: 1 },
  'start-at-proto': { definition: machine({ A: pass }, 'constructor'), code: 'MILL1202', line: 1 },
  unreachable: { definition: machine({ A: pass, Island: pass }), code: 'MILL1202', line: 1 },
  'unknown-type': {
    definition: machine({ A: { Type: 'Psas', End: true } }),
    code: 'MILL1201',
    line: 1,
  },
  'script-in-path': {
    definition: machine({
      A: {
        Type: 'Pass',
        InputPath: "$[?(@.constructor.constructor('return process')())]",
        End: true,
      },
    }),
    code: 'MILL1201',
    line: 1,
  },
  'broken-expression': {
    definition: machine({
      A: { Type: 'Pass', QueryLanguage: 'JSONata', Output: '{% $sum( %}', End: true },
    }),
    code: 'MILL1201',
    line: 1,
  },
};

let it: TestServer;
let folder: string;
let problems: Reported[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-files-'));
  writeFileSync(join(folder, 'a-good.yaml'), echoOf('1').replace('NAME', 'a-good'));
  for (const [name, { text, definition }] of Object.entries(CASES)) {
    const file = join(folder, `${name}.yaml`);
    if (text !== undefined)
      writeFileSync(file, text.replace('pipeline: NAME', `pipeline: ${name}`));
    if (definition === undefined) continue;
    writeFileSync(file, `pipeline: ${name}\ndefinition: ${name}.asl.json\n`);
    writeFileSync(join(folder, `${name}.asl.json`), definition);
  }
  mkdirSync(join(folder, 'directory.yaml'));
  writeFileSync(join(folder, 'z-good.yaml'), echoOf('26').replace('NAME', 'z-good'));
  it = await openTestServer({ folder });
  problems = await reported();
});

afterAll(async () => {
  await it.close();
  rmSync(folder, { recursive: true, force: true });
});

async function reported(): Promise<Reported[]> {
  const answer = await it.request('POST', '/api/v1/reload');
  expect(answer.status).toBe(200);
  return answer.json<{ items: Reported[] }>().items;
}

describe('a file with', () => {
  test.each(Object.entries(CASES))(
    '%s is refused at its place',
    async (name, { code, line, definition }) => {
      const file = definition === undefined ? `${name}.yaml` : `${name}.asl.json`;
      const own = problems.filter((problem) => problem.file.startsWith(`${name}.`));
      const errors = own.filter(({ severity }) => severity === 'error');
      expect(errors.map((problem) => `${problem.file}:${problem.line} ${problem.code}`)).toContain(
        `${file}:${line} ${code}`,
      );
      const started = await it.request('POST', '/api/v1/executions', { body: { pipeline: name } });
      expect(started.json()).toMatchObject({ status: 404, code: 'MILL3001' });
    },
  );
});

test('reports no problem twice and none of the good files', () => {
  const texts = problems.map((problem) => JSON.stringify(problem));
  expect(new Set(texts).size).toBe(texts.length);
  expect(problems.filter(({ file }) => file.includes('good'))).toEqual([]);
});

test('runs the good files before and after them in the alphabet', async () => {
  for (const [pipeline, output] of [
    ['a-good', 1],
    ['z-good', 26],
  ]) {
    const answer = await it.request('POST', '/api/v1/executions?wait=20', { body: { pipeline } });
    expect(answer.json()).toMatchObject({ status: 'SUCCEEDED', output: { one: output } });
  }
});

test('leaves the prototype of all objects as it was', () => {
  expect(({} as { isAdmin?: unknown }).isAdmin).toBeUndefined();
  expect(({} as { Type?: unknown }).Type).toBeUndefined();
});

test('deploys a file as soon as it is corrected, and keeps it when it is broken again', async () => {
  const file = join(folder, 'malformed-yaml.yaml');
  const start = (): ReturnType<TestServer['request']> =>
    it.request('POST', '/api/v1/executions?wait=20', { body: { pipeline: 'malformed-yaml' } });
  writeFileSync(file, echoOf('2').replace('NAME', 'malformed-yaml'));
  expect((await reported()).filter((problem) => problem.file === 'malformed-yaml.yaml')).toEqual(
    [],
  );
  expect((await start()).json()).toMatchObject({ status: 'SUCCEEDED', version: 1 });
  writeFileSync(file, 'pipeline: malformed-yaml\nsteps: [ { one\n');
  expect((await reported()).some((problem) => problem.file === 'malformed-yaml.yaml')).toBe(true);
  expect((await start()).json()).toMatchObject({ status: 'SUCCEEDED', version: 1 });
});

test('goes on when the folder itself disappears, and says so', async () => {
  const other = mkdtempSync(join(tmpdir(), 'millrace-gone-'));
  writeFileSync(join(other, 'good.yaml'), echoOf('1').replace('NAME', 'good'));
  let heard: (() => void) | undefined;
  const told = new Promise<void>((resolve) => {
    heard = resolve;
  });
  const server = await openTestServer({
    folder: other,
    onFolderChange: ({ problems: found }) => {
      if (found.some(({ message }) => message.includes('cannot be read'))) heard?.();
    },
  });
  rmSync(other, { recursive: true });
  await told;
  const answer = await server.request('POST', '/api/v1/executions?wait=20', {
    body: { pipeline: 'good' },
  });
  expect(answer.json()).toMatchObject({ status: 'SUCCEEDED' });
  await server.close();
});
