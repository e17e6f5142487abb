/**
 * The syntax of intrinsic functions: `States.Format('Hi {}', $.name)` → a call.
 *
 *     call     = 'States.' name '(' [argument (',' argument)*] ')'
 *     argument = call | path | 'text' | number | true | false | null
 *
 * In a text a backslash may only stand before `'`, `{`, `}` and itself; anything else is refused, as the service does.
 * @module
 */
import type { Json } from '../json.js';
import { PathSyntaxError, syntaxError } from './path-lexemes.js';
import type { ParsedPath } from './path-model.js';
import { MAX_PATH_LENGTH, readPath } from './path-syntax.js';
import { TextReader } from './text-reader.js';

/** Deepest nesting of calls. Source: Step Functions developer guide, "Intrinsics": up to 10. */
const MAX_NESTING = 10;

/** Name of every function with the least and the most arguments it takes. */
const FUNCTIONS = {
  Array: [0, 1_000],
  ArrayPartition: [2, 2],
  ArrayContains: [2, 2],
  ArrayRange: [3, 3],
  ArrayGetItem: [2, 2],
  ArrayLength: [1, 1],
  ArrayUnique: [1, 1],
  Base64Encode: [1, 1],
  Base64Decode: [1, 1],
  Hash: [2, 2],
  JsonMerge: [3, 3],
  StringToJson: [1, 1],
  JsonToString: [1, 1],
  MathRandom: [2, 3],
  MathAdd: [2, 2],
  StringSplit: [2, 2],
  UUID: [0, 0],
  Format: [1, 1_000],
} as const;

export type IntrinsicName = keyof typeof FUNCTIONS;

export interface IntrinsicCall {
  type: 'call';
  name: IntrinsicName;
  arguments: IntrinsicArgument[];
  /** As written, for messages. */
  text: string;
}

export type IntrinsicArgument =
  | IntrinsicCall
  | { type: 'path'; path: ParsedPath; text: string }
  /** `pieces`: a text cut at its unescaped `{}`, for Format. */
  | { type: 'literal'; value: Json; pieces?: string[] };

/**
 * Reads a whole text as one call.
 * @throws PathSyntaxError with what is wrong and where
 */
export function parseIntrinsic(text: string): IntrinsicCall {
  if (text.length > MAX_PATH_LENGTH) {
    throw new PathSyntaxError(`an intrinsic function has at most ${MAX_PATH_LENGTH} characters`);
  }
  const reader = new TextReader(text);
  reader.skipBlanks();
  const call = readCall(reader, 1);
  reader.skipBlanks();
  if (!reader.atEnd()) throw syntaxError(reader, `unexpected '${reader.peek()}'`);
  return call;
}

function readCall(reader: TextReader, depth: number): IntrinsicCall {
  const start = reader.position;
  if (depth > MAX_NESTING) throw syntaxError(reader, `calls nest at most ${MAX_NESTING} deep`);
  if (!reader.take('States.')) throw syntaxError(reader, "'States.' is missing");
  const name = readName(reader);
  reader.skipBlanks();
  if (!reader.take('(')) throw syntaxError(reader, `'(' is missing after 'States.${name}'`);
  const args: IntrinsicArgument[] = [];
  reader.skipBlanks();
  if (!reader.take(')')) {
    for (;;) {
      args.push(readArgument(reader, depth));
      reader.skipBlanks();
      if (reader.take(')')) break;
      if (!reader.take(',')) throw syntaxError(reader, "',' or ')' is missing");
    }
  }
  const [least, most] = FUNCTIONS[name];
  if (args.length < least || args.length > most) {
    const wanted = least === most ? `${least}` : `${least} to ${most}`;
    throw syntaxError(reader, `States.${name} takes ${wanted} arguments, not ${args.length}`);
  }
  return { type: 'call', name, arguments: args, text: reader.text.slice(start, reader.position) };
}

function readName(reader: TextReader): IntrinsicName {
  const name = reader.readWhile(
    (c) => (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'),
  );
  if (!Object.hasOwn(FUNCTIONS, name)) {
    throw syntaxError(reader, `there is no intrinsic function 'States.${name}'`);
  }
  return name as IntrinsicName;
}

function readArgument(reader: TextReader, depth: number): IntrinsicArgument {
  reader.skipBlanks();
  const character = reader.peek();
  if (character === "'") return readText(reader);
  if (character === 'S') return readCall(reader, depth + 1);
  if (character === '$') {
    const start = reader.position;
    const path = readPath(reader, 0);
    return { type: 'path', path, text: reader.text.slice(start, reader.position) };
  }
  if (reader.take('true')) return { type: 'literal', value: true };
  if (reader.take('false')) return { type: 'literal', value: false };
  if (reader.take('null')) return { type: 'literal', value: null };
  return { type: 'literal', value: readNumber(reader) };
}

function readNumber(reader: TextReader): number {
  const text = reader.readWhile((c) => (c >= '0' && c <= '9') || '+-.eE'.includes(c));
  const value = Number(text);
  if (text === '' || !Number.isFinite(value)) throw syntaxError(reader, 'an argument is missing');
  return value;
}

function readText(reader: TextReader): IntrinsicArgument {
  reader.take("'");
  const pieces: string[] = [];
  const whole: string[] = [];
  let piece: string[] = [];
  for (;;) {
    const plain = reader.readWhile((c) => c !== "'" && c !== '\\' && c !== '{');
    piece.push(plain);
    whole.push(plain);
    if (reader.atEnd()) throw syntaxError(reader, 'a closing quote is missing');
    if (reader.take("'")) break;
    if (reader.take('{}')) {
      whole.push('{}');
      pieces.push(piece.join(''));
      piece = [];
      continue;
    }
    const escaped = reader.take('\\');
    const character = reader.peek();
    if (escaped && !["'", '{', '}', '\\'].includes(character)) {
      throw syntaxError(reader, `'\\${character}' is no escape; only \\', \\{, \\} and \\\\ are`);
    }
    reader.take(character);
    piece.push(character);
    whole.push(character);
  }
  pieces.push(piece.join(''));
  return { type: 'literal', value: whole.join(''), pieces };
}
