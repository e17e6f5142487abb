/**
 * Outcomes that travel together, against a line that answers what a test wants.
 * @module
 */
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Problem } from '../api/problem.js';
import { type AttemptOutcome, MOST_OUTCOMES } from '../api/workers.js';
import { OutcomeBatches } from './outcome-batches.js';
import { type Patience, ServerAway, type ServerLine, ServerRefusal } from './server-line.js';

type Answering = (outcomes: readonly AttemptOutcome[], givenUp: AbortSignal) => Promise<unknown>;

const never = (): AbortSignal => new AbortController().signal;
const taken = { taken: true };
const problem = (status: number): Problem => ({
  ...{ type: 'about:blank', title: `HTTP ${status}`, status, code: 'X', fix: '' },
});
const refused = (status: number) => ({ taken: false, problem: problem(status) });

function open(answer: Answering) {
  const requests: string[][] = [];
  const line = {
    async askWith(_path: string, json: string, { signal }: Patience) {
      const { outcomes } = JSON.parse(json) as { outcomes: AttemptOutcome[] };
      requests.push(outcomes.map(({ attempt }) => attempt));
      return answer(outcomes, signal as AbortSignal);
    },
  } as unknown as ServerLine;
  const batches = new OutcomeBatches(line);
  const told = (attempt: string, output: string = attempt): AttemptOutcome => ({
    attempt,
    outcome: { type: 'succeeded', output },
  });
  const tell = (attempt: string, output?: string, signal = never()): Promise<string> =>
    batches.tell(batches.prepare(told(attempt, output)), signal).then(
      () => 'taken',
      (error: Error) =>
        error instanceof ServerRefusal
          ? `refused ${error.status}`
          : error instanceof ServerAway
            ? 'away'
            : error.message,
    );
  return { batches, requests, tell, told };
}

const all = async (outcomes: readonly AttemptOutcome[]) => ({ results: outcomes.map(() => taken) });

afterEach(() => void vi.useRealTimers());

test('what ends in the same moment goes in one request', async () => {
  const { tell, requests } = open(all);
  expect(await Promise.all(['a', 'b', 'c'].map((id) => tell(id)))).toEqual(Array(3).fill('taken'));
  expect(requests).toEqual([['a', 'b', 'c']]);
});

test('what ends while a request is under way goes with the next', async () => {
  let answer: (value: unknown) => void = () => undefined;
  const first = new Promise((resolve) => {
    answer = resolve;
  });
  const { tell, requests } = open(async (outcomes) => {
    if (outcomes[0]?.attempt === 'a') await first;
    return all(outcomes);
  });
  const a = tell('a');
  await new Promise(setImmediate);
  const rest = [tell('b'), tell('c')];
  answer(undefined);
  expect(await Promise.all([a, ...rest])).toEqual(Array(3).fill('taken'));
  expect(requests).toEqual([['a'], ['b', 'c']]);
});

test('a request that is not answered holds the next back for a second, and eight are the most', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const answers: (() => void)[] = [];
  const { tell, requests } = open(
    (outcomes) => new Promise((resolve) => answers.push(() => resolve(all(outcomes)))),
  );
  const told = [tell('0')];
  await new Promise(setImmediate);
  for (let count = 1; count < 8; count += 1) {
    told.push(tell(String(count)));
    await vi.advanceTimersByTimeAsync(999);
    expect(requests).toHaveLength(count);
    await vi.advanceTimersByTimeAsync(1);
    expect(requests).toHaveLength(count + 1);
  }
  told.push(tell('8'));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(requests).toHaveLength(8);
  answers[3]?.();
  expect(await told[3]).toBe('taken');
  await new Promise(setImmediate);
  expect(requests).toEqual(told.map((_, index) => [String(index)]));
  for (const answer of answers) answer();
  expect(await Promise.all(told)).toEqual(told.map(() => 'taken'));
});

test('a request has no more than the server takes, in number and in bytes', async () => {
  const many = open(all);
  const ids = Array.from({ length: MOST_OUTCOMES + 1 }, (_, index) => String(index));
  await Promise.all(ids.map((id) => many.tell(id)));
  expect(many.requests.map(({ length }) => length)).toEqual([MOST_OUTCOMES, 1]);
  const large = open(all);
  await Promise.all(['a', 'b', 'c'].map((id) => large.tell(id, 'x'.repeat(600_000))));
  expect(large.requests).toEqual([['a'], ['b'], ['c']]);
});

describe.each([
  [400, 'refused 400'],
  [409, 'refused 409'],
  [429, 'away'],
  [503, 'away'],
])('one that is answered %i', (status, as) => {
  test(`is ${as}, and no other is`, async () => {
    const { tell } = open(async (outcomes) => ({
      results: outcomes.map(({ attempt }) => (attempt === 'b' ? refused(status) : taken)),
    }));
    expect(await Promise.all([tell('a'), tell('b'), tell('c')])).toEqual(['taken', as, 'taken']);
  });
});

test('when the whole is refused, each is sent alone', async () => {
  const { tell, requests } = open(async (outcomes) => {
    if (outcomes.some(({ attempt }) => attempt === 'b')) throw new ServerRefusal(problem(413));
    return all(outcomes);
  });
  const answers = await Promise.all([tell('a'), tell('b'), tell('c')]);
  expect(answers).toEqual(['taken', 'refused 413', 'taken']);
  expect(requests).toEqual([['a', 'b', 'c'], ['a'], ['b'], ['c']]);
});

test.each([401, 403, 426])('a server that answers %i is asked once', async (status) => {
  const { tell, requests } = open(async () => {
    throw new ServerRefusal(problem(status));
  });
  const answers = await Promise.all([tell('a'), tell('b')]);
  expect(answers).toEqual([`refused ${status}`, `refused ${status}`]);
  expect(requests).toHaveLength(1);
});

test('of a lost answer each hears that the server is away', async () => {
  const { tell } = open(async () => {
    throw new ServerAway('cut off');
  });
  expect(await Promise.all([tell('a'), tell('b')])).toEqual(['away', 'away']);
});

test('an answer that is too short has taken nothing that it does not name', async () => {
  const { tell } = open(async () => ({ results: [taken] }));
  expect(await Promise.all([tell('a'), tell('b')])).toEqual(['taken', 'away']);
});

test('one with files waits for no other', async () => {
  const { batches, tell, told, requests } = open(all);
  const file = { path: 'out', size: 1, mode: 0o644, sha256: '0'.repeat(64) };
  const changes = { written: [file], removed: [] };
  const alone = batches.tell(batches.prepare({ ...told('files'), changes }), never());
  await Promise.all([alone, tell('a'), tell('b')]);
  expect(requests).toEqual([['files'], ['a', 'b']]);
});

test('what was stopped is not sent', async () => {
  const { tell, requests } = open(all);
  const stopping = new AbortController();
  const stopped = tell('a', 'a', stopping.signal);
  const other = tell('b');
  stopping.abort();
  expect(await stopped).toBe('away');
  expect(await other).toBe('taken');
  expect(requests).toEqual([['b']]);
});

test('a request is given up when nobody waits for any answer of it, and not before', async () => {
  let isGivenUp = false;
  const { tell } = open(
    (_outcomes, givenUp) =>
      new Promise((_resolve, reject) => {
        givenUp.addEventListener('abort', () => {
          isGivenUp = true;
          reject(new ServerAway('given up'));
        });
      }),
  );
  const [first, second] = [new AbortController(), new AbortController()];
  const told = [tell('a', 'a', first.signal), tell('b', 'b', second.signal)];
  await new Promise(setImmediate);
  first.abort();
  expect(await told[0]).toBe('away');
  expect(isGivenUp).toBe(false);
  second.abort();
  expect(await told[1]).toBe('away');
  expect(isGivenUp).toBe(true);
});

test('one that is away is told again, and what it was with is not', async () => {
  let isAway = true;
  const { tell, requests } = open(async (outcomes) => ({
    results: outcomes.map(({ attempt }) => {
      if (attempt !== 'b' || !isAway) return taken;
      isAway = false;
      return refused(503);
    }),
  }));
  expect(await Promise.all([tell('a'), tell('b')])).toEqual(['taken', 'away']);
  expect(await tell('b')).toBe('taken');
  expect(requests).toEqual([['a', 'b'], ['b']]);
});
