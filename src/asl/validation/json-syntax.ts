/**
 * Says where a text stops being JSON, and what was expected there, in the words of the parser that Step Functions uses
 * (Jackson): people search for these messages. Only for texts that `JSON.parse` has refused; values are not built.
 * @module
 */

/** The first thing wrong with a text. */
export interface SyntaxProblem {
  message: string;
  /** `[Source: (String)"…"; line: 1, column: 4]`, as it also ends the message. */
  location: string;
}

const VALUES = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
/** Characters of the text that a location repeats. */
const MAX_SOURCE = 500;
/** Characters of a token that a message repeats. */
const MAX_TOKEN = 256;
const LITERALS: { readonly [first: string]: string } = { n: 'null', t: 'true', f: 'false' };
const ESCAPES = '"\\/bfnrt';

/** Thrown inside of the scanner; `at` is how far the text was read. */
class Stop extends Error {
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/**
 * Finds the first syntax error.
 * @param text what is no JSON
 * @example syntaxProblem('{"a" 1}').message // Unexpected character ('1' (code 49)): was expecting a colon …
 */
export function syntaxProblem(text: string): SyntaxProblem {
  try {
    new Scanner(text).scan();
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    const location = locationOf(text, error.at);
    return { message: `${error.message}\n at ${location}`, location };
  }
  // What the scanner finds nothing wrong with, JSON.parse does not refuse either; a safe answer all the same.
  const location = locationOf(text, text.length);
  return { message: `The text is not JSON\n at ${location}`, location };
}

function locationOf(text: string, at: number): string {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  const column = at - (before.lastIndexOf('\n') + 1) + 1;
  const rest = text.length - MAX_SOURCE;
  const more = rest > 0 ? `[truncated ${rest} chars]` : '';
  return `[Source: (String)"${text.slice(0, MAX_SOURCE)}"${more}; line: ${line}, column: ${column}]`;
}

interface Container {
  kind: 'Object' | 'Array';
  start: number;
}

class Scanner {
  readonly #text: string;
  #at = 0;
  /** Containers that are open. A list and no recursion: depth is the text's choice. */
  readonly #open: Container[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  scan(): void {
    this.#skipBlanks();
    this.#value();
    for (let container = this.#open.at(-1); container; container = this.#open.at(-1)) {
      this.#entry(container);
    }
    this.#skipBlanks();
    if (this.#at < this.#text.length) this.#unexpected('expected the end of the definition');
  }

  /** What comes next in a container: its end, or an entry with what separates it from the last one. */
  #entry(container: Container): void {
    const { kind, start } = container;
    const close = kind === 'Object' ? '}' : ']';
    const isFirst = this.#text[this.#at - 1] === (kind === 'Object' ? '{' : '[');
    this.#skipBlanks();
    this.#expectMore(container);
    if (this.#text[this.#at] === close) {
      this.#at += 1;
      this.#open.pop();
      return;
    }
    if (!isFirst || start !== this.#lastOpened) {
      if (this.#text[this.#at] !== ',') {
        this.#unexpected(`was expecting comma to separate ${kind} entries`);
      }
      this.#at += 1;
      this.#skipBlanks();
      this.#expectMore(container);
    }
    this.#lastOpened = -1;
    if (kind === 'Object') this.#fieldName(container);
    this.#value();
  }

  /** Start of the container that was opened last, while nothing has been read in it. */
  #lastOpened = -1;

  #fieldName(container: Container): void {
    if (this.#text[this.#at] !== '"') {
      this.#unexpected('was expecting double-quote to start field name');
    }
    this.#string('in field name');
    this.#skipBlanks();
    if (this.#at >= this.#text.length) {
      throw new Stop('Unexpected end-of-input within/between Object entries', this.#at);
    }
    if (this.#text[this.#at] !== ':') {
      this.#unexpected('was expecting a colon to separate field name and value');
    }
    this.#at += 1;
    this.#skipBlanks();
    this.#expectMore(container);
  }

  #value(): void {
    const character = this.#text[this.#at];
    if (character === undefined) throw new Stop('No content to map due to end-of-input', this.#at);
    if (character === '"') this.#string(': was expecting closing quote for a string value');
    else if (character === '{' || character === '[') {
      this.#open.push({ kind: character === '{' ? 'Object' : 'Array', start: this.#at });
      this.#lastOpened = this.#at;
      this.#at += 1;
    } else if (character === '-' || isDigit(character)) this.#number();
    else if (isIdentifier(character)) this.#literal(character);
    else this.#unexpected(`expected a valid value ${VALUES}`);
  }

  #literal(first: string): void {
    const word = LITERALS[first];
    const start = this.#at;
    if (word !== undefined && this.#text.startsWith(word, start)) {
      const after = this.#text[start + word.length];
      if (after === undefined || !isIdentifier(after)) {
        this.#at += word.length;
        return;
      }
    }
    while (isIdentifier(this.#text[this.#at] ?? '')) this.#at += 1;
    const token = this.#text.slice(start, Math.min(this.#at, start + MAX_TOKEN));
    throw new Stop(`Unrecognized token '${token}': was expecting ${VALUES}`, this.#at);
  }

  #string(unended: string): void {
    for (this.#at += 1; ; this.#at += 1) {
      const character = this.#text[this.#at];
      if (character === undefined) {
        throw new Stop(
          `Unexpected end-of-input${unended.startsWith(':') ? '' : ' '}${unended}`,
          this.#at,
        );
      }
      if (character === '"') {
        this.#at += 1;
        return;
      }
      if (character < ' ') {
        throw new Stop(
          `Illegal unquoted character (${describe(character)}): has to be escaped using backslash to be included in string value`,
          this.#at + 1,
        );
      }
      if (character === '\\') this.#escape();
    }
  }

  #escape(): void {
    this.#at += 1;
    const character = this.#text[this.#at] ?? '';
    if (character === 'u') {
      for (let left = 4; left > 0; left -= 1) {
        this.#at += 1;
        if (!/^[0-9a-fA-F]$/.test(this.#text[this.#at] ?? '')) {
          this.#unexpected('expected a hex-digit for character escape sequence');
        }
      }
    } else if (character !== '' && !ESCAPES.includes(character)) {
      throw new Stop(`Unrecognized character escape ${describe(character)}`, this.#at + 1);
    }
  }

  #number(): void {
    if (this.#text[this.#at] === '-') {
      this.#at += 1;
      if (!isDigit(this.#text[this.#at] ?? '')) {
        this.#unexpected(
          'expected digit (0-9) to follow minus sign, for valid numeric value',
          ' in numeric value',
        );
      }
    }
    if (this.#text[this.#at] === '0' && isDigit(this.#text[this.#at + 1] ?? '')) {
      throw new Stop('Invalid numeric value: Leading zeroes not allowed', this.#at + 1);
    }
    this.#digits();
    if (this.#text[this.#at] === '.') {
      this.#at += 1;
      this.#needDigits('Decimal point not followed by a digit');
    }
    if (/^[eE]$/.test(this.#text[this.#at] ?? '')) {
      this.#at += 1;
      if (/^[+-]$/.test(this.#text[this.#at] ?? '')) this.#at += 1;
      this.#needDigits('Exponent indicator not followed by a digit');
    }
  }

  #needDigits(why: string): void {
    if (!isDigit(this.#text[this.#at] ?? '')) this.#unexpected(why, ' in numeric value');
    this.#digits();
  }

  #digits(): void {
    while (isDigit(this.#text[this.#at] ?? '')) this.#at += 1;
  }

  #skipBlanks(): void {
    while (/^[ \t\r\n]$/.test(this.#text[this.#at] ?? '')) this.#at += 1;
  }

  #expectMore({ kind, start }: Container): void {
    if (this.#at < this.#text.length) return;
    const marker = `start marker at ${locationOf(this.#text, start)}`;
    throw new Stop(
      `Unexpected end-of-input: expected close marker for ${kind} (${marker})`,
      this.#at,
    );
  }

  #unexpected(comment: string, where = ''): never {
    const character = this.#text[this.#at];
    if (character === undefined) throw new Stop(`Unexpected end-of-input${where}`, this.#at);
    throw new Stop(
      `Unexpected character (${describe(character)})${where}: ${comment}`,
      this.#at + 1,
    );
  }
}

function describe(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 32 || (code >= 127 && code < 160)) return `(CTRL-CHAR, code ${code})`;
  const hexadecimal = code > 255 ? ` / 0x${code.toString(16)}` : '';
  return `'${character}' (code ${code}${hexadecimal})`;
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9' && character.length === 1;
}

function isIdentifier(character: string): boolean {
  return /^[\p{L}\p{Nd}_$]$/u.test(character);
}
