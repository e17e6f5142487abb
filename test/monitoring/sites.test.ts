/** Sites that are expected to be reachable: real requests to a real server on loopback. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDestinations } from '../../src/connectors/http/destinations.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { openTimedEngine, type TimedEngine } from '../support/timed-engine.js';
import { until } from '../support/until.js';

let test: TimedEngine;
let server: Server;
let status = 200;
let url = '';
let answered = 0;

beforeEach(async () => {
  status = 200;
  answered = 0;
  server = createServer((_, response) => {
    answered += 1;
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterEach(async () => {
  await test.close();
  await new Promise((resolve) => server.close(resolve));
});

async function results(count: number): Promise<string[]> {
  const { items } = await until(
    () => test.engine.checks.list(EVERYTHING),
    (found) => found.items.length >= count,
  );
  return items.toReversed().map((one) => `${one.status} ${one.cause.replace(/\d+ ms/, 'N ms')}`);
}

it('are asked every five minutes, twice before they count as gone, and are back when they answer', async () => {
  const destinations = createDestinations({ allowPrivateAddresses: true });
  test = await openTimedEngine({ destinations });
  await test.deploy('a', { expect: [`site ${url} is reachable`] });
  await test.pass(1);
  expect(await results(1)).toEqual(['OK answered within N ms']);
  status = 503;
  await test.pass(300_000);
  // The first answer must have come before the time of the second try can.
  await until(
    () => answered,
    (count) => count === 2,
  );
  await test.settled();
  await test.pass(11_000);
  expect((await results(2))[1]).toBe('CRITICAL The endpoint answered 503.');
  const [one] = test.engine.expectations.list(EVERYTHING).items;
  expect(one).toMatchObject({ state: 'MISSING', reason: 'failed' });
  status = 200;
  await test.pass(300_000);
  await results(3);
  expect(test.engine.expectations.list(EVERYTHING).items[0]?.state).toBe('ARRIVED LATE');
});

it('are not dialled when the operator does not allow their address', async () => {
  test = await openTimedEngine({ destinations: createDestinations({}) });
  await test.deploy('a', { expect: [`site ${url} is reachable`] });
  await test.pass(1);
  expect((await results(1))[0]).toMatch(/^CRITICAL .*127\.0\.0\.1/);
});
