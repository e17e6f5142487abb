/**
 * The names of the errors with which tasks fail, in one place.
 *
 * They are what `ErrorEquals` in Retry and Catch compares with, so a name never changes its meaning. `States.TaskFailed`
 * matches every one of them (the reducer's rule). A Lambda function's own exceptions keep their own names.
 * @module
 */
import type { TaskOutcome } from './connector.js';

/** Error names that connectors give. Names ending in a dot are completed by a number, signal or kind. */
export const taskErrors = {
  /** The arguments do not fit the connector's schema. */
  invalidArguments: 'Connector.InvalidArguments',
  /** A file or folder named in the arguments lies outside the pipeline's and the execution's folder. */
  outsideFolder: 'Connector.PathOutsideFolder',
  /** A file or folder named in the arguments does not exist. */
  fileNotFound: 'Connector.FileNotFound',
  /** The program could not be started: not installed, not executable. */
  startFailed: 'Connector.StartFailed',
  /** The engine stopped the attempt (timeout, execution stopped, server drained). */
  aborted: 'Connector.Aborted',
  /** A defect or the operating system got in the way (disk full, no process slots). */
  internal: 'Connector.InternalError',
  /** The output is larger than 256 KiB of JSON: Step Functions' own name. */
  dataLimitExceeded: 'States.DataLimitExceeded',

  /** `Shell.ExitCode.3`: the command ended with that code. */
  shellExitCode: 'Shell.ExitCode.',
  /** `Shell.Signal.SIGKILL`: the command was ended by that signal. */
  shellSignal: 'Shell.Signal.',
  /** The command wrote something to $MILLRACE_OUTPUT that is not JSON. */
  shellInvalidOutput: 'Shell.InvalidOutput',

  /** The handler ran longer than its timeoutSeconds. As AWS Lambda names it, like the following ones. */
  lambdaTimeout: 'Sandbox.Timedout',
  lambdaExit: 'Runtime.ExitError',
  lambdaResponseTooLarge: 'Function.ResponseSizeTooLarge',

  /** The application of Spark ended with an exit code other than 0. */
  sparkFailed: 'Spark.ApplicationFailed',
  /** Models, tests or seeds of dbt failed: the cause names them. */
  dbtNodesFailed: 'Dbt.NodesFailed',
  /** dbt itself could not do its work: a project that is not valid, a database that is not there. */
  dbtFailed: 'Dbt.Failed',

  /** `Sql.Binder`, `Sql.Catalog`, `Sql.Parser`, `Sql.Conversion`, …: DuckDB's kind of error without "Error". */
  sql: 'Sql.',

  /** The contract of a dataset is not met: the old version stays current. */
  datasetContract: 'Dataset.ContractFailed',
  /** Files that a version was made of changed while they were read. */
  datasetSourceChanged: 'Dataset.SourceChanged',
  /** The pipeline does not say that it writes this dataset, or another of its name is in the way. */
  datasetRefused: 'Dataset.Refused',
  /** The files cannot be read as what they are named, or said, to be. */
  datasetUnreadable: 'Dataset.Unreadable',
  /** A version could not be written: no space, no rights, no answer of the storage. */
  datasetStorage: 'Dataset.StorageFailed',

  /** `Http.StatusCode.404`: the answer's status is not one that was expected. */
  httpStatusCode: 'Http.StatusCode.',
  /** No answer: name not found, connection refused or broken off. */
  httpConnection: 'Http.ConnectionFailed',
  /** No complete answer within timeoutSeconds. */
  httpTimeout: 'Http.Timeout',
  /** The address is loopback, private, link-local or a cloud's metadata service. */
  httpAddress: 'Http.AddressNotAllowed',
  httpRedirects: 'Http.TooManyRedirects',
  httpResponseTooLarge: 'Http.ResponseTooLarge',

  /** `States.Http.StatusCode.404`: an HTTP Task's answer is none of 200 to 299. Step Functions' own name, like the next two. */
  statesHttpStatusCode: 'States.Http.StatusCode.',
  /** An HTTP Task had no complete answer. */
  statesHttpSocket: 'States.Http.Socket',
  /** What no retry helps: an HTTP Task was answered with bytes that are no text. */
  runtime: 'States.Runtime',
} as const;

/** Step Functions keeps 32,768 characters of a cause; longer ones lose their middle here, where the start and end tell most. */
const CAUSE_LIMIT = 32_768;

/** A failed outcome. @example failed(taskErrors.aborted, 'The execution was stopped.') */
export function failed(error: string, cause: string): TaskOutcome {
  if (cause.length <= CAUSE_LIMIT) return { type: 'failed', error, cause };
  const half = CAUSE_LIMIT / 2 - 20;
  const shortened = `${cause.slice(0, half)}\n… shortened …\n${cause.slice(-half)}`;
  return { type: 'failed', error, cause: shortened };
}

/** A failure on its way up inside one connector: `run` turns it into an outcome, it never leaves the connector. */
export class TaskFailure extends Error {
  readonly error: string;

  constructor(error: string, cause: string) {
    super(cause);
    this.error = error;
  }
}

/** The outcome of a thrown value: a TaskFailure keeps its name, anything else is `Connector.InternalError`. */
export function outcomeOfThrown(thrown: unknown): TaskOutcome {
  if (thrown instanceof TaskFailure) return failed(thrown.error, thrown.message);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return failed(taskErrors.internal, message);
}

/** The outcome of an attempt that was stopped from outside. */
export function abortedOutcome(): TaskOutcome {
  return failed(taskErrors.aborted, 'The task was stopped before it finished.');
}
