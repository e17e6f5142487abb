/**
 * A command's failure: what is wrong, what to do, and the exit code.
 * @module
 */
import { EXIT } from './exit-codes.js';

export class CommandFailure extends Error {
  readonly exitCode: number;
  readonly code: string;
  readonly fix: string | undefined;
  readonly details: { path: string; message: string }[];

  constructor(
    message: string,
    options: {
      exitCode: number;
      code?: string;
      fix?: string | undefined;
      details?: { path: string; message: string }[] | undefined;
    },
  ) {
    super(message);
    this.name = 'CommandFailure';
    this.exitCode = options.exitCode;
    this.code = options.code ?? 'MILL5000';
    this.fix = options.fix;
    this.details = options.details ?? [];
  }
}

/** The exit code that stands for an HTTP status. */
export function exitCodeOf(status: number): number {
  switch (status) {
    case 400:
    case 413:
    case 422:
      return EXIT.usage;
    case 401:
    case 403:
      return EXIT.unauthenticated;
    case 404:
      return EXIT.notFound;
    case 409:
      return EXIT.conflict;
    default:
      return EXIT.internal;
  }
}
