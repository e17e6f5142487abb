import { expect, test } from 'vitest';
import { attempt, failureOf, outputOf } from '../../../test/connectors/attempt.js';
import { createEchoConnector } from './echo-connector.js';

const echo = createEchoConnector();
/** Echo touches no file. */
const nowhere = { root: '', folder: '', workFolder: '' };

test('answers with its arguments, or with the output they name', async () => {
  expect(await outputOf(attempt(echo, nowhere, { a: [1] }))).toEqual({ a: [1] });
  expect(await outputOf(attempt(echo, nowhere, null))).toBe(null);
  expect(await outputOf(attempt(echo, nowhere, { delayMs: 1, output: 5 }))).toBe(5);
});

test('fails as it is told', async () => {
  const running = attempt(echo, nowhere, { fail: { error: 'NoCounty', cause: 'Alpine' } });
  expect(await failureOf(running)).toEqual({ error: 'NoCounty', cause: 'Alpine' });
});

test('stops waiting when it is aborted', async () => {
  const running = attempt(echo, nowhere, { delayMs: 60_000 });
  running.abort();
  expect((await failureOf(running)).error).toBe('Connector.Aborted');
});

test('refuses options that make no sense', async () => {
  expect(echo.validate({ delayMs: -1 })).toHaveLength(1);
  expect(echo.validate({ other: -1 })).toEqual([]);
  const running = attempt(echo, nowhere, { delayMs: 'long' });
  expect((await failureOf(running)).error).toBe('Connector.InvalidArguments');
});
