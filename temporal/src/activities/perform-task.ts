/**
 * Performs an attempt on this machine: the same connectors, called the same way as by a server.
 *
 *     AttemptInput ──▶ its secrets put in ──▶ connector, with signs of life to Temporal ──▶ AttemptAnswer
 *                                                └──cancelled, or the worker ends──▶ its processes are ended
 *
 * What a task fails with is an answer and no failed activity: Retry and Catch of the pipeline decide about it.
 * @module
 */
import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { withSecrets } from '../../../src/engine/kernel/attempt-request.js';
import type { SecretValuesHook } from '../../../src/engine/kernel/hooks.js';
import { checkOutcome } from '../../../src/engine/kernel/payload-outcome.js';
import type {
  AttemptListener,
  AttemptOutcome,
  AttemptRequest,
  Runner,
} from '../../../src/engine/kernel/ports.js';
import { wrapOutput } from '../../../src/engine/kernel/resolve-task.js';
import { type AttemptAnswer, type AttemptInput, SIGNALS, WORKER_LOST } from '../execution-input.js';
import type { PipelineFolder } from '../pipeline-folder.js';

/** Milliseconds between signs of life to Temporal. */
const BEAT = 500;
/** Milliseconds after which the workflow is told that an attempt without clocks has begun. */
const TELL_AFTER = 1_000;
/** Milliseconds between signs of life to the workflow, as in a server. */
const TELL_BEATS = 1_000;

export interface Performing {
  readonly runner: Runner;
  readonly folder: PipelineFolder;
  /** The work folder of an execution. */
  workFolder(team: string, execution: string): string;
  readonly secrets: SecretValuesHook;
  /** Takes a line of output. */
  log(input: AttemptInput, record: Parameters<AttemptListener['log']>[0]): void;
}

/** One activity for each kind of connector, by the kind's name. */
export function createTaskActivities(performing: Performing): {
  [kind: string]: (input: AttemptInput) => Promise<AttemptAnswer>;
} {
  const perform = (input: AttemptInput): Promise<AttemptAnswer> => performTask(input, performing);
  return Object.fromEntries([...performing.runner.kinds.keys()].map((kind) => [kind, perform]));
}

async function performTask(input: AttemptInput, performing: Performing): Promise<AttemptAnswer> {
  const context = Context.current();
  const startedAt = Date.now();
  const beating = setInterval(() => context.heartbeat(), BEAT);
  const told = tellBegun(input, startedAt);
  try {
    const handed = await handOver(input, performing);
    const outcome =
      'outcome' in handed ? handed.outcome : await run(handed.request, input, performing);
    if (context.cancellationSignal.aborted) throw stopped();
    return answerOf(input, checkOutcome(outcome), startedAt);
  } finally {
    clearInterval(beating);
    await told.end();
  }
}

/** Nobody reads the answer of one that was cancelled; one whose worker ends is lost. */
function stopped(): Error {
  if (Context.current().cancellationDetails?.workerShutdown === true) {
    return ApplicationFailure.nonRetryable(
      'The worker was stopped while the attempt ran.',
      WORKER_LOST,
    );
  }
  return new CancelledFailure('Nobody waits for it any more.');
}

async function handOver(
  input: AttemptInput,
  { runner, folder, workFolder, secrets }: Performing,
): Promise<{ request: AttemptRequest } | { outcome: AttemptOutcome }> {
  const { kind, attemptId, taskToken, execution, state, attempt, tags, timeoutSeconds } = input;
  const place = folder.placeOf(input.folder);
  if (place === undefined) {
    const cause = `The folder '${input.folder}' is not in the worker's folder of pipelines.`;
    return { outcome: { type: 'failed', error: 'Worker.FilesRefused', cause } };
  }
  const request: AttemptRequest = {
    ...{ kind, attemptId, taskToken, execution, state, attempt, tags },
    arguments: input.arguments as AttemptRequest['arguments'],
    folder: place,
    workFolder: workFolder(input.team, execution.id),
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
  };
  if (input.written === undefined) return { request };
  return await withSecrets(request, input.written, input.team, runner, secrets);
}

function run(
  request: AttemptRequest,
  input: AttemptInput,
  { runner, log }: Performing,
): Promise<AttemptOutcome> {
  const { cancellationSignal } = Context.current();
  const kill = (): void => runner.kill(request.attemptId);
  const beat = tellBeats(input);
  return new Promise<AttemptOutcome>((resolve) => {
    cancellationSignal.addEventListener('abort', kill);
    runner.start(request, {
      log: (record) => log(input, record),
      heartbeat: beat,
      settled: (outcome) => {
        cancellationSignal.removeEventListener('abort', kill);
        resolve(outcome);
      },
    });
    if (cancellationSignal.aborted) kill();
  });
}

function answerOf(
  { attemptId, wrapping }: AttemptInput,
  outcome: AttemptOutcome,
  startedAt: number,
): AttemptAnswer {
  if (outcome.type === 'failed') {
    const { error, cause } = outcome;
    return { startedAt, type: 'failed', error, cause };
  }
  const output = wrapOutput(outcome.output, wrapping, { requestId: attemptId, at: startedAt });
  return { startedAt, type: 'succeeded', output };
}

// What the workflow is told while it runs.

/** That it has begun: at once when a clock of the execution counts from then, or else when it takes a while. */
function tellBegun(input: AttemptInput, at: number): { end(): Promise<void> } {
  const { thread, sequence } = input;
  let telling: Promise<void> = Promise.resolve();
  const tell = (): void => {
    telling = signal(input, { type: 'TaskStarted', at, thread, sequence });
  };
  const timer = setTimeout(tell, input.isTimed ? 0 : TELL_AFTER);
  return {
    end: () => {
      clearTimeout(timer);
      return telling;
    },
  };
}

function tellBeats(input: AttemptInput): () => void {
  const { thread, sequence, beats } = input;
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    const now = performance.now();
    if (!beats || now - last < TELL_BEATS) return;
    last = now;
    void signal(input, { type: 'TaskHeartbeat', thread, sequence });
  };
}

async function signal({ workflowId }: AttemptInput, news: unknown): Promise<void> {
  try {
    await Context.current().client.workflow.getHandle(workflowId).signal(SIGNALS.news, news);
  } catch {
    // It has ended, or hears it with the outcome.
  }
}
