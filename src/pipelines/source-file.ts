/**
 * One YAML (or JSON) file: its text, its value, and where in the text each part of the value stands.
 *
 * Reading is bounded: size, depth, number of values (so aliases cannot multiply), and no key may be `__proto__`.
 * @module
 */
import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
} from 'yaml';
import type { Json, JsonObject } from '../asl/json.js';
import { PROBLEM_CODES, type Problem, type ProblemCode } from './problem.js';

/** Largest file, in characters. */
export const MAX_FILE_SIZE = 1_048_576;
/** Deepest nesting. */
const MAX_DEPTH = 512;
/** Most values in a file, those of aliases counted each time they are used. */
const MAX_VALUES = 100_000;

/** A way from the root of a value to a part of it. */
export type ValuePath = readonly (string | number)[];

export interface SourceFile {
  readonly file: string;
  readonly text: string;
  readonly document: Document;
  readonly lines: LineCounter;
  readonly value: Json;
}

/** What else is known about a problem, beside its code, message and place. */
export interface ProblemDetails {
  severity?: 'error' | 'warning';
  fix?: string;
  suggestion?: string;
  /** Mark the key and not the value. */
  mark?: 'key' | 'value';
  /** Only these characters of a text. */
  part?: { readonly at: number; readonly length: number };
}

/**
 * Reads a file. Problems are added to the list.
 * @returns undefined when there is no value that could be checked any further
 */
export function readSource(
  file: string,
  text: string,
  problems: Problem[],
): SourceFile | undefined {
  const start = { file, line: 1, column: 1, length: 1 };
  const report = (
    code: ProblemCode,
    message: string,
    offset: number,
    length: number,
    severity: 'error' | 'warning' = 'error',
    fix?: string,
  ): void => {
    const position = lines.linePos(offset);
    const why = PROBLEM_CODES[code][1];
    problems.push({
      severity,
      code,
      message,
      file,
      line: Math.max(1, position.line),
      column: Math.max(1, position.col),
      length: Math.max(1, length),
      why,
      ...(fix === undefined ? {} : { fix }),
    });
  };
  const lines = new LineCounter();
  const why = PROBLEM_CODES.MILL1003[1];
  if (text.length > MAX_FILE_SIZE) {
    problems.push({
      severity: 'error',
      code: 'MILL1003',
      message: `the file has more than ${MAX_FILE_SIZE} characters`,
      why,
      ...start,
    });
    return undefined;
  }
  if (nestsTooDeep(text)) {
    problems.push({
      severity: 'error',
      code: 'MILL1003',
      message: `values nest more than ${MAX_DEPTH} levels deep`,
      why,
      ...start,
    });
    return undefined;
  }
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: false,
    prettyErrors: false,
    // With less than this, further documents are left out without an error.
    logLevel: 'error',
  });
  for (const { code, message, pos } of document.errors) {
    const told =
      code === 'MULTIPLE_DOCS'
        ? 'a second document begins here, and a file holds one: put each into a file of its own'
        : firstLine(message);
    report('MILL1002', told, pos[0], pos[1] - pos[0]);
  }
  for (const warning of document.warnings) {
    report(
      'MILL1002',
      firstLine(warning.message),
      warning.pos[0],
      warning.pos[1] - warning.pos[0],
      'warning',
    );
  }
  if (document.errors.length > 0) return undefined;
  try {
    const value = new ValueReader(document, report).read(document.contents as Node | null, 0);
    return { file, text, document, lines, value };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    report(error.code, error.message, error.offset, 1);
    return undefined;
  }
}

/** The value as it is after the document was changed in place. */
export function currentValue(source: SourceFile, problems: Problem[]): Json | undefined {
  try {
    const silent: Report = () => undefined;
    return new ValueReader(source.document, silent).read(
      source.document.contents as Node | null,
      0,
    );
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    problems.push(problemAt(source, [], error.code, error.message));
    return undefined;
  }
}

/**
 * Builds a problem at a part of a file.
 * A path that does not exist marks the deepest part of it that does.
 */
export function problemAt(
  source: SourceFile,
  path: ValuePath,
  code: ProblemCode,
  message: string,
  details: ProblemDetails = {},
): Problem {
  const whole = rangeOf(source, path, details.mark ?? 'value');
  const [offset, end] = details.part === undefined ? whole : partOf(source, whole, details.part);
  const { line, col } = source.lines.linePos(offset);
  const newline = source.text.indexOf('\n', offset);
  const lineEnd = newline < 0 ? source.text.length : newline;
  return {
    severity: details.severity ?? 'error',
    code,
    message,
    file: source.file,
    line: Math.max(1, line),
    column: Math.max(1, col),
    length: Math.max(1, Math.min(end, lineEnd) - offset),
    why: PROBLEM_CODES[code][1],
    ...(details.fix === undefined ? {} : { fix: details.fix }),
    ...(details.suggestion === undefined ? {} : { suggestion: details.suggestion }),
  };
}

/** A part of a text on one line, which may be in quotes; of any other value the whole. */
function partOf(
  source: SourceFile,
  [start, end]: [number, number],
  { at, length }: { readonly at: number; readonly length: number },
): [number, number] {
  const written = source.text.slice(start, end);
  if (written.includes('\n')) return [start, end];
  const from = start + (/^["']/.test(written) ? 1 : 0) + at;
  return from + length > end ? [start, end] : [from, from + length];
}

/** Start and end of the value, or of its key, as offsets into the text. */
function rangeOf(source: SourceFile, path: ValuePath, mark: 'key' | 'value'): [number, number] {
  let node = source.document.contents as Node | null;
  let key: Node | null = null;
  for (const step of path) {
    const holder: Node | null = isAlias(node)
      ? (node.resolve(source.document) as Node | null)
      : node;
    const child = childOf(holder, step);
    if (child === undefined) return nodeRange(key ?? holder);
    key = isPair(child) ? (child.key as Node | null) : null;
    node = isPair(child) ? (child.value as Node | null) : child;
  }
  return nodeRange(mark === 'key' ? (key ?? node) : (node ?? key));
}

function childOf(holder: Node | null, step: string | number): Pair | Node | undefined {
  if (isMap(holder)) return pairsOf(holder).get(String(step));
  if (isSeq(holder)) return (holder.items[Number(step)] as Node | undefined) ?? undefined;
  return undefined;
}

/** Pairs by key, looked up once a mapping: a file may have many problems in one large mapping. */
const pairs = new WeakMap<object, Map<string, Pair>>();

function pairsOf(map: YAMLMap): Map<string, Pair> {
  let index = pairs.get(map);
  if (index === undefined) {
    index = new Map();
    for (const pair of map.items as Pair[]) {
      if (isScalar(pair.key)) index.set(String(pair.key.value), pair);
    }
    pairs.set(map, index);
  }
  return index;
}

function nodeRange(node: Node | null): [number, number] {
  const [start = 0, end = 0] = node?.range ?? [];
  return [start, end];
}

type Report = (
  code: ProblemCode,
  message: string,
  offset: number,
  length: number,
  severity?: 'error' | 'warning',
  fix?: string,
) => void;

/** The file has a value, but not one that is JSON or within bounds. */
class Unreadable extends Error {
  readonly code: ProblemCode;
  readonly offset: number;

  constructor(code: ProblemCode, message: string, offset: number) {
    super(message);
    this.code = code;
    this.offset = offset;
  }
}

/** Turns nodes into JSON; lives during one reading and counts what it has read. */
class ValueReader {
  private values = 0;
  private readonly document: Document;
  private readonly report: Report;

  constructor(document: Document, report: Report) {
    this.document = document;
    this.report = report;
  }

  read(node: Node | null, depth: number): Json {
    this.values += 1;
    const offset = node?.range?.[0] ?? 0;
    if (depth > MAX_DEPTH)
      throw new Unreadable('MILL1003', `values nest more than ${MAX_DEPTH} levels deep`, offset);
    if (this.values > MAX_VALUES)
      throw new Unreadable(
        'MILL1003',
        `the file has more than ${MAX_VALUES} values; aliases count each time`,
        offset,
      );
    if (node === null) return null;
    if (isAlias(node))
      return this.read((node.resolve(this.document) as Node | undefined) ?? null, depth + 1);
    if (isSeq(node)) return node.items.map((item) => this.read(item as Node | null, depth + 1));
    if (isMap(node)) return this.readMap(node.items as Pair[], depth, offset);
    return isScalar(node)
      ? this.readScalar(node.value, node.source ?? '', offset, node.type === 'PLAIN')
      : null;
  }

  private readMap(pairs: Pair[], depth: number, offset: number): Json {
    const object: JsonObject = {};
    for (const pair of pairs) {
      const key = pair.key as Node | null;
      if (!isScalar(key)) {
        this.report(
          'MILL1107',
          'a mapping as a key, probably braces that should be text',
          offset,
          2,
          'error',
          'put the whole value in quotes: "{{ … }}"',
        );
        continue;
      }
      const name = String(key.value);
      const [start = 0, end = 0] = key.range ?? [];
      if (name === '__proto__') {
        this.report('MILL1004', 'the key "__proto__" is not allowed', start, end - start);
        continue;
      }
      // The library compares every key with every other; this looks each one up.
      if (Object.hasOwn(object, name)) {
        this.report('MILL1005', `the key "${name}" is here twice`, start, end - start);
      }
      object[name] = this.read(pair.value as Node | null, depth + 1);
    }
    return object;
  }

  private readScalar(value: unknown, written: string, offset: number, isPlain: boolean): Json {
    if (typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))) {
      throw new Unreadable('MILL1103', `${written} is not a number that JSON has`, offset);
    }
    if (typeof value === 'number' && isPlain) this.checkNumber(value, written, offset);
    if (
      value === null ||
      typeof value === 'boolean' ||
      typeof value === 'number' ||
      typeof value === 'string'
    )
      return value;
    return String(value);
  }

  private checkNumber(value: number, written: string, offset: number): void {
    const digits = written.replace(/^[-+]/, '');
    if (/^0[0-9]/.test(digits)) {
      this.report(
        'MILL1105',
        `${written} is read as the number ${value}`,
        offset,
        written.length,
        'warning',
        `write "${written}" if the zeros count`,
      );
    } else if (/^[0-9]{16,}$/.test(digits) && !Number.isSafeInteger(value)) {
      this.report(
        'MILL1106',
        `${written} is read as ${value}`,
        offset,
        written.length,
        'warning',
        `write "${written}" if it is a name and not an amount`,
      );
    }
  }
}

/** A quick look at brackets and indentation, because the YAML reader itself calls itself for every level. */
function nestsTooDeep(text: string): boolean {
  let brackets = 0;
  let indicators = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === '[' || character === '{') brackets += 1;
    else if (character === ']' || character === '}') brackets = Math.max(0, brackets - 1);
    // "- - - -" and "? ? ? ?" open a level each, without any bracket.
    if (character === '\n') indicators = 0;
    else if (
      (character === '-' || character === '?' || character === ':') &&
      text.charAt(index + 1) === ' '
    )
      indicators += 1;
    if (brackets > MAX_DEPTH || indicators > MAX_DEPTH) return true;
  }
  return false;
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? message;
}
