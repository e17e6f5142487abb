/**
 * Compares an execution with its recording, at three levels of strictness.
 * @module
 */
import type { Json, JsonObject } from '../../src/asl/json.js';
import type { HistoryEvent } from '../../src/asl/transition.js';
import type { ExecutionCase, RecordedEvent } from './corpus.js';
import type { Outcome } from './drive.js';

/** How the task tokens of this harness look: `drive.ts` numbers its seeds. */
const TOKEN = /^seed-\d+-\d+-\d+$/;

export interface Verdict {
  /** Status, output, error and cause are the recorded ones. */
  result: boolean;
  /** So are the types of the history events, in order; undefined when no history was recorded. */
  types: boolean | undefined;
  /** So are all ids, links and fields. */
  fields: boolean | undefined;
  /** First difference, for people. */
  difference: string | undefined;
}

export function compare(testCase: ExecutionCase, outcome: Outcome): Verdict {
  const { expected } = testCase;
  const lossy = new Set(testCase.lossy);
  const differences: string[] = [];
  const actual: JsonObject = { status: outcome.status };
  if (outcome.output !== undefined) actual.output = outcome.output;
  if (outcome.error !== undefined) actual.error = outcome.error;
  if (outcome.cause !== undefined) actual.cause = parseIfObject(outcome.cause, expected.cause);
  for (const field of ['status', 'output', 'error', 'cause'] as const) {
    const wanted = expected[field];
    const found = field === 'status' ? terminal(outcome.status) : actual[field];
    difference(wanted, found, `/${field}`, lossy, differences);
  }
  const result = differences.length === 0 && outcome.complaints.length === 0;
  differences.push(...outcome.complaints);
  if (expected.history === undefined) {
    return { result, types: undefined, fields: undefined, difference: differences[0] };
  }
  const sorted = expected.historyOrder === 'parallel-branches-sorted';
  const types = sameTypes(expected.history, outcome.history, sorted, differences);
  const before = differences.length;
  if (types) compareFields(expected.history, outcome.history, sorted, lossy, differences);
  return {
    result,
    types,
    fields: types && differences.length === before,
    difference: differences[0],
  };
}

function terminal(status: string): string {
  return status;
}

function sameTypes(
  wanted: RecordedEvent[],
  found: HistoryEvent[],
  sorted: boolean,
  differences: string[],
): boolean {
  const a = wanted.map((e) => e.type);
  const b = found.map((e) => e.type);
  if (sorted) {
    // Some events of such a recording are missing altogether; those that are there must be in the history.
    const left = [...b];
    for (const type of a) {
      const at = left.indexOf(type);
      if (at < 0) {
        differences.push(`history lacks ${type}`);
        return false;
      }
      left.splice(at, 1);
    }
    return true;
  }
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    if (a[i] !== b[i]) {
      differences.push(`event ${i + 1}: wanted ${a[i] ?? 'nothing'}, found ${b[i] ?? 'nothing'}`);
      return false;
    }
  }
  return true;
}

function compareFields(
  wanted: RecordedEvent[],
  found: HistoryEvent[],
  sorted: boolean,
  lossy: Set<string>,
  differences: string[],
): void {
  for (const [i, event] of wanted.entries()) {
    const own = sorted ? found.find((e) => e.id === event.id) : found[i];
    if (own === undefined || event.id === undefined) continue;
    const flat: JsonObject = { type: own.type, id: own.id, prev: own.prev, ...own.details };
    for (const [key, value] of Object.entries(event)) {
      let other = flat[key];
      if (key === 'cause') other = parseIfObject(String(flat.cause), value);
      if (key === 'assignedVariables') other = parseVariables(other, value ?? null);
      difference(value, other, `/history/${i}/${key}`, lossy, differences);
    }
    for (const key of Object.keys(own.details)) {
      if (!(key in event) && key !== 'roleArn' && key !== 'taskCredentials') {
        differences.push(`/history/${i}/${key}: not in the recording`);
      }
    }
  }
}

/** Variables are JSON texts; the recording shows objects and lists as values. */
function parseVariables(found: Json | undefined, wanted: Json): Json | undefined {
  if (!plain(found) || !plain(wanted)) return found;
  return Object.fromEntries(
    Object.entries(found).map(([name, text]) => [name, parseIfObject(String(text), wanted[name])]),
  );
}

/** A cause that was JSON text may have been recorded as a value. */
function parseIfObject(cause: string, wanted: Json | undefined): Json {
  if (typeof wanted !== 'object' || wanted === null) return cause;
  try {
    return JSON.parse(cause) as Json;
  } catch {
    return cause;
  }
}

/** Notes every difference of two values, except at pointers that the recording says nothing about. */
export function difference(
  wanted: Json | undefined,
  found: Json | undefined,
  pointer: string,
  lossy: Set<string>,
  differences: string[],
): void {
  if (lossy.has(pointer)) return;
  if (Array.isArray(wanted) && Array.isArray(found)) {
    if (wanted.length !== found.length) {
      differences.push(`${pointer}: ${found.length} items instead of ${wanted.length}`);
      return;
    }
    for (let i = 0; i < wanted.length; i++) {
      difference(wanted[i], found[i], `${pointer}/${i}`, lossy, differences);
    }
    return;
  }
  if (plain(wanted) && plain(found)) {
    for (const key of new Set([...Object.keys(wanted), ...Object.keys(found)])) {
      const part = key.replaceAll('~', '~0').replaceAll('/', '~1');
      difference(wanted[key], found[key], `${pointer}/${part}`, lossy, differences);
    }
    return;
  }
  // The task token is the engine's own; the recording has another one in its place.
  if (typeof wanted === 'string' && typeof found === 'string' && TOKEN.test(found)) return;
  if (wanted !== found) {
    differences.push(`${pointer}: wanted ${show(wanted)}, found ${show(found)}`);
  }
}

function plain(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value: Json | undefined): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}
