/**
 * Files of teams in the watched folder, and the commands of channels: on a real server with a real receiver.
 */
import { createHmac } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server as HttpServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { type Server, startServer } from '../../src/server.js';
import { type Ended, millrace } from '../cli/millrace.js';

const SECRET = 'canary-of-the-webhook-0123';

let project: string;
let server: Server;
let receiver: HttpServer;
let status = 200;
const received: { headers: IncomingHttpHeaders; body: string }[] = [];
const folder = (): string => join(project, 'pipelines');
const file = (): string => join(folder(), 'team.yaml');
const run = (...words: string[]): Promise<Ended> => millrace(words, { cwd: project });

beforeAll(async () => {
  receiver = createServer((request, response) => {
    void text(request).then((body) => {
      received.push({ headers: request.headers, body });
      response.writeHead(status).end(status === 200 ? 'ok' : `no, not with ${SECRET}`);
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  project = mkdtempSync(join(tmpdir(), 'millrace-channels-'));
  mkdirSync(folder());
  write('channels: [hook]');
  server = await startServer({
    ...{ data: join(project, '.millrace'), folder: folder(), port: 0 },
    channelAddresses: ['127.0.0.1'],
  });
  await server.engine.secrets.set(ofTeam('default'), 'HOOK', SECRET, 'somebody');
});
afterAll(async () => {
  await server.close();
  receiver.closeAllConnections();
  receiver.close();
  rmSync(project, { recursive: true, force: true });
});

function write(route: string): void {
  const { port } = receiver.address() as AddressInfo;
  const words = `team: default
channels:
  hook: { type: webhook, url: "http://127.0.0.1:${port}/in", secret: { secret: HOOK } }
  later: { type: webhook, url: "https://hook.example/", token: { secret: LATER } }
notify:
  - { ${route} }
`;
  writeFileSync(file(), words);
}

async function reload(): Promise<string[]> {
  await server.folder?.reload();
  return (server.folder?.problems() ?? []).map(
    ({ file: name, line, message }) => `${name}:${line} ${message}`,
  );
}

const names = async (): Promise<string[]> =>
  (await server.engine.notifications.channels(EVERYTHING)).map(({ name }) => name);

test('a file declares channels, with mistakes it goes on with those of before, and without it they are gone', async () => {
  expect(await names()).toEqual(['outbox', 'hook', 'later']);
  write('chanels: [hook]');
  expect(await reload()).toEqual([
    'team.yaml:6 the field "channels" is missing',
    'team.yaml:6 unknown field "chanels"; did you mean "channels"?',
  ]);
  expect((await run('validate', 'pipelines')).stderr).toContain('pipelines/team.yaml:6:');
  expect(await names()).toEqual(['outbox', 'hook', 'later']);
  writeFileSync(join(folder(), 'z.yaml'), 'team: default\nnotify: []\n');
  write('channels: [hook]');
  expect(await reload()).toEqual([
    'z.yaml:1 "notify" of team default is said in team.yaml already, so this does not count',
  ]);
  rmSync(join(folder(), 'z.yaml'));
  expect(await reload()).toEqual([]);
});

test('commands list channels, send a test, and show what came of it: the message is signed', async () => {
  const list = await run('channel', 'list');
  expect(list.stdout).toMatch(/hook +default +webhook +unused +team.yaml/);
  expect(list.stdout).toMatch(/later +default +webhook +secret LATER is not set/);
  const sent = await run('channel', 'test', 'hook');
  expect(sent).toMatchObject({ code: 0 });
  expect(sent.stdout).toMatch(/hook +DELIVERED +Test of channel hook +it answered 200/);
  const [{ headers, body }] = received as [(typeof received)[number]];
  const signed = `${headers['millrace-timestamp']}.${headers['millrace-id']}.${body}`;
  const wanted = createHmac('sha256', SECRET).update(signed).digest('hex');
  expect(headers['millrace-signature']).toBe(`v1=${wanted}`);
  const one = await run('channel', 'deliveries', '1');
  expect(one.stdout).toContain('This is a test: nothing has happened');
  expect(await run('channel', 'test', 'none')).toMatchObject({ code: 5 });
});

test('what is refused is told, may be tried again, and no answer holds a secret', async () => {
  status = 403;
  const refused = await run('channel', 'test', 'hook');
  expect(refused.code).toBe(10);
  expect(refused.stdout).toMatch(
    /DEAD +Test of channel hook +1 tries: it answered 403: no, not with/,
  );
  status = 200;
  expect((await run('channel', 'list')).stdout).toMatch(/hook .*failing since/);
  expect(await run('channel', 'retry', '2')).toMatchObject({ code: 0 });
  const json = await run('channel', 'deliveries', '--json');
  const all = [refused.stdout, json.stdout, (await run('channel', 'list', '--json')).stdout];
  expect(all.join('\n')).not.toContain(SECRET);
  expect(JSON.parse(json.stdout)).toMatchObject({ items: [{ number: 2 }, { number: 1 }] });
});

test('without the file there is the outbox', async () => {
  rmSync(file());
  expect(await reload()).toEqual([]);
  expect(await names()).toEqual(['outbox']);
  expect((await run('channel', 'test', 'outbox')).stdout).toContain('kept in the outbox');
});
