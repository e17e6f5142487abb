/**
 * JSONata within the workflow: the same code as everywhere, with time and randomness from the event, so a replay answers the same.
 * @module
 */
import { evaluateJsonata } from '../../../src/asl/expressions/jsonata.js';
import type { EvaluationRequest, EvaluationResult } from '../../../src/asl/transition.js';

/** Answers requests in their order; never rejects. */
export async function evaluate(requests: EvaluationRequest[]): Promise<EvaluationResult[]> {
  const results: EvaluationResult[] = [];
  for (const request of requests) results.push(await evaluateJsonata(request));
  return results;
}
