/**
 * The intrinsic functions `States.*` of the JSONPath query language.
 *
 * Source: Step Functions developer guide, "Intrinsics for JSONPath states": functions, limits and rounding.
 * @module
 */
import type { Json } from '../json.js';
import { ExpressionFailure } from './failure.js';
import { callIntrinsic, formatText, IntrinsicProblem } from './intrinsic-functions.js';
import { type IntrinsicArgument, type IntrinsicCall, parseIntrinsic } from './intrinsic-syntax.js';
import { findPath, type Path, pathOf } from './path.js';
import { PathSyntaxError } from './path-lexemes.js';
import type { Draws } from './random.js';
import type { Scope } from './scope.js';

export interface Intrinsic {
  /** As written. */
  readonly text: string;
  readonly call: CompiledCall;
}

interface CompiledCall {
  readonly syntax: IntrinsicCall;
  readonly arguments: CompiledArgument[];
}

type CompiledArgument =
  | { type: 'call'; call: CompiledCall }
  | { type: 'path'; path: Path }
  | { type: 'literal'; value: Json };

/** True when the text of a `.$` field, ErrorPath or CausePath is an intrinsic function and not a path. */
export function isIntrinsic(text: string): boolean {
  return text.trimStart().startsWith('States.');
}

/**
 * Reads an intrinsic function with everything nested in it.
 * @throws ExpressionFailure States.Runtime when the text is none
 * @example compileIntrinsic("States.Format('{} rows', $.count)")
 */
export function compileIntrinsic(text: string): Intrinsic {
  try {
    return { text, call: compileCall(parseIntrinsic(text)) };
  } catch (error) {
    if (!(error instanceof PathSyntaxError)) throw error;
    throw new ExpressionFailure(
      'States.Runtime',
      `Invalid intrinsic function '${text}' : ${error.message}`,
    );
  }
}

function compileCall(syntax: IntrinsicCall): CompiledCall {
  return { syntax, arguments: syntax.arguments.map(compileArgument) };
}

function compileArgument(argument: IntrinsicArgument): CompiledArgument {
  switch (argument.type) {
    case 'call':
      return { type: 'call', call: compileCall(argument) };
    case 'path':
      return { type: 'path', path: pathOf(argument.text, argument.path) };
    case 'literal':
      return { type: 'literal', value: argument.value };
  }
}

/**
 * Evaluates an intrinsic function.
 * @param draws continues the randomness of a template with several functions; by default a new one from the scope's seed
 * @throws ExpressionFailure States.Runtime when a path in it finds nothing, States.IntrinsicFailure when the function
 *   cannot work with its arguments
 */
export function evaluateIntrinsic(
  intrinsic: Intrinsic,
  scope: Scope,
  draws: Draws = { seed: scope.seed, made: 0 },
): Json {
  return evaluateCall(intrinsic.call, scope, draws);
}

function evaluateCall(call: CompiledCall, scope: Scope, draws: Draws): Json {
  const { syntax } = call;
  const values = call.arguments.map((argument) => evaluateArgument(argument, scope, draws));
  try {
    const [first] = syntax.arguments;
    if (syntax.name === 'Format' && first?.type === 'literal' && first.pieces !== undefined) {
      return formatText(first.pieces, values.slice(1));
    }
    return callIntrinsic(syntax.name, values, draws);
  } catch (error) {
    if (!(error instanceof IntrinsicProblem)) throw error;
    throw new ExpressionFailure(
      'States.IntrinsicFailure',
      `The function '${syntax.text}' had the following error: ${error.message}`,
    );
  }
}

function evaluateArgument(argument: CompiledArgument, scope: Scope, draws: Draws): Json {
  switch (argument.type) {
    case 'literal':
      return argument.value;
    case 'call':
      return evaluateCall(argument.call, scope, draws);
    case 'path': {
      const value = findPath(argument.path, scope);
      if (value !== undefined) return value;
      throw new ExpressionFailure(
        'States.Runtime',
        `The JsonPath argument for the field '${argument.path.text}' could not be found in the input '${JSON.stringify(scope.input)}'`,
      );
    }
  }
}
