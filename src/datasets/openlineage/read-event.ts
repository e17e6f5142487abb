/**
 * Events of OpenLineage that others send: Spark, dbt, Airflow and whatever else speaks it.
 *
 * Read leniently, because integrations differ, and bounded, because anybody with a token may send one: what is of another type than
 * the specification says is left out and named; without a run, a job or a time there is nothing to keep, and that is a problem.
 * @module
 */
import { type How, type TracedTable, Uses } from '../lineage/column-lineage.js';
import type { Column } from '../schema.js';

export type ToldState = 'START' | 'RUNNING' | 'COMPLETE' | 'FAIL' | 'ABORT' | 'OTHER';

/** Name of a job or dataset, as OpenLineage has it. */
export interface Named {
  readonly namespace: string;
  readonly name: string;
}

export interface ToldDataset extends Named {
  /** Other names of the same. */
  readonly also: readonly Named[];
  readonly version?: string;
  readonly columns?: readonly Column[];
  readonly rows?: number;
  readonly bytes?: number;
  readonly files?: number;
  /** Sources are `toldName`s. */
  readonly lineage?: TracedTable;
}

export interface ToldRun {
  readonly state: ToldState;
  /** As it was written: ISO 8601. */
  readonly at: string;
  readonly runId: string;
  readonly job: Named;
  readonly parent?: { readonly runId: string; readonly job: Named };
  /** `SPARK`, `DBT`, `AIRFLOW` …, when it says so. */
  readonly integration?: string;
  readonly producer?: string;
  readonly error?: string;
  readonly inputs: readonly ToldDataset[];
  readonly outputs: readonly ToldDataset[];
}

export type ReadEvent =
  | { readonly run: ToldRun; readonly ignored: readonly string[] }
  | { readonly problems: readonly string[] };

/** Bounds of one event; more of something is left out, and said. */
const MOST_DATASETS = 200;
const MOST_COLUMNS = 2_000;
const MOST_NAME = 1_000;
const MOST_IGNORED = 50;

const STATES: ReadonlySet<string> = new Set([
  'START',
  'RUNNING',
  'COMPLETE',
  'FAIL',
  'ABORT',
  'OTHER',
]);

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const TIME = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:?\d\d)?$/;

interface Told {
  readonly [member: string]: unknown;
}

/** What is not taken is told here. */
type Ignore = (what: string) => void;

/**
 * Reads one event. Never throws.
 * @example readEvent('x') // { problems: ['the event is no object'] }
 */
export function readEvent(event: unknown): ReadEvent {
  if (!isObject(event)) return { problems: ['the event is no object'] };
  const problems: string[] = [];
  const all: string[] = [];
  const ignore: Ignore = (what) => {
    if (all.length < MOST_IGNORED) all.push(what);
  };
  const { eventType, eventTime, run, job } = event;
  const runId = isObject(run) ? text(run.runId, 100) : undefined;
  if (runId === undefined || !UUID.test(runId)) problems.push('run.runId is no UUID');
  const named = namedOf(job);
  if (named === undefined) problems.push('job has no namespace and name');
  const at = text(eventTime, 50);
  if (at === undefined || !TIME.test(at)) problems.push('eventTime is no time of ISO 8601');
  const state = eventType === undefined || eventType === null ? 'OTHER' : eventType;
  if (typeof state !== 'string' || !STATES.has(state.toUpperCase())) {
    problems.push('eventType is none of START, RUNNING, COMPLETE, FAIL, ABORT, OTHER');
  }
  if (problems.length > 0 || runId === undefined || named === undefined || at === undefined) {
    return { problems };
  }
  const runFacets = facetsOf(isObject(run) ? run.facets : undefined, 'run.facets', ignore);
  const jobFacets = facetsOf(isObject(job) ? job.facets : undefined, 'job.facets', ignore);
  const parent = parentOf(runFacets.parent ?? runFacets.parentRun, ignore);
  const error = isObject(runFacets.errorMessage)
    ? cut(runFacets.errorMessage.message, 4_000)
    : undefined;
  const integration = isObject(jobFacets.jobType)
    ? text(jobFacets.jobType.integration, 100)
    : undefined;
  const producer = text(event.producer, MOST_NAME);
  return {
    run: {
      state: (state as string).toUpperCase() as ToldState,
      at,
      runId: runId.toLowerCase(),
      job: named,
      ...(parent === undefined ? {} : { parent }),
      ...(integration === undefined ? {} : { integration }),
      ...(producer === undefined ? {} : { producer }),
      ...(error === undefined ? {} : { error }),
      inputs: datasetsOf(event.inputs, 'inputs', ignore),
      outputs: datasetsOf(event.outputs, 'outputs', ignore),
    },
    ignored: all,
  };
}

/** One text for a name: unambiguous, whatever characters it has. */
export function toldName({ namespace, name }: Named): string {
  return JSON.stringify([namespace, name]);
}

function isObject(value: unknown): value is Told {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Control characters have no place in a name, and U+0000 in no database. */
function text(value: unknown, most: number): string | undefined {
  if (typeof value !== 'string' || value === '' || value.length > most) return undefined;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that it looks for
  return /[\u0000-\u001f\u007f]|[\ud800-\udfff]/u.test(value) ? undefined : value;
}

function cut(value: unknown, most: number): string | undefined {
  if (typeof value !== 'string') return undefined;
  return value.slice(0, most).replaceAll(/[\ud800-\udfff]|\0/gu, '');
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function namedOf(value: unknown): Named | undefined {
  if (!isObject(value)) return undefined;
  const namespace = text(value.namespace, MOST_NAME);
  const name = text(value.name, MOST_NAME);
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}

function facetsOf(value: unknown, where: string, ignore: Ignore): Told {
  if (isObject(value)) return value;
  if (value !== undefined && value !== null) ignore(`${where} is no object`);
  return {};
}

function parentOf(facet: unknown, ignore: Ignore): ToldRun['parent'] {
  if (!isObject(facet)) return undefined;
  const job = namedOf(facet.job);
  const runId = isObject(facet.run) ? text(facet.run.runId, 100) : undefined;
  if (job !== undefined && runId !== undefined && UUID.test(runId)) {
    return { runId: runId.toLowerCase(), job };
  }
  ignore('run.facets.parent names no run and job');
  return undefined;
}

function listOf(value: unknown, where: string, most: number, ignore: Ignore): unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    ignore(`${where} is no list`);
    return [];
  }
  if (value.length > most) ignore(`${where} has ${value.length} entries; ${most} are taken`);
  return value.slice(0, most);
}

function datasetsOf(value: unknown, where: string, ignore: Ignore): ToldDataset[] {
  const found = new Map<string, ToldDataset>();
  for (const [at, one] of listOf(value, where, MOST_DATASETS, ignore).entries()) {
    const place = `${where}[${at}]`;
    const named = namedOf(one);
    if (named === undefined || !isObject(one)) ignore(`${place} has no namespace and name`);
    else found.set(toldName(named), datasetOf(one, named, place, ignore));
  }
  return [...found.values()];
}

function datasetOf(one: Told, named: Named, place: string, ignore: Ignore): ToldDataset {
  const facets = facetsOf(one.facets, `${place}.facets`, ignore);
  const outputs = facetsOf(one.outputFacets, `${place}.outputFacets`, ignore);
  const inputs = facetsOf(one.inputFacets, `${place}.inputFacets`, ignore);
  const counted = [outputs.outputStatistics, inputs.inputStatistics].find(isObject) ?? {};
  const [rows, bytes, files] = [counted.rowCount, counted.size, counted.fileCount].map(count);
  const version = isObject(facets.version) ? text(facets.version.datasetVersion, 300) : undefined;
  const columns = columnsOf(facets.schema, `${place}.facets.schema`, ignore);
  const lineage = lineageOf(facets.columnLineage, `${place}.facets.columnLineage`, ignore);
  const symlinks = isObject(facets.symlinks) ? facets.symlinks.identifiers : undefined;
  const also = listOf(symlinks, `${place}.facets.symlinks`, 20, ignore)
    .map(namedOf)
    .filter((name) => name !== undefined);
  return {
    ...named,
    also,
    ...(version === undefined ? {} : { version }),
    ...(columns === undefined ? {} : { columns }),
    ...(rows === undefined ? {} : { rows }),
    ...(bytes === undefined ? {} : { bytes }),
    ...(files === undefined ? {} : { files }),
    ...(lineage === undefined ? {} : { lineage }),
  };
}

function columnsOf(facet: unknown, where: string, ignore: Ignore): Column[] | undefined {
  if (facet === undefined || facet === null) return undefined;
  if (!isObject(facet)) {
    ignore(`${where} is no object`);
    return undefined;
  }
  return listOf(facet.fields, `${where}.fields`, MOST_COLUMNS, ignore).flatMap((field, at) => {
    const name = isObject(field) ? text(field.name, MOST_NAME) : undefined;
    if (name === undefined || !isObject(field)) {
      ignore(`${where}.fields[${at}] has no name`);
      return [];
    }
    return [{ name, type: text(field.type, 10_000) ?? '' }];
  });
}

const HOWS: ReadonlyMap<string, How> = new Map<string, How>([
  ['IDENTITY', 'identity'],
  ['TRANSFORMATION', 'transformation'],
  ['AGGREGATION', 'aggregation'],
  ['CONDITIONAL', 'conditional'],
  ['CONDITION', 'conditional'],
  ['WINDOW', 'window'],
  ['FILTER', 'filter'],
  ['JOIN', 'join'],
  ['GROUP_BY', 'group by'],
  ['SORT', 'sort'],
]);

function lineageOf(facet: unknown, where: string, ignore: Ignore): TracedTable | undefined {
  if (facet === undefined || facet === null) return undefined;
  if (!isObject(facet) || !isObject(facet.fields)) {
    ignore(`${where} has no fields`);
    return undefined;
  }
  const entries = Object.entries(facet.fields);
  if (entries.length > MOST_COLUMNS) {
    ignore(`${where}.fields has ${entries.length} entries; ${MOST_COLUMNS} are taken`);
  }
  const columns = entries.slice(0, MOST_COLUMNS).flatMap(([given, field]) => {
    const name = text(given, MOST_NAME);
    if (name === undefined || !isObject(field)) {
      ignore(`${where}.fields has an entry that is no column`);
      return [];
    }
    // Before version 1.1 of the facet what was done stood beside the inputs.
    const whole = text(field.transformationType, 100);
    return [usesOf(field.inputFields, `${where}.fields`, ignore, whole).column(name)];
  });
  const rows = usesOf(facet.dataset, `${where}.dataset`, ignore);
  return {
    columns,
    rows: rows.list(),
    ...(rows.unknown === undefined ? {} : { unknown: rows.unknown }),
  };
}

function usesOf(value: unknown, where: string, ignore: Ignore, whole?: string): Uses {
  const uses = new Uses();
  for (const field of listOf(value, where, MOST_COLUMNS, ignore)) {
    const named = namedOf(field);
    const column = isObject(field) ? text(field.field, MOST_NAME) : undefined;
    if (named === undefined || column === undefined || !isObject(field)) {
      ignore(`${where} has an input that names no column`);
      continue;
    }
    const said = listOf(field.transformations, where, 20, ignore).filter(isObject);
    const hows = said.map(howOf);
    if (hows.length === 0) hows.push(howOf({ subtype: whole }));
    for (const how of hows) uses.add({ source: toldName(named), column, how });
  }
  return uses;
}

/** What is not said is taken for the weaker: it was used, somehow. */
function howOf({ type, subtype }: Told): How {
  const known = typeof subtype === 'string' ? HOWS.get(subtype.toUpperCase()) : undefined;
  return known ?? (type === 'INDIRECT' ? 'filter' : 'transformation');
}
