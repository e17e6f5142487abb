/**
 * Errors about workers on other machines, and what they may not do.
 * @module
 */
import type { EngineErrorEntry } from './error-entry.js';

export type WorkerErrorKind =
  | 'WorkerLeaseOver'
  | 'WorkerProtocolUnknown'
  | 'WorkerSessionForeign'
  | 'WorkerKindUnknown'
  | 'WorkerSessionMissing'
  | 'TooManyWorkers'
  | 'WorkerFilesTooLarge'
  | 'WorkerFilesRefused'
  | 'WorkerBlobWrong'
  | 'WorkerBlobNotFound';

export const WORKER_ERRORS: { readonly [kind in WorkerErrorKind]: Readonly<EngineErrorEntry> } = {
  WorkerLeaseOver: {
    code: 'MILL3480',
    status: 409,
    message: "The attempt '{attempt}' is not this worker's, or no longer.",
    fix: 'Stop it and forget what came of it: it was closed, or nobody waits for it any more.',
  },
  WorkerProtocolUnknown: {
    code: 'MILL3481',
    status: 426,
    message: 'The worker speaks version {spoken} of the protocol, this server version {known}.',
    fix: 'Run the worker with the version of Millrace that the server has: {version}.',
  },
  WorkerSessionForeign: {
    code: 'MILL3482',
    status: 409,
    message: 'This session is that of a worker with another token.',
    fix: 'Start the worker anew: each has a session of its own.',
  },
  WorkerKindUnknown: {
    code: 'MILL3483',
    status: 400,
    message: "No worker can perform tasks of the kind '{kind}'.",
    fix: 'Name some of: {known}.',
  },
  WorkerSessionMissing: {
    code: 'MILL3484',
    status: 400,
    message: 'The request does not say which worker sends it.',
    fix: 'Send the header `Millrace-Worker` with 43 characters that nobody can guess, the same in every request.',
  },
  TooManyWorkers: {
    code: 'MILL3485',
    status: 429,
    message: 'There are {count} workers already.',
    fix: 'Give each of them more slots (--slots) instead.',
  },
  WorkerFilesTooLarge: {
    code: 'MILL3486',
    status: 413,
    message: 'The files of the attempt are too many or too large for a worker: {problem}.',
    fix: 'Keep large data in a dataset or a bucket, or perform the task on the server (`worker: false`).',
  },
  WorkerFilesRefused: {
    code: 'MILL3487',
    status: 400,
    message: 'A file of the worker is not taken: {problem}.',
    fix: "Give paths inside of the execution's work folder.",
  },
  WorkerBlobWrong: {
    code: 'MILL3488',
    status: 400,
    message: 'What was sent is not what its hash says.',
    fix: 'Send it again.',
  },
  WorkerBlobNotFound: {
    code: 'MILL3489',
    status: 404,
    message: 'The attempt has no file with this hash.',
    fix: 'Ask for the files of the attempt first, or send the file.',
  },
};
