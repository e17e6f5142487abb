/**
 * What a server that stands by does with requests; with servers in processes of their own see test/cluster.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { openWaitingRoom, peerAddress, type WaitingRoom } from './waiting-room.js';

let rooms: WaitingRoom[] = [];
let active: Server | undefined;
afterEach(async () => {
  for (const room of rooms) await room.close();
  rooms = [];
  active?.closeAllConnections();
  await new Promise((resolve) =>
    active === undefined ? resolve(undefined) : active.close(resolve),
  );
  active = undefined;
});

async function open(): Promise<{ room: WaitingRoom; url: string }> {
  const room = await openWaitingRoom({ host: '127.0.0.1', port: 0 });
  rooms.push(room);
  return { room, url: `http://127.0.0.1:${room.port}` };
}

async function serve(answer: (request: IncomingMessage, body: string) => object): Promise<string> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      response.writeHead(201, { 'set-cookie': ['a=1', 'b=2'], 'content-type': 'application/json' });
      response.end(JSON.stringify(answer(request, body)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  active = server;
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a server that stands by', () => {
  it('hands a request on as it was, and the answer back', async () => {
    const { room, url } = await open();
    room.forwardTo(
      await serve(({ method, url: path, headers }, body) => ({
        ...{ method, path, body, host: headers.host, mine: headers['x-mine'] },
        from: headers['x-forwarded-for'],
      })),
    );
    const answer = await fetch(`${url}/a?b=%20c`, {
      method: 'PUT',
      body: 'Grüße',
      headers: { 'x-mine': 'yes', 'x-forwarded-for': '8.8.8.8' },
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await answer.json()).toEqual({
      ...{ method: 'PUT', path: '/a?b=%20c', body: 'Grüße', mine: 'yes' },
      // The name under which it was asked: a signature may hold it.
      host: url.replace('http://', ''),
      from: '127.0.0.1',
    });
  });

  it.each([
    ['nobody is active', undefined],
    ['the active one does not answer', 'http://127.0.0.1:1'],
  ])('says when to ask again while %s', async (_, to) => {
    const { room, url } = await open();
    room.forwardTo(to);
    const answer = await fetch(url, { method: 'POST', body: 'x'.repeat(100_000) });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(await answer.json()).toMatchObject({ code: 'MILL3500' });
  });

  it('hands nothing round in a circle', async () => {
    const [first, second] = [await open(), await open()];
    first.room.forwardTo(second.url);
    second.room.forwardTo(first.url);
    const answer = await fetch(first.url);
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('is not handed on');
  });
});

describe('the address that others are told', () => {
  it.each([
    ['127.0.0.1', 'http://127.0.0.1:7350'],
    ['::1', 'http://[::1]:7350'],
    ['0.0.0.0', `http://${hostname()}:7350`],
    ['::', `http://${hostname()}:7350`],
  ])('of one that listens at %s is %s', (host, address) => {
    expect(peerAddress(host, 7350, undefined)).toBe(address);
  });
});
