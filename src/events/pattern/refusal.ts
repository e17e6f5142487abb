/**
 * Why a pattern is refused.
 * @module
 */

/** An error as the EventBridge API answers it. */
export interface EventError {
  readonly code: 'InvalidEventPatternException' | 'ValidationException';
  readonly message: string;
}

/** Thrown while a pattern is read; `parsePattern` turns it into an {@link EventError}. Never leaves this folder. */
export class PatternRefusal extends Error {
  override readonly name = 'PatternRefusal';
}
