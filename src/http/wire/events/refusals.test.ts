import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../engine/kernel/errors.js';
import { EVENT_ERRORS, type EventErrorKind } from '../../../engine/kernel/event-errors.js';
import type { Call } from '../call.js';
import { WireError } from '../wire-error.js';
import { worded } from './refusals.js';

/** Every detail that a refusal may have. */
const DETAILS = {
  code: 'InvalidEventPatternException',
  ...{ problem: 'why', parameter: 'P', what: 'rulesOfBus', limit: 7, bus: 'b', rule: 'r' },
  ...{ archive: 'a', replay: 'p', connection: 'c', destination: 'd' },
};

async function refused(operation: string, error: Error): Promise<unknown> {
  const call = {} as Call;
  const answers = [
    () => {
      throw error;
    },
    async () => {
      throw error;
    },
  ].map(async (act) => worded(operation, act)(call));
  const [thrown, rejected] = await Promise.allSettled(answers);
  const [one, other] = [thrown, rejected].map((each) => (each as PromiseRejectedResult).reason);
  expect(other).toEqual(one);
  return one;
}

describe('a refusal of the engine', () => {
  it.each(Object.keys(EVENT_ERRORS) as EventErrorKind[])('%s has words of AWS', async (kind) => {
    const error = await refused('PutRule', new EngineError(kind, DETAILS));
    expect(error).toBeInstanceOf(WireError);
    const { code, message } = error as WireError;
    expect(code).toMatch(/^[A-Z][A-Za-z]+Exception$/);
    expect(message).toMatch(/^[^{}]+$/);
  });

  it('of a connection says what was to be done with it, unless an API destination named it', async () => {
    const missing = new EngineError('ConnectionNotFound', { connection: 'c' });
    expect(await refused('DeauthorizeConnection', missing)).toMatchObject({
      message: "Failed to deauthorize the connection(s). Connection 'c' does not exist.",
    });
    expect(await refused('UpdateApiDestination', missing)).toMatchObject({
      message: "Connection 'c' does not exist.",
    });
  });

  it('that is about something else stays what it is', async () => {
    const other = new EngineError('TooManyQueued', { queued: 1 });
    expect(await refused('PutRule', other)).toBe(other);
    const defect = new TypeError('x');
    expect(await refused('PutRule', defect)).toBe(defect);
  });
});
