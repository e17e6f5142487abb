/**
 * The format of a conformance corpus: one JSON object a line, each one execution that a reference engine recorded.
 * @module
 */
import { readFileSync } from 'node:fs';
import type { MachineDefinition } from '../../src/asl/definition.js';
import type { Json, JsonObject } from '../../src/asl/json.js';

export interface Mock {
  state: string;
  iterations?: { state: string; index: number }[];
  attempt: number;
  outcome:
    | 'succeeded'
    | 'failed'
    | 'scheduleFailed'
    | 'startFailed'
    | 'submitFailed'
    | 'timedOut'
    | 'aborted';
  output?: Json;
  error?: string;
  cause?: string;
  submitted?: Json;
  parameters?: Json;
  input?: Json;
}

export interface RecordedEvent {
  type: string;
  id?: number;
  prev?: number;
  [field: string]: Json | undefined;
}

export interface Expectation {
  status: string;
  output?: Json;
  error?: string;
  cause?: Json;
  history?: RecordedEvent[];
  historyOrder?: 'recorded' | 'parallel-branches-sorted';
}

export interface ExecutionCase {
  name: string;
  family: string;
  definition: MachineDefinition;
  input: Json;
  machineType?: string;
  requires?: string[];
  s3Objects?: { bucket: string; key: string; body: string }[];
  mocks: Mock[];
  expected: Expectation;
  lossy: string[];
}

/** What `intrinsics.jsonl` and the like hold: no mocks, no history. */
export function readCorpus(file: string): JsonObject[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as JsonObject);
}

/** True for a line that describes one execution. */
export function isExecutionCase(row: JsonObject): boolean {
  return (
    row.definition !== null &&
    typeof row.definition === 'object' &&
    row.expected !== undefined &&
    typeof (row.expected as JsonObject).status === 'string' &&
    !('inspectionLevel' in row)
  );
}

export function toExecutionCase(row: JsonObject): ExecutionCase {
  const raw = row as unknown as ExecutionCase;
  return {
    ...raw,
    family: raw.family ?? 'unnamed',
    mocks: raw.mocks ?? [],
    lossy: raw.lossy ?? [],
  };
}
