/**
 * Every error that the engine answers to a caller: code, HTTP status, text and what to do next.
 *
 * The HTTP API sends them as RFC 9457 problems and the CLI prints them, with the same codes. Failures of a pipeline are
 * data (`{ Error, Cause }` in the execution), never one of these.
 * @module
 */

import { ACCESS_ERRORS, type AccessErrorKind } from './access-errors.js';
import { CHALLENGER_ERRORS, type ChallengerErrorKind } from './challenger-errors.js';
import { DATA_ERRORS, type DataErrorKind } from './data-errors.js';
import type { EngineErrorEntry } from './error-entry.js';
import { EVENT_ERRORS, type EventErrorKind } from './event-errors.js';
import { QUERY_ERRORS, type QueryErrorKind } from './query-errors.js';
import { TEST_RUN_ERRORS, type TestRunErrorKind } from './test-run-errors.js';
import { WATCHING_ERRORS, type WatchingErrorKind } from './watching-errors.js';
import { WORKER_ERRORS, type WorkerErrorKind } from './worker-errors.js';

export type EngineErrorKind =
  | WatchingErrorKind
  | DataErrorKind
  | QueryErrorKind
  | TestRunErrorKind
  | ChallengerErrorKind
  | WorkerErrorKind
  | AccessErrorKind
  | 'PipelineNotFound'
  | 'PipelineAmbiguous'
  | 'ExecutionNotFound'
  | 'ExecutionConflict'
  | 'ExecutionNotRunning'
  | 'ExecutionNotRedrivable'
  | 'PerformedElsewhere'
  | 'TaskTokenUnknown'
  | 'InvalidName'
  | 'PayloadTooLarge'
  | 'PayloadTooDeep'
  | 'PayloadText'
  | 'PayloadNotJson'
  | 'InvalidTags'
  | 'InvalidPage'
  | 'InvalidSearch'
  | 'InvalidDefinition'
  | 'TooManyQueued'
  | 'TooManyReads'
  | 'ReadTooLong'
  | 'ReadFailed'
  | 'StorageFull'
  | 'Held'
  | 'ShuttingDown'
  | 'Draining'
  | 'EngineFailed'
  | 'StoreDamaged'
  | 'RequestDefect'
  | 'SealedUnderAnotherKey'
  | 'StateMachineExists'
  | 'DeployedFromFile'
  | 'RevisionConflict'
  | 'VersionNotFound'
  | 'VersionInUse'
  | 'AliasNotFound'
  | 'AliasExists'
  | 'ActivityNotFound'
  | 'InvalidEvent'
  | 'InvalidPool'
  | 'InvalidBackfill'
  | 'BackfillNotFound'
  | 'BackfillNotRunning'
  | 'BackfillPlanChanged'
  | 'MapRunNotFound'
  | 'MapRunNotRunning'
  | 'RedriveStateUnknown'
  | 'TestCaseUnknown'
  | 'ScheduleNotFound'
  | 'ScheduleExists'
  | 'ScheduleGroupNotFound'
  | 'ScheduleGroupExists'
  | 'ScheduleGroupFixed'
  | 'TooManySchedules'
  | 'ScheduleTagsRefused'
  | 'WebhookExists'
  | 'WebhookNotFound'
  | EventErrorKind;

/** The whole catalogue; also for documentation and the OpenAPI description. */
export const ENGINE_ERRORS: { readonly [kind in EngineErrorKind]: Readonly<EngineErrorEntry> } = {
  ...WATCHING_ERRORS,
  ...DATA_ERRORS,
  ...QUERY_ERRORS,
  ...TEST_RUN_ERRORS,
  ...CHALLENGER_ERRORS,
  ...WORKER_ERRORS,
  ...ACCESS_ERRORS,
  PipelineNotFound: {
    code: 'MILL3001',
    status: 404,
    message: "There is no pipeline '{pipeline}'.",
    fix: 'List the pipelines with `millrace show`, or deploy the file that defines it.',
  },
  PipelineAmbiguous: {
    code: 'MILL3023',
    status: 409,
    message: "Several teams have a pipeline '{pipeline}': {teams}.",
    fix: 'Say which one: `--team NAME`, or `?team=NAME` in a request.',
  },
  ExecutionNotFound: {
    code: 'MILL3002',
    status: 404,
    message: "There is no execution '{execution}'.",
    fix: 'List the executions with `millrace executions`.',
  },
  ExecutionConflict: {
    code: 'MILL3003',
    status: 409,
    message: "An execution named '{name}' of pipeline '{pipeline}' exists with another input.",
    fix: 'Start it with the same input to get the same execution, or choose another name.',
  },
  ExecutionNotRunning: {
    code: 'MILL3004',
    status: 409,
    message: "Execution '{execution}' has already ended {status}.",
    fix: 'Start a new execution, or redrive this one when it failed.',
  },
  ExecutionNotRedrivable: {
    code: 'MILL3005',
    status: 409,
    message: "Execution '{execution}' cannot be redriven: {reason}",
    fix: 'Only executions that ended FAILED, TIMED_OUT or ABORTED go on; start a new one otherwise.',
  },
  PerformedElsewhere: {
    code: 'MILL3550',
    status: 409,
    message: "Execution '{execution}' is performed by Temporal; its history is only kept here.",
    fix: 'Stop or redrive it there: millrace-temporal stop, millrace-temporal redrive.',
  },
  TaskTokenUnknown: {
    code: 'MILL3006',
    status: 404,
    message: 'No task waits for this token.',
    fix: 'Its task has ended, timed out or was stopped, or the token is mistyped.',
  },
  InvalidName: {
    code: 'MILL3007',
    status: 400,
    message: "'{name}' cannot be the name of an execution.",
    fix: 'Use 1 to 80 characters, without blanks, control characters and any of <>{}[]?*"#%\\^|~`$&,;:/.',
  },
  PayloadTooLarge: {
    code: 'MILL3008',
    status: 413,
    message: 'The {what} is {bytes} bytes of JSON; the limit is {limit}.',
    fix: 'Write the data to a file or dataset and pass its location instead.',
  },
  PayloadTooDeep: {
    code: 'MILL3009',
    status: 400,
    message: 'The {what} is nested deeper than {limit} levels.',
    fix: 'Flatten it, or pass a file instead.',
  },
  PayloadText: {
    code: 'MILL3010',
    status: 400,
    message: 'The {what} holds a text with {problem}, which not every store can keep.',
    fix: 'Remove it, or encode the text (base64, for example).',
  },
  PayloadNotJson: {
    code: 'MILL3011',
    status: 400,
    message: 'The {what} is not JSON: {problem}.',
    fix: 'Send null, booleans, finite numbers, texts, arrays and plain objects only.',
  },
  InvalidTags: {
    code: 'MILL3012',
    status: 400,
    message: 'The tags are not accepted: {problem}.',
    fix: 'Use at most 50 tags, names up to 128 and values up to 256 characters.',
  },
  InvalidPage: {
    code: 'MILL3013',
    status: 400,
    message: 'The page is not accepted: {problem}.',
    fix: 'Use a limit of 1 to 1000 and the cursor of the previous answer, unchanged.',
  },
  InvalidSearch: {
    code: 'MILL3075',
    status: 400,
    message: 'The search is not understood: {problem}.',
    fix: 'Write terms such as level:error tag.county:monroe since:24h "some text"; docs/guides/search.md has all of them.',
  },
  InvalidDefinition: {
    code: 'MILL3014',
    status: 400,
    message: "The definition of pipeline '{pipeline}' cannot run: {problem}.",
    fix: 'Check it with `millrace validate`.',
  },
  TooManyQueued: {
    code: 'MILL3015',
    status: 429,
    message: 'The engine has {queued} requests waiting and accepts no more.',
    fix: 'Try again in a moment, with fewer requests at a time.',
  },
  TooManyReads: {
    code: 'MILL3025',
    status: 429,
    message: 'So many lists and histories are being read that no more is accepted.',
    fix: 'Try again in a moment, with fewer requests at a time.',
  },
  ReadTooLong: {
    code: 'MILL3026',
    status: 503,
    message: 'Reading the records took too long, and was given up. Nothing else waited for it.',
    fix: 'Try again, with a smaller limit or a filter. When it repeats, look at how busy the disk of the data folder is.',
  },
  ReadFailed: {
    code: 'MILL3027',
    status: 503,
    message: 'The records could not be read: {problem}.',
    fix: 'Try again. When it repeats, see how much memory the machine has left.',
  },
  StorageFull: {
    code: 'MILL3016',
    status: 503,
    message: 'The disk that holds the records is full; new work is refused until there is space.',
    fix: 'Free space on the disk of the data folder. Work goes on by itself afterwards.',
  },
  Held: {
    code: 'MILL3028',
    status: 503,
    message:
      'This server was restored from a backup and does nothing until somebody says that it may go on.',
    fix: 'Make sure that the server which the backup is of runs nowhere any more, then: millrace resume. Nothing was started.',
  },
  ShuttingDown: {
    code: 'MILL3017',
    status: 503,
    message: 'The server is shutting down.',
    fix: 'Send the request again when it is back; nothing was started.',
  },
  Draining: {
    code: 'MILL3470',
    status: 503,
    message: 'The server is being drained: what runs may end, then it stops. No new work begins.',
    fix: 'Send the request again when it is back; nothing was started. `millrace drain --undo` lets it take work again.',
  },
  EngineFailed: {
    code: 'MILL3018',
    status: 503,
    message:
      'The store failed ({problem}), so the server ends itself and recovers at its next start.',
    fix: 'Start the server again; look at the disk when this repeats. Repeat the request by the same name.',
  },
  StoreDamaged: {
    code: 'MILL3022',
    status: 503,
    message: 'The records are damaged, so nothing is accepted any more: {problem}',
    fix: 'Stop the server, see what is damaged with `millrace doctor`, and put a backup in place (docs/guides/operations.md, "Damage and how to get back").',
  },
  RequestDefect: {
    code: 'MILL3020',
    status: 500,
    message: 'The request could not be carried out because of a defect or a damaged record.',
    fix: 'The server goes on. Look into its log (millrace.log in the data folder) and report what it says.',
  },
  SealedUnderAnotherKey: {
    code: 'MILL3024',
    status: 503,
    message:
      'What is asked for was sealed under another key: seal.key in the data folder is not the one that the store was written with.',
    fix: 'Put seal.key back from a backup of the data folder and start the server again; nothing is lost. Without it, secrets must be made anew: access keys, webhooks, connections, and executions that held secrets start again.',
  },
  InvalidEvent: {
    code: 'MILL3042',
    status: 400,
    message: 'The event is not valid: {problem}.',
    fix: 'Give source, detailType and an object as detail; at most 256 KiB.',
  },
  InvalidPool: {
    code: 'MILL3060',
    status: 400,
    message: 'The pool {pool} is not accepted: {problem}.',
    fix: 'Choose another name or number of slots.',
  },
  InvalidBackfill: {
    code: 'MILL3043',
    status: 400,
    message: 'The backfill is not accepted: {problem}.',
    fix: 'Give from and to as days (2026-11-01), hours (2026-11-01T05) or times (2026-11-01T05:00:00Z).',
  },
  BackfillNotFound: {
    code: 'MILL3044',
    status: 404,
    message: "There is no backfill '{backfill}'.",
    fix: 'Use the number that its start answered, or `latest`.',
  },
  BackfillNotRunning: {
    code: 'MILL3045',
    status: 409,
    message: "Backfill '{backfill}' is not running: it has ended or is being stopped.",
    fix: 'Start a new one for what is left; what has succeeded is not run again.',
  },
  BackfillPlanChanged: {
    code: 'MILL3046',
    status: 409,
    message: "The plan for '{pipeline}' is no longer the one that was shown.",
    fix: 'Plan again: executions have started or ended meanwhile.',
  },
  StateMachineExists: {
    code: 'MILL3031',
    status: 409,
    message: "A state machine named '{name}' exists already and is another one.",
    fix: 'Choose another name, or update the one that exists.',
  },
  DeployedFromFile: {
    code: 'MILL3032',
    status: 409,
    message: "'{name}' is deployed from a pipeline file.",
    fix: 'Change the file; what runs follows it.',
  },
  RevisionConflict: {
    code: 'MILL3033',
    status: 409,
    message: 'Revision {given} is not the current one, which is {current}.',
    fix: 'Read the state machine again and repeat the request with its revision.',
  },
  VersionNotFound: {
    code: 'MILL3034',
    status: 404,
    message: "'{name}' has no published version {version}.",
    fix: 'List them, or publish the current revision.',
  },
  VersionInUse: {
    code: 'MILL3035',
    status: 409,
    message: "Version {version} of '{name}' is used by the aliases [{aliases}].",
    fix: 'Let the aliases name another version first.',
  },
  AliasNotFound: {
    code: 'MILL3036',
    status: 404,
    message: "'{name}' has no alias '{alias}'.",
    fix: 'List its aliases, or create this one.',
  },
  AliasExists: {
    code: 'MILL3037',
    status: 409,
    message: "'{name}' has an alias '{alias}' already, and it is another one.",
    fix: 'Update the alias instead.',
  },
  ActivityNotFound: {
    code: 'MILL3038',
    status: 404,
    message: "There is no activity '{activity}'.",
    fix: 'Create it first, for example with `aws stepfunctions create-activity`.',
  },
  MapRunNotFound: {
    code: 'MILL3040',
    status: 404,
    message: "There is no map run '{mapRun}'.",
    fix: 'List the map runs of its execution.',
  },
  MapRunNotRunning: {
    code: 'MILL3041',
    status: 409,
    message: 'The map run has ended: nothing of it can be changed.',
    fix: 'Redrive its execution to run the items that failed.',
  },
  RedriveStateUnknown: {
    code: 'MILL3019',
    status: 400,
    message: "Execution '{execution}' cannot go on from state '{state}': {reason}",
    fix: 'Leave `from` out to go on from the failed state, or name a state of the top level.',
  },
  TestCaseUnknown: {
    code: 'MILL3021',
    status: 400,
    message: "There is no test case '{testCase}' of '{pipeline}' in the mock configuration.",
    fix: 'Start the server with `millrace up --mock-config FILE` and name a case under StateMachines.{pipeline}.TestCases of that file.',
  },
  // Worded as EventBridge Scheduler does: its clients get these texts.
  ScheduleNotFound: {
    code: 'MILL3080',
    status: 404,
    message: 'Schedule {schedule} does not exist.',
    fix: 'List the schedules with `millrace schedules`.',
  },
  ScheduleExists: {
    code: 'MILL3081',
    status: 409,
    message: 'Schedule {schedule} already exists.',
    fix: 'Update it, or choose another name.',
  },
  ScheduleGroupNotFound: {
    code: 'MILL3082',
    status: 404,
    message: 'Schedule group {group} does not exist.',
    fix: 'Create it first, or leave it out for the default group.',
  },
  ScheduleGroupExists: {
    code: 'MILL3083',
    status: 409,
    message: 'Schedule group {group} already exists.',
    fix: 'Choose another name.',
  },
  ScheduleGroupFixed: {
    code: 'MILL3084',
    status: 400,
    message: 'This operation cannot be performed on schedule group {group}.',
    fix: 'Every team has this group, and it stays as it is.',
  },
  TooManySchedules: {
    code: 'MILL3085',
    status: 402,
    message: 'There are {limit} {what} already, and no more are allowed.',
    fix: 'Delete those that are not needed any longer.',
  },
  ScheduleTagsRefused: {
    code: 'MILL3086',
    status: 400,
    message: 'A schedule group has at most {limit} tags.',
    fix: 'Remove those that are not needed any longer.',
  },
  ...EVENT_ERRORS,
  WebhookExists: {
    code: 'MILL3070',
    status: 409,
    message: "There is a webhook '{webhook}' already, or there are 1,000.",
    fix: 'Choose another name, or delete one: `millrace webhooks delete NAME`.',
  },
  WebhookNotFound: {
    code: 'MILL3071',
    status: 404,
    message: "There is no webhook '{webhook}'.",
    fix: 'List them with `millrace webhooks list`.',
  },
};

/** A refusal with its code; `details` fill the text and go into the problem response. */
export class EngineError extends Error {
  readonly kind: EngineErrorKind;
  readonly code: string;
  readonly status: number;
  readonly fix: string;
  readonly details: { [name: string]: string | number };

  constructor(kind: EngineErrorKind, details: { [name: string]: string | number } = {}) {
    const entry = ENGINE_ERRORS[kind];
    const filled = (text: string): string =>
      text.replaceAll(/\{(\w+)\}/g, (whole, name: string) =>
        Object.hasOwn(details, name) ? String(details[name]) : whole,
      );
    super(filled(entry.message));
    this.name = 'EngineError';
    this.kind = kind;
    this.code = entry.code;
    this.status = entry.status;
    this.fix = filled(entry.fix);
    this.details = details;
  }
}
