/**
 * Asks the routes by which a server is operated.
 * @module
 */
import { expect } from 'vitest';
import { PATHS } from '../../src/api/paths.js';
import type { JsonObject } from '../../src/asl/json.js';
import type { RequestOptions } from './test-server.js';

type Ask = <Body = JsonObject>(
  method: string,
  path: string,
  status: number,
  options?: RequestOptions,
) => Promise<Body>;

/** @param token of somebody who may not drain */
export async function askDrain(ask: Ask, token: string): Promise<void> {
  expect(await ask('GET', PATHS.drain, 200)).toEqual({ draining: false });
  expect(await ask('POST', PATHS.drain, 202, { body: { timeoutSeconds: 60 } })).toMatchObject({
    draining: true,
    drain: { running: 0, by: expect.any(String) },
  });
  await ask('POST', PATHS.drain, 400, { body: { timeoutSeconds: 86_401 } });
  await ask('POST', PATHS.drain, 403, { body: {}, token });
  expect(await ask('GET', PATHS.drain, 200)).toMatchObject({ draining: true });
  await ask('POST', PATHS.executions, 503, { body: { pipeline: 'alder-prints' } });
  await ask('GET', PATHS.health, 200, { token: null });
  expect(await ask('DELETE', PATHS.drain, 200)).toEqual({ undone: true });
  expect(await ask('DELETE', PATHS.drain, 200)).toEqual({ undone: false });
}

/** Whether the server waits. @param token of somebody who may not know */
export async function askRestored(ask: Ask, token: string): Promise<void> {
  expect(await ask('GET', PATHS.restore, 200)).toEqual({ held: false });
  expect(await ask('POST', PATHS.resume, 200, { body: {} })).toEqual({ resumed: false });
  await ask('GET', PATHS.restore, 403, { token });
}
