/**
 * Problems as a person reads them on a terminal: what, where with the lines around it, why, and the fix.
 *
 *     error[MILL1101] unknown field "retyr"; did you mean "retry"?
 *       --> pipelines/orders.yaml:5:5
 *        4 |   - load:
 *        5 |       retyr: 3
 *          |       ^^^^^
 *      why: a field that nobody reads is most likely a misspelling
 *      fix: write "retry"
 * @module
 */
import type { Problem } from './problem.js';

/** Longest part of a line that is shown. */
const MAX_WIDTH = 160;

/**
 * All problems as one text without colours; '' when there are none.
 * @param sources the text of each file that a problem is in, by its name
 */
export function formatProblems(
  problems: readonly Problem[],
  sources: ReadonlyMap<string, string>,
): string {
  return problems.map((problem) => formatProblem(problem, sources.get(problem.file))).join('\n');
}

function formatProblem(problem: Problem, text: string | undefined): string {
  const { severity, code, message, file, line, column, why, fix } = problem;
  const lines = [`${severity}[${code}] ${printable(message)}`, `  --> ${file}:${line}:${column}`];
  if (text !== undefined) lines.push(...frame(problem, text));
  lines.push(` why: ${why}`);
  if (fix !== undefined) lines.push(` fix: ${printable(fix)}`);
  return `${lines.join('\n')}\n`;
}

function frame({ line, column, length }: Problem, text: string): string[] {
  const all = text.split('\n', line);
  const width = String(line).length + 1;
  const shown: string[] = [];
  for (const number of [line - 1, line]) {
    const content = all[number - 1];
    if (content !== undefined)
      shown.push(`${String(number).padStart(width + 1)} | ${clean(content)}`);
  }
  const marked = all[line - 1];
  if (marked === undefined || column > MAX_WIDTH) return shown;
  const room = Math.max(1, Math.min(length, clean(marked).length - column + 1));
  shown.push(`${' '.repeat(width + 1)} | ${' '.repeat(column - 1)}${'^'.repeat(room)}`);
  return shown;
}

/** One column a character, so that the caret stands right. */
function clean(line: string): string {
  return printable(line.replace(/\r$/, '').replaceAll('\t', ' ')).slice(0, MAX_WIDTH);
}

/** Control characters from a file must not reach a terminal. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}
