/**
 * What an attempt tells of itself, against a line that answers what a test wants.
 * @module
 */
import { expect, test } from 'vitest';
import type { Problem } from '../api/problem.js';
import type { AttemptOutcome, ClaimedAttempt, WorkerLines } from '../api/workers.js';
import type { Connector } from '../connectors/connector.js';
import { OutcomeBatches } from './outcome-batches.js';
import { PerformedAttempt } from './performed-attempt.js';
import { type ServerLine, ServerRefusal } from './server-line.js';

const problem = (status: number): Problem => ({
  ...{ type: 'about:blank', title: 'It does not fit.', status, code: 'X', fix: '' },
});

interface Said {
  readonly outcomes: AttemptOutcome[];
  readonly lines: WorkerLines[];
}

/** Performs a task that says two lines and succeeds. @param refuses the status by which the server refuses one */
async function perform(parts: {
  refuses(outcome: AttemptOutcome): number | undefined;
  refusesLines?: number;
}): Promise<Said & { how: string }> {
  const said: Said = { outcomes: [], lines: [] };
  const line = {
    async askWith(_path: string, json: string) {
      const { outcomes } = JSON.parse(json) as { outcomes: AttemptOutcome[] };
      said.outcomes.push(...outcomes);
      return {
        results: outcomes.map((outcome) => {
          const status = parts.refuses(outcome);
          return status === undefined
            ? { taken: true }
            : { taken: false, problem: problem(status) };
        }),
      };
    },
    async ask(_method: string, _path: string, body: WorkerLines) {
      said.lines.push(body);
      if (parts.refusesLines !== undefined) throw new ServerRefusal(problem(parts.refusesLines));
    },
  } as unknown as ServerLine;
  const connector: Connector = {
    ...{ kind: 'echo', runsCode: false },
    validate: () => [],
    async run(_task, { log }) {
      for (const message of ['one', 'two']) {
        log({ at: 0, stream: 'stdout', level: 'info', message });
      }
      return { type: 'succeeded', output: 7 };
    },
  };
  const claimed = {
    ...{ id: 'a', kind: 'echo', state: 'Work', attempt: 0, arguments: {}, beats: false },
    execution: { name: 'one', pipeline: 'away' },
  } as unknown as ClaimedAttempt;
  const attempt = new PerformedAttempt(claimed, {
    ...{ line, outcomes: new OutcomeBatches(line), say: () => undefined },
    connectors: new Map([['echo', connector]]),
    places: {
      open: async () => ({
        ...{ folder: '', workFolder: '', data: [] },
        told: async () => ({ written: [], removed: [] }),
        remove: async () => undefined,
      }),
    },
  });
  return { ...said, how: await attempt.ended };
}

const messages = ({ records = [] }: Partial<WorkerLines> = {}) =>
  records.map(({ message }) => message);

test('the last lines travel with the outcome', async () => {
  const { how, outcomes, lines } = await perform({ refuses: () => undefined });
  expect(how).toBe('told');
  expect(lines).toEqual([]);
  expect(outcomes).toMatchObject([{ attempt: 'a', outcome: { type: 'succeeded', output: 7 } }]);
  expect(messages(outcomes[0]?.lines)).toEqual(['one', 'two']);
});

test('when lines and outcome are refused together, each is told alone', async () => {
  const { how, outcomes, lines } = await perform({
    refuses: (outcome) => (outcome.lines === undefined ? undefined : 413),
  });
  expect(how).toBe('told');
  expect(lines.map(({ first }) => first)).toEqual([0]);
  expect(messages(lines[0])).toEqual(['one', 'two']);
  expect(outcomes.map((outcome) => 'lines' in outcome)).toEqual([true, false]);
  expect(outcomes[1]?.outcome).toEqual({ type: 'succeeded', output: 7 });
});

test('lines that do not fit keep no outcome back', async () => {
  const { how, outcomes } = await perform({
    refuses: (outcome) => (outcome.lines === undefined ? undefined : 400),
    refusesLines: 400,
  });
  expect(how).toBe('told');
  expect(outcomes.at(-1)?.outcome).toEqual({ type: 'succeeded', output: 7 });
});

test('an outcome that does not fit is told as a failure, after its lines', async () => {
  const { how, outcomes, lines } = await perform({
    refuses: ({ outcome }) => (outcome.type === 'succeeded' ? 400 : undefined),
  });
  expect(how).toBe('told');
  expect(lines).toHaveLength(1);
  expect(outcomes).toHaveLength(3);
  expect(outcomes[2]?.outcome).toEqual({
    ...{ type: 'failed', error: 'Worker.OutcomeRefused' },
    cause: 'The server did not take what came of it: It does not fit.',
  });
});

test.each([401, 409])('nothing more is told after a refusal with %i', async (status) => {
  const { how, outcomes, lines } = await perform({ refuses: () => status });
  expect(how).toBe('stopped');
  expect([outcomes.length, lines.length]).toEqual([1, 0]);
});

test('nothing more is told when the attempt turns out to be over by its lines', async () => {
  const { how, outcomes } = await perform({ refuses: () => 400, refusesLines: 409 });
  expect(how).toBe('stopped');
  expect(outcomes).toHaveLength(1);
});
