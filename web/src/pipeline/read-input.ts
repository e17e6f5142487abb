/**
 * Reads the input that somebody typed.
 * @module
 */
import type { Json } from '../api/types.js';

/**
 * @returns the value, or what is wrong in words that name the place
 * @example readInput('{"a": 1') // { problem: 'This is not JSON: …' }
 */
export function readInput(text: string): { value: Json } | { problem: string } {
  try {
    return { value: JSON.parse(text) as Json };
  } catch (error) {
    const { message } = error as SyntaxError;
    const position = /position (\d+)/.exec(message)?.[1];
    return {
      problem: `This is not JSON: ${plain(message)}${position === undefined ? '' : place(text, Number(position))}`,
    };
  }
}

/** Without what engines add about the place in their own words. */
function plain(message: string): string {
  return message.replace(/^JSON\.parse: /, '').replace(/ (in JSON )?at position.*$/, '');
}

function place(text: string, position: number): string {
  const before = text.slice(0, position).split('\n');
  return `, at line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
}
