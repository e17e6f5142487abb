/**
 * Queries that steps have in files of their own: `athena: { file: counties.sql }`. AWS knows no files of ours, so the text
 * goes into the state machine when the pipeline is loaded, and the pipeline is loaded again when the file changes.
 *
 *     athena: { file: counties.sql } ──steps──▶ QueryString: { file: counties.sql } ──here──▶ QueryString: "SELECT …"
 *
 * @module
 */
import type { Json, JsonObject } from '../asl/json.js';
import { isObject } from '../asl/json.js';
import { type Loading, pathInside } from './loading.js';
import { problemAt, type SourceFile, type ValuePath } from './source-file.js';
import { tasksOf } from './tasks.js';

/** Bytes of a query. Source: Athena API reference, StartQueryExecution, QueryString. */
const LONGEST = 262_144;

/** A compiled state machine, and where its states are written. */
interface Compiled {
  readonly definition: JsonObject;
  origin(pointer: string): { readonly source: SourceFile; readonly path: ValuePath };
}

/** Puts the texts of files into the tasks of steps that name them; what is not to be had is a problem where it is named. */
export async function readQueryFiles(found: Compiled, loading: Loading): Promise<void> {
  for (const { state, pointer } of tasksOf(found.definition)) {
    const given = (state.Arguments ?? state.Parameters ?? null) as Json;
    const name = isObject(given) ? fileOf(given.QueryString) : undefined;
    if (name === undefined || !isObject(given)) continue;
    const read = await textOf(name, loading);
    given.QueryString = typeof read === 'string' ? read : '';
    if (typeof read === 'string') continue;
    const { source, path } = found.origin(pointer);
    const step = isObject(source.value) ? valueAt(source.value, [...path, 'athena']) : undefined;
    const at = isObject(step ?? null) ? [...path, 'athena', 'file'] : [...path, 'athena'];
    loading.problems.push(problemAt(source, at, read.code, read.message));
  }
}

/** Only a step can have said so: a query that somebody writes is a text. */
function fileOf(query: Json | undefined): string | undefined {
  return isObject(query ?? null) && typeof (query as JsonObject).file === 'string'
    ? ((query as JsonObject).file as string)
    : undefined;
}

async function textOf(
  name: string,
  loading: Loading,
): Promise<string | { code: 'MILL1001' | 'MILL1103'; message: string }> {
  const path = pathInside(loading, name);
  if (path === undefined) {
    return { code: 'MILL1001', message: `${name} is not in the pipeline's folder` };
  }
  const text = await loading.readFile(path);
  if (text === undefined) return { code: 'MILL1001', message: `there is no file ${name}` };
  const query = text.trim();
  if (query === '') return { code: 'MILL1103', message: `${name} is empty` };
  if (Buffer.byteLength(query) > LONGEST) {
    return { code: 'MILL1103', message: `${name} has more than ${LONGEST} bytes` };
  }
  return query;
}

function valueAt(value: Json, path: readonly (string | number)[]): Json | undefined {
  let at: Json | undefined = value;
  for (const key of path) at = (at as { [key: string]: Json } | null | undefined)?.[key];
  return at;
}
