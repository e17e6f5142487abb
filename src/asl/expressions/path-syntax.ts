/**
 * The syntax of JSONPath: text → steps.
 *
 * A hand-written, single-pass reader: every character is looked at a bounded number of times and nesting is limited, so
 * hostile text costs linear time. The dialect is Jayway's (https://github.com/json-path/JsonPath), which Step Functions
 * uses, without regular expressions in filters: a pattern from a definition could stall the process.
 * @module
 */
import { parseFilter } from './path-filter-syntax.js';
import { isDigit, PathSyntaxError, readInteger, readQuoted, syntaxError } from './path-lexemes.js';
import { PATH_FUNCTIONS, type ParsedPath, type Root, type Step } from './path-model.js';
import { TextReader } from './text-reader.js';

/** Longest path that is accepted, in characters. */
export const MAX_PATH_LENGTH = 10_000;

/** Reads a whole text as a path. Blanks around it are tolerated. */
export function parsePath(text: string): ParsedPath {
  if (text.length > MAX_PATH_LENGTH) {
    throw new PathSyntaxError(`a path has at most ${MAX_PATH_LENGTH} characters`);
  }
  const reader = new TextReader(text);
  reader.skipBlanks();
  const path = readPath(reader, 0);
  reader.skipBlanks();
  if (!reader.atEnd()) {
    throw new PathSyntaxError(`unexpected '${reader.peek()}' at character ${reader.position + 1}`);
  }
  return path;
}

/**
 * Reads one path where the reader stands and leaves the reader behind it.
 * @param depth how many filters are around it
 */
export function readPath(reader: TextReader, depth: number): ParsedPath {
  const root = readRoot(reader, depth);
  const steps: Step[] = [];
  while (!reader.atEnd()) {
    const character = reader.peek();
    if (character === '.') readDotted(reader, steps);
    else if (character === '[') steps.push(readBracket(reader, depth));
    else break;
  }
  if (steps.at(-1)?.type === 'descendants')
    throw syntaxError(reader, "a path must not end with '..'");
  return { root, steps };
}

function readRoot(reader: TextReader, depth: number): Root {
  if (depth > 0 && reader.take('@')) return { type: 'candidate' };
  if (!reader.take('$')) throw syntaxError(reader, "a path starts with '$'");
  if (reader.take('$')) return { type: 'context' };
  const name = reader.readWhile(isNameCharacter);
  if (name === '') return { type: 'input' };
  if (name.charAt(0) >= '0' && name.charAt(0) <= '9') {
    throw syntaxError(reader, `'$${name}' is no variable: a name does not start with a digit`);
  }
  return { type: 'variable', name };
}

function readDotted(reader: TextReader, steps: Step[]): void {
  reader.take('.');
  if (reader.take('.')) {
    if (steps.at(-1)?.type === 'descendants') throw syntaxError(reader, "unexpected '..'");
    steps.push({ type: 'descendants' });
  }
  // `$.[0]` and `$.a.['b']` are as good as without the dot: definitions in use write them, and Jayway reads them.
  if (reader.peek() === '[') return;
  if (reader.take('*')) {
    steps.push({ type: 'wildcard' });
    return;
  }
  const name = reader.readWhile(isPropertyCharacter);
  if (name === '') throw syntaxError(reader, 'a property name is missing');
  if (reader.take('(')) steps.push(readFunction(reader, name));
  else steps.push({ type: 'property', name });
}

function readFunction(reader: TextReader, name: string): Step {
  const known = PATH_FUNCTIONS.find((candidate) => candidate === name);
  if (known === undefined) {
    throw syntaxError(
      reader,
      `unknown function '${name}()'; known are ${PATH_FUNCTIONS.join(', ')}`,
    );
  }
  reader.skipBlanks();
  const argument = reader.peek() === ')' ? null : readInteger(reader);
  reader.skipBlanks();
  if (!reader.take(')')) throw syntaxError(reader, `')' is missing after '${name}('`);
  if (known === 'index' && argument === null) throw syntaxError(reader, 'index() needs a number');
  if (known !== 'index' && argument !== null)
    throw syntaxError(reader, `${known}() takes no argument`);
  return { type: 'function', name: known, argument };
}

function readBracket(reader: TextReader, depth: number): Step {
  reader.take('[');
  reader.skipBlanks();
  const step = readBracketContent(reader, depth);
  reader.skipBlanks();
  if (!reader.take(']')) throw syntaxError(reader, "']' is missing");
  return step;
}

function readBracketContent(reader: TextReader, depth: number): Step {
  const character = reader.peek();
  if (reader.take('*')) return { type: 'wildcard' };
  if (reader.take('?'))
    return {
      type: 'filter',
      predicate: parseFilter(reader, depth + 1, readPath),
    };
  if (character === "'" || character === '"') {
    const names = readList(reader, () => readQuoted(reader));
    const [name] = names;
    return names.length === 1 && name !== undefined
      ? { type: 'property', name }
      : { type: 'properties', names };
  }
  const from = character === ':' ? undefined : readInteger(reader);
  reader.skipBlanks();
  if (reader.take(':')) {
    reader.skipBlanks();
    return {
      type: 'slice',
      from,
      to: reader.peek() === ']' ? undefined : readInteger(reader),
    };
  }
  if (from === undefined) throw syntaxError(reader, 'a number is missing');
  if (reader.peek() !== ',') return { type: 'index', index: from };
  reader.take(',');
  return {
    type: 'indexes',
    indexes: [from, ...readList(reader, () => readInteger(reader))],
  };
}

function readList<Item>(reader: TextReader, readItem: () => Item): Item[] {
  const items: Item[] = [];
  do {
    reader.skipBlanks();
    items.push(readItem());
    reader.skipBlanks();
  } while (reader.take(','));
  return items;
}

/** Letters of any script, digits and the underscore: what a variable's name may consist of. */
function isNameCharacter(character: string): boolean {
  return (
    isDigit(character) ||
    character === '_' ||
    character.toLowerCase() !== character.toUpperCase() ||
    character > '\u007f'
  );
}

/** A property after a dot ends at a dot, a bracket, a blank, or where it turns out to be a function. */
function isPropertyCharacter(character: string): boolean {
  switch (character) {
    case '.':
    case '[':
    case ']':
    case '(':
    case ')':
    case ' ':
    case ',':
    case '=':
    case '<':
    case '>':
    case '!':
    case '&':
    case '|':
    case "'":
    case '"':
    case '*':
    case '?':
    case '@':
    case '\t':
    case '\n':
    case '\r':
      return false;
    default:
      return true;
  }
}
