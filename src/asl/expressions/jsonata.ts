/**
 * Evaluates JSONata expressions.
 * @module
 */
import type { EvaluationRequest, EvaluationResult } from '../transition.js';

export async function evaluateJsonata(request: EvaluationRequest): Promise<EvaluationResult> {
  throw new Error(`not yet ${request}`);
}
