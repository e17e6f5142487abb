/**
 * What the pool and its child processes say to each other: one JSON document a line.
 * @module
 */
import type { EvaluationRequest, EvaluationResult } from '../../../asl/transition.js';

/** To the child: evaluate these, in this order. */
export interface Order {
  id: number;
  request: EvaluationRequest;
}

/** From the child, as soon as one is done. */
export interface Answer {
  id: number;
  result: EvaluationResult;
}

/** Characters of one answer, at most: longer ones would stall the process that reads them. */
export const ANSWER_LENGTH = 1_048_576;

/**
 * Cuts a stream of text into lines and calls back for each that is complete.
 *
 * @example const feed = lineReader((line) => …); feed('{"a"'); feed(':1}\n'); // one line
 */
export function lineReader(read: (line: string) => void): (chunk: string) => void {
  // Pieces of a long line are joined once, when it ends.
  let pieces: string[] = [];
  return (chunk) => {
    let from = 0;
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', from)) {
      pieces.push(chunk.slice(from, end));
      from = end + 1;
      const line = pieces.join('');
      pieces = [];
      read(line);
    }
    if (from < chunk.length) pieces.push(chunk.slice(from));
  };
}
