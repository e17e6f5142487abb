/**
 * What tasks may print: secrets in many forms, lines without end, bytes that are no text. A real server, real processes.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { bytes, integer } from '../../src/store/columns.js';
import { openReader } from '../../src/store/driver.js';
import { unpacked } from '../../src/store/log-segments.js';
import { openTestServer, type TestServer } from '../http/test-server.js';

const COUNT = 40;
const SECRETS = Array.from({ length: COUNT }, (_, n) => `canary-${n}-Zx9/"q+${n * 7919}=é`);

let it: TestServer;
let folder: string;
let copy: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-lines-'));
  copy = join(folder, 'copy.ndjson');
  const environment = Object.fromEntries(SECRETS.map((one, n) => [`SERVICE_${n}_TOKEN`, one]));
  it = await openTestServer({ environment, logCopies: [`file:${copy}`] });
});
afterAll(async () => {
  await it.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a program of Node as a task; answers its lines, oldest first. */
async function printed(
  name: string,
  program: string,
): Promise<{ message: string; level: string }[]> {
  const { engine } = it.server;
  const file = join(folder, `${name}.cjs`);
  writeFileSync(file, program);
  const command = [process.execPath, file];
  const Print = { Type: 'Task', Resource: 'millrace:shell', Parameters: { command }, End: true };
  await engine.pipelines.deploy({
    ...{ name, team: 'default', tags: { County: 'Monroe' }, bindings: {}, folder },
    definition: { StartAt: 'Print', States: { Print } } as never,
  });
  const { status, id, cause } = await engine.executions.run(EVERYTHING, { pipeline: name });
  expect({ status, cause }).toEqual({ status: 'SUCCEEDED' });
  const { items } = await engine.logs.search(EVERYTHING, { q: `execution:${id}`, limit: 1_000 });
  return items.toReversed();
}

test('40 secrets in five forms are in no answer, no copy, and no packed segment', async () => {
  const program = `
    for (const secret of ${JSON.stringify(SECRETS)}) {
      console.log('plain ' + secret);
      console.log('coded ' + encodeURIComponent(secret));
      console.log('base64 ' + Buffer.from(secret).toString('base64'));
      console.log(JSON.stringify({ message: 'json ' + secret, value: secret, deep: [{ secret }] }));
      console.error('error: ' + JSON.stringify(secret));
    }`;
  const lines = await printed('secrets', program);
  expect(lines).toHaveLength(COUNT * 5);
  const forms = SECRETS.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    JSON.stringify(secret).slice(1, -1),
  ]);
  const foundIn = (text: string): string[] => forms.filter((form) => text.includes(form));
  expect(foundIn(JSON.stringify(lines))).toEqual([]);
  await it.server.engine.logs.search(EVERYTHING, { q: 'canary' });

  const database = join(it.data, 'millrace.db');
  const reader = openReader(database);
  let packedLines = 0;
  for (const row of reader.prepare('SELECT number, count, body FROM logs').all()) {
    const body = bytes(row, 'body');
    expect(body).toBeDefined();
    if (body === undefined) continue;
    const text = unpacked(body, integer(row, 'number'));
    expect(text).not.toContain('canary-');
    expect(foundIn(text)).toEqual([]);
    packedLines += integer(row, 'count');
  }
  reader.close();
  expect(packedLines).toBeGreaterThanOrEqual(COUNT * 5);
  for (const file of [database, `${database}-wal`, copy]) {
    expect(readFileSync(file, 'latin1')).not.toContain('canary-');
  }
  expect(readFileSync(copy, 'utf8').trim().split('\n').length).toBeGreaterThanOrEqual(COUNT * 5);
  // What is a secret is not found by asking for it either.
  const asked = await it.server.engine.logs.search(EVERYTHING, { q: '"canary-7"' });
  expect(asked.items).toEqual([]);
});

test('a line of 10 MB is cut, and the lines around it are whole', async () => {
  const lines = await printed(
    'long',
    `process.stdout.write('before\\n' + 'x'.repeat(10_000_000) + '\\nafter\\n')`,
  );
  expect(lines[0]?.message).toBe('before');
  expect(lines.at(-1)?.message).toBe('after');
  for (const { message } of lines) expect(message.length).toBeLessThan(20_000);
});

test('bytes, NUL, halves of letters, colours and half-written JSON are kept as harmless text', async () => {
  const program = `
    const write = (value) => process.stdout.write(value);
    write(Buffer.from([0xff, 0xfe, 0x00, 0x80, 0x41, 0x0a]));
    write('nul \\u0000 end\\n');
    write('\\u001b[31mred\\u001b[0m \\u001b]8;;https://evil.example\\u0007link\\n');
    write('{"level":"error","message":"half\\n');
    write('{"level":"error","message":"whole \\\\ud800 half of a letter","n":1}\\n');
    write('{"__proto__":{"level":"x"},"message":"proto","constructor":1}\\n');
    write('[1,2]\\n"text"\\n' + '{"message":' + '['.repeat(5000) + '\\n{}\\n');`;
  const lines = await printed('odd', program);
  expect(lines).toHaveLength(10);
  const all = lines.map(({ message }) => message).join('');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none of these may be there.
  expect(all).not.toMatch(/[\u0000-\u001f\ud800-\udfff]/u);
  expect(lines.find(({ message }) => message.includes('half of a letter'))?.level).toBe('error');
  const search = (q: string) => it.server.engine.logs.search(EVERYTHING, { q });
  expect((await search('"\\\\u001b[31mred"')).items).toHaveLength(1);
  expect((await search('pipeline:odd field.n:1')).items).toHaveLength(1);
  expect((await search('pipeline:odd field.constructor:1')).items).toHaveLength(1);
});

test('a client hears only the lines that its search finds, as they come', async () => {
  const path = `/api/v1/events?types=log&q=${encodeURIComponent('level:error tag.county:monroe wanted')}`;
  let printing: Promise<unknown> | undefined;
  const heard = it.listen(path, (events) => events.some(({ event }) => event === 'log'), {
    onOpen: () => {
      printing = printed(
        'live',
        `console.log('noise'); console.error('{"level":"error","message":"wanted"}'); console.log('wanted, not bad')`,
      );
    },
  });
  const told = (await heard).filter(({ event }) => event === 'log');
  const lines = told.flatMap(({ data }) => data.lines as { message: string }[]);
  expect(lines.map(({ message }) => message)).toEqual(['wanted']);
  await printing;
  const refused = await it.request('GET', '/api/v1/events?q=levle:x');
  expect(refused.status).toBe(400);
  expect(refused.text).toContain('column 1');
});
