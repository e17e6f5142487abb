/**
 * A definition that a template holds as text, and where in the file each part of it stands.
 *
 * In a block of YAML (`DefinitionString: |`) lines of the text are lines of the file, so findings are told at their own
 * place. In a text on one line, or one that functions put together, they are told where the text begins, with their place
 * in the definition.
 * @module
 */
import { isScalar, type Node, Scalar } from 'yaml';
import { isObject } from '../../asl/json.js';
import type { FoundDefinition } from '../find-definition.js';
import { pathOf } from '../find-definition.js';
import type { Problem } from '../problem.js';
import { problemAt, readSource, type SourceFile, type ValuePath } from '../source-file.js';

export interface DefinitionText {
  readonly found?: FoundDefinition;
  /** Puts a problem of the text where it is in the file. */
  relocate(problem: Problem): Problem;
}

/**
 * Reads the text.
 * @param written the block of YAML that the text is, if it is one
 * @param path of the value that the text comes from
 */
export function readDefinitionText(
  text: string,
  source: SourceFile,
  path: ValuePath,
  written: ValuePath | undefined,
  problems: Problem[],
): DefinitionText {
  const file = `${source.file}#${path.join('/')}`;
  const own: Problem[] = [];
  const inner = readSource(file, text, own);
  const shift = written === undefined ? undefined : shiftOf(source, written);
  const start = problemAt(source, path, 'MILL1002', '');
  const relocate = (problem: Problem): Problem => {
    if (problem.file !== file) return problem;
    if (shift === undefined) {
      const { line, column, length } = start;
      const message = `${problem.message} (line ${problem.line} of the definition)`;
      return { ...problem, file: source.file, message, line, column, length };
    }
    const line = problem.line + shift.lines;
    return { ...problem, file: source.file, line, column: problem.column + shift.columns };
  };
  problems.push(...own.map(relocate));
  if (inner === undefined) return { relocate };
  if (!isObject(inner.value)) {
    problems.push(problemAt(source, path, 'MILL1103', 'a state machine is a mapping'));
    return { relocate };
  }
  const found: FoundDefinition = {
    definition: inner.value,
    isComplete: true,
    origin: (pointer) =>
      shift === undefined
        ? { source, path, isWhole: true }
        : { source: inner, path: pathOf(pointer), isWhole: false },
  };
  return { found, relocate };
}

/** How many lines and columns the text of a block stands further down and right than in itself. */
function shiftOf(
  source: SourceFile,
  path: ValuePath,
): { lines: number; columns: number } | undefined {
  const node = source.document.getIn(path, true) as Node | undefined;
  if (!isScalar(node) || node.type !== Scalar.BLOCK_LITERAL) return undefined;
  const offset = node.range?.[0] ?? 0;
  const { line } = source.lines.linePos(offset);
  const below = source.text.split('\n').slice(line);
  const first = below.find((content) => content.trim() !== '') ?? '';
  return { lines: line, columns: first.length - first.trimStart().length };
}
