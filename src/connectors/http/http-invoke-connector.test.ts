import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { attempt, failureOf, temporaryFolders } from '../../../test/connectors/attempt.js';
import { createHttpInvokeConnector } from './http-invoke-connector.js';

test('an answer that does not come in time is one of the socket', async () => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    silent.closeAllConnections();
    silent.close();
  });
  const { port } = silent.address() as AddressInfo;
  const connector = createHttpInvokeConnector({ allowPrivateAddresses: true }, 50);
  const request = { url: `http://127.0.0.1:${port}/`, method: 'GET', headers: {} };
  expect(await failureOf(attempt(connector, temporaryFolders(), request))).toEqual({
    error: 'States.Http.Socket',
    cause: 'There was no complete answer within 0.05 s.',
  });
});
