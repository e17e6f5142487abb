/**
 * How an expression tells that it cannot be evaluated.
 *
 * A failure of an expression is a failure of the *pipeline*, not of Millrace, so it ends as data (`Error`, `Cause`) in
 * the execution. Inside `expressions/` it travels as one exception type; `advance()` catches it in one place.
 * @module
 */

/** Error names that expressions raise. Source: Step Functions developer guide, "Handling errors in workflows". */
export type ExpressionError =
  | 'States.Runtime'
  | 'States.ParameterPathFailure'
  | 'States.ResultPathMatchFailure'
  | 'States.IntrinsicFailure'
  | 'States.QueryEvaluationError';

/**
 * An expression failed.
 *
 * `message` is the cause as AWS words it, without the prefix "An error occurred while executing the state 'X' (entered
 * at the event id #n). ", which only the reducer can know. `location` names the field as AWS's `EvaluationFailed` event
 * does: `Output`, `Arguments`, `Assign/total`.
 */
export class ExpressionFailure extends Error {
  readonly error: ExpressionError;
  readonly location: string | undefined;

  constructor(error: ExpressionError, message: string, location?: string) {
    super(message);
    this.name = 'ExpressionFailure';
    this.error = error;
    this.location = location;
  }
}
