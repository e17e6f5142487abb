/**
 * Bytes to lines, in bounded memory: a line longer than the limit loses its end, however long it goes on.
 * @module
 */

const NEWLINE = 10;
const RETURN = 13;

export class LineSplitter {
  private pieces: Buffer[] = [];
  private kept = 0;
  private cut = 0;
  private readonly limit: number;
  private readonly onLine: (line: string) => void;

  /** @param limit bytes of a line that are kept @param onLine gets each line without its end, decoded from UTF-8 */
  constructor(limit: number, onLine: (line: string) => void) {
    this.limit = limit;
    this.onLine = onLine;
  }

  push(chunk: Buffer): void {
    let from = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, from);
      if (end < 0) break;
      this.keep(chunk.subarray(from, end));
      this.finishLine();
      from = end + 1;
    }
    this.keep(chunk.subarray(from));
  }

  /** The stream has ended: a last line without a newline counts too. */
  end(): void {
    if (this.kept > 0) this.finishLine();
  }

  private keep(bytes: Buffer): void {
    const room = Math.min(this.limit - this.kept, bytes.length);
    // A copy: a view would hold the stream's whole 64 KiB chunk in memory.
    if (room > 0) this.pieces.push(Buffer.from(bytes.subarray(0, room)));
    this.kept += room;
    this.cut += bytes.length - room;
  }

  private finishLine(): void {
    let bytes = this.pieces.length === 1 ? (this.pieces[0] as Buffer) : Buffer.concat(this.pieces);
    if (this.cut === 0 && bytes.at(-1) === RETURN) bytes = bytes.subarray(0, -1);
    const note = this.cut > 0 ? ` … (${this.cut} more bytes)` : '';
    this.pieces = [];
    this.kept = 0;
    this.cut = 0;
    this.onLine(decodeUtf8(bytes, note !== '') + note);
  }
}

/** Decodes UTF-8; bytes that are none become U+FFFD. With `partial`, a character cut off at the end is left out. */
export function decodeUtf8(bytes: Uint8Array, partial: boolean): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes, { stream: partial });
}
