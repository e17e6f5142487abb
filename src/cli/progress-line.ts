/**
 * One line that says how far something is, on a terminal alone: in a file it would be noise.
 * @module
 */

export interface ProgressLine {
  show(text: string): void;
  /** Takes the line away. */
  end(): void;
}

/** @param isQuiet say nothing: with --json */
export function progressLine(isQuiet: boolean): ProgressLine {
  const isShown = process.stderr.isTTY === true && !isQuiet;
  return {
    show: (text) => void (isShown && process.stderr.write(`\r\u001b[K${text}`)),
    end: () => void (isShown && process.stderr.write('\r\u001b[K')),
  };
}

/** @example percentOf(1, 3) // '33 %' */
export function percentOf(done: number, of: number): string {
  return `${of === 0 ? 100 : Math.min(100, Math.floor((100 * done) / of))} %`;
}
