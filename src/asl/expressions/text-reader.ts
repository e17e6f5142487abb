/**
 * A cursor over text, for the hand-written readers of paths and intrinsic functions.
 *
 * The only class with state in this folder: it lives during one parse.
 * @module
 */
export class TextReader {
  readonly text: string;
  /** Index of the next character. */
  position = 0;

  constructor(text: string) {
    this.text = text;
  }

  atEnd(): boolean {
    return this.position >= this.text.length;
  }

  /** The next character, '' at the end. */
  peek(): string {
    return this.text.charAt(this.position);
  }

  /** Steps over the expected text if it is next. */
  take(expected: string): boolean {
    if (expected === '' || !this.text.startsWith(expected, this.position)) return false;
    this.position += expected.length;
    return true;
  }

  /** Reads as long as the test holds; may return ''. */
  readWhile(test: (character: string) => boolean): string {
    const start = this.position;
    while (this.position < this.text.length && test(this.text.charAt(this.position))) {
      this.position += 1;
    }
    return this.text.slice(start, this.position);
  }

  skipBlanks(): void {
    while (this.position < this.text.length && isBlank(this.text.charCodeAt(this.position))) {
      this.position += 1;
    }
  }
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9 || code === 10 || code === 13;
}
