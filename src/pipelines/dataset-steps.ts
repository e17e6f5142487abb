/**
 * Steps that write datasets.
 *
 *     - transform: { sql: transform.sql }          # its rows go to transform.parquet, because the next step publishes them
 *     - publish:   { dataset: parcels/example }    # from that file
 *
 *     - publish:   { dataset: { name: parcels/example, from: "out/*.csv" } }
 *     - note:      { dataset: { name: parcels/lake, table: { iceberg: lake/parcels } } }
 * @module
 */
import type { Json, JsonObject } from '../asl/json.js';
import { isObject } from '../asl/json.js';
import type { TellProblem } from './aws-steps.js';
import type { Step, StepList } from './step-schema.js';

/** Where its version comes from: files, or a table that others keep. */
const SOURCES = ['from', 'from.$', 'table', 'table.$'] as const;

/** Resource and arguments of the task. */
export function datasetTask(
  written: NonNullable<Step['dataset']>,
  tell: TellProblem,
): { resource: string; given: Json } {
  const { name, ...given } = typeof written === 'string' ? { name: written } : written;
  const says = given as JsonObject;
  if (!SOURCES.some((source) => Object.hasOwn(says, source))) {
    tell('MILL1102', 'the step does not say which files: the step before it is no sql step', {
      fix: `dataset: { name: ${name}, from: "out/*.csv" }, or table: { delta: FOLDER } for one that others keep`,
    });
  }
  return { resource: 'millrace:dataset', given: { dataset: name, ...says } };
}

/** A list in which each dataset step that says no files gets those of the sql step before it, which writes one. */
export function withDatasetOutputs(steps: StepList): StepList {
  return steps.map((entry, at) => {
    const [name, step] = only(entry);
    if (name === undefined || step === undefined) return entry;
    const next = only(steps[at + 1] ?? {})[1];
    if (step.sql !== undefined && next !== undefined && isWithoutFiles(next)) {
      return { [name]: writing(step, name) };
    }
    const before = only(steps[at - 1] ?? {});
    const file = before[1] === undefined ? undefined : fileOf(before[0] ?? '', before[1]);
    if (file === undefined || !isWithoutFiles(step)) return entry;
    const written = typeof step.dataset === 'string' ? { name: step.dataset } : step.dataset;
    return { [name]: { ...step, dataset: { ...written, name: written?.name ?? '', from: file } } };
  });
}

function only(entry: StepList[number]): [string | undefined, Step | undefined] {
  const [first] = Object.entries(entry);
  return first ?? [undefined, undefined];
}

function isWithoutFiles({ dataset }: Step): boolean {
  if (dataset === undefined) return false;
  if (typeof dataset === 'string') return true;
  return !SOURCES.some((source) => Object.hasOwn(dataset, source));
}

/** The sql step with a file that its rows go to, unless it says one. */
function writing(step: Step, name: string): Step {
  const { sql } = step;
  if (sql === undefined || saysOutput(sql)) return step;
  const output = { path: `${fileName(name)}.parquet` };
  if (typeof sql !== 'string') return { ...step, sql: { ...sql, output } };
  const isFile = sql.endsWith('.sql') && !sql.includes('\n');
  return { ...step, sql: isFile ? { file: sql, output } : { query: sql, output } };
}

function fileOf(name: string, { sql }: Step): string | undefined {
  if (sql === undefined) return undefined;
  if (!saysOutput(sql)) return `${fileName(name)}.parquet`;
  const { output } = sql as JsonObject;
  const path = isObject(output ?? null) ? (output as JsonObject).path : undefined;
  return typeof path === 'string' ? path : undefined;
}

function saysOutput(sql: NonNullable<Step['sql']>): boolean {
  return (
    typeof sql !== 'string' && (Object.hasOwn(sql, 'output') || Object.hasOwn(sql, 'output.$'))
  );
}

/** A step may be called anything; a file may not. */
function fileName(step: string): string {
  return step.replaceAll(/[^A-Za-z0-9._-]/g, '_').replace(/^\.+/, '_');
}
