/**
 * Bounds that are checked before anything else looks at a definition, so the rest may recurse without fear.
 * @module
 */
import type { Json } from '../json.js';
import { below, type Report, type Spot, WHOLE } from './diagnostic.js';

/** Deepest nesting of a definition. */
export const MAX_DEPTH = 512;
/** Largest definition, in bytes of its JSON text as it would be sent. Source: Step Functions quotas (1 MB). */
export const MAX_BYTES = 1_048_576;

/** Means something to JavaScript itself; no definition needs it. */
const FORBIDDEN_KEY = '__proto__';

/**
 * Checks depth, size and keys, and that the value is JSON at all.
 * @returns false when the value must not be looked at any further
 */
export function withinLimits(definition: unknown, report: Report): definition is Json {
  const state: Walk = { bytes: 0, report, safe: true };
  walk(definition, WHOLE, 0, state);
  return state.safe;
}

interface Walk {
  bytes: number;
  readonly report: Report;
  /** False as soon as something was found that ends the validation. */
  safe: boolean;
}

function walk(value: unknown, spot: Spot, depth: number, state: Walk): void {
  if (!state.safe) return;
  if (depth > MAX_DEPTH) {
    stop(state, `A definition nests at most ${MAX_DEPTH} levels deep`);
    return;
  }
  if (value === null || typeof value === 'boolean') spend(state, 5);
  else if (typeof value === 'string') spend(state, value.length + 2);
  else if (typeof value === 'number' && Number.isFinite(value)) spend(state, String(value).length);
  else if (Array.isArray(value)) {
    spend(state, value.length + 2);
    for (const [index, item] of value.entries()) walk(item, below(spot, index), depth + 1, state);
  } else if (typeof value === 'object') {
    spend(state, 2);
    for (const [key, item] of Object.entries(value)) {
      spend(state, key.length + 4);
      if (key === FORBIDDEN_KEY) {
        state.report.error('LIMIT_EXCEEDED', spot, `The key '${key}' is not allowed`);
      }
      walk(item, below(spot, key), depth + 1, state);
    }
  } else {
    state.report.schemaError(spot, `A ${typeof value} is not JSON`);
    state.safe = false;
  }
}

function spend(state: Walk, bytes: number): void {
  state.bytes += bytes;
  if (state.safe && state.bytes > MAX_BYTES) {
    tooLarge(state.report);
    state.safe = false;
  }
}

/** Reports a definition that is too large. */
export function tooLarge(report: Report): void {
  report.error('LIMIT_EXCEEDED', WHOLE, `A definition has at most ${MAX_BYTES} bytes`);
}

function stop(state: Walk, message: string): void {
  state.report.error('TOO_DEEPLY_NESTED', WHOLE, message);
  state.safe = false;
}
