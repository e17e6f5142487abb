/**
 * Errors that functions and bounds of an evaluation raise, in the shapes that JSONata and Step Functions tell apart.
 *
 * - A **problem** has a code, which the service shows before the message: `T0410: …`.
 * - An **excess** is a bound that was passed (time, depth, memory). It has no code.
 * - An **internal** error is one that the service itself did not expect. It shows no more than a random id.
 * @module
 */

/** An error as JSONata raises it: the service shows `code: message`. */
export class FunctionProblem extends Error {
  readonly code: string;
  /** JSONata writes its own message for a wrong argument, from these two. */
  readonly token: string | undefined;
  readonly index: number | undefined;

  constructor(code: string, message: string, token?: string, index?: number) {
    super(message);
    this.code = code;
    this.token = token;
    this.index = index;
  }
}

/** The argument at a position (from 1) is of the wrong type, or one too many. */
export function wrongArgument(name: string, position: number): FunctionProblem {
  const what = `Argument ${position} of function "${name}" does not match function signature`;
  return new FunctionProblem('T0410', what, name, position);
}

/** What an evaluation may use too much of, with the sentence that says so. */
export const EXCESS: { readonly time: string; readonly depth: string; readonly memory: string } = {
  time: 'Expression evaluation timeout: Check for infinite loop',
  depth:
    'Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive.',
  memory: 'Expression evaluation memory limit exceeded: Check for excessive memory usage',
};

/** A bound of the evaluation was passed. */
export class ExcessProblem extends Error {
  constructor(kind: keyof typeof EXCESS) {
    super(EXCESS[kind]);
  }
}

/** The service answers "an internal error", for what its own code did not expect. */
export class InternalProblem extends Error {}
