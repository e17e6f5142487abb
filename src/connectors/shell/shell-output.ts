/**
 * What a command printed, as the task's output or as the cause of its failure.
 * @module
 */
import type { Json } from '../connector.js';
import { DATA_LIMIT, tooLarge } from '../process/json-output.js';
import { printable } from '../process/log-lines.js';
import type { OutputCapture } from '../process/output-capture.js';

/** Characters of printed text in an output or a cause. */
const TEXT_LIMIT = 8_192;
const CAUSE_LINES = 20;

/** The JSON of the last line of stdout, else exit code and text. */
export function printedOutput(stdout: OutputCapture): Json {
  const { text, complete } = stdout.tail();
  const printed = text.trimEnd();
  const lineStart = printed.lastIndexOf('\n') + 1;
  const line = printed.slice(lineStart).trim();
  const whole = complete || lineStart > 0;
  // A line that began before the tail and ends like JSON was meant as output, not as text.
  if (!whole && /[}\]"]$/.test(line)) {
    throw tooLarge('The last line on stdout', `more than ${DATA_LIMIT} bytes`);
  }
  const value = whole ? outputOfLine(line) : undefined;
  if (value !== undefined) return value;
  return { exitCode: 0, stdout: wellFormed(printed.slice(-TEXT_LIMIT)) };
}

/** Undefined for text, and for the record of a structured logger: that is no output. */
function outputOfLine(line: string): Json | undefined {
  if (line === '') return undefined;
  let value: Json;
  try {
    value = JSON.parse(line) as Json;
  } catch {
    return undefined;
  }
  const isRecord =
    value !== null &&
    typeof value === 'object' &&
    !Array.isArray(value) &&
    ('message' in value || 'msg' in value) &&
    ('level' in value || 'severity' in value || 'levelname' in value);
  return isRecord ? undefined : value;
}

/** The reason and the last lines of stderr, or of stdout when stderr is empty. */
export function failureCause(reason: string, stdout: OutputCapture, stderr: OutputCapture): string {
  for (const [name, capture] of [
    ['stderr', stderr],
    ['stdout', stdout],
  ] as const) {
    const text = capture.tail().text.slice(-TEXT_LIMIT).trimEnd();
    if (text === '') continue;
    const lines = text.split('\n').slice(-CAUSE_LINES).map(printable);
    return `${reason} The end of ${name}:\n${lines.join('\n')}`;
  }
  return `${reason} It printed nothing.`;
}

/** Cutting text may leave half a character at its start. */
function wellFormed(text: string): string {
  return text.replace(/^[\udc00-\udfff]/, '');
}
