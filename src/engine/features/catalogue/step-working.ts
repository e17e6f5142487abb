/**
 * "Show your working": of each SQL step of an execution the rows that it read, and those that it made.
 *
 * What it made stands in its output. What it read lies in the work folder, in the folder of the pipeline, or in versions of datasets:
 * it is read again, as far as it is still there, in the process in which all data for people is read.
 * @module
 */
import { realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import { isObject, type Json, type JsonObject } from '../../../asl/json.js';
import type { HistoryEvent } from '../../../asl/transition.js';
import type {
  QueryMessage,
  QueryRows,
  QueryTable,
} from '../../../connectors/dataset/query/query-protocol.js';
import type { Scope } from '../../kernel/scope.js';
import type { CatalogueData } from './known-datasets.js';

/** What is needed of an execution. */
export interface WorkingSource {
  /** Throws ExecutionNotFound. */
  execution(
    scope: Scope,
    id: string,
  ): Promise<{
    readonly team: string;
    readonly pipeline: string;
    /** Where its files lie: those of the execution first. */
    readonly folders: readonly string[];
    /** Versions that it reads, by the names that its SQL knows them by. */
    readonly reads: readonly {
      readonly alias: string;
      readonly folder: string;
      readonly team: string;
      readonly dataset: string;
    }[];
  }>;
  /** Events of its history, the oldest first; at most so many. */
  history(scope: Scope, id: string, most: number): Promise<readonly HistoryEvent[]>;
}

/** Rows of one input, or why they are not shown. */
export type ShownInput = { readonly name: string } & (QueryRows | { readonly problem: string });

export interface StepWorking {
  /** Name of the state. */
  readonly step: string;
  /** The SQL, or the file with it. */
  readonly sql: string;
  readonly before: readonly ShownInput[];
  /** Its first rows; undefined: it has not succeeded. */
  readonly after?: { readonly rows: number; readonly truncated: boolean; readonly result: Json };
  readonly error?: string;
}

/** Events, steps and inputs that are looked at. */
const MOST_EVENTS = 10_000;
const MOST_STEPS = 50;
const MOST_INPUTS = 20;

export async function workingOf(
  source: WorkingSource,
  data: CatalogueData | undefined,
  scope: Scope,
  id: string,
  rows: number,
  preview: (tables: readonly QueryTable[]) => Promise<QueryMessage>,
): Promise<StepWorking[]> {
  const execution = await source.execution(scope, id);
  const attempts = attemptsOf(await source.history(scope, id, MOST_EVENTS)).slice(0, MOST_STEPS);
  if (attempts.length === 0) return [];
  const masked = maskedColumns(data, execution);
  const inputs = attempts.flatMap(({ args }, step) =>
    inputsOf(args, execution).map((input) => ({ ...input, step })),
  );
  const open = inputs
    .filter(({ files, folders }) => files.length + folders.length > 0)
    .slice(0, MOST_INPUTS);
  const tables = open.map(({ files, folders }, at): QueryTable => {
    const stage = folders.length > 0 ? 'structured' : 'raw';
    return { name: `input ${at}`, files, folders, stage, masked };
  });
  const message = tables.length === 0 ? undefined : await preview(tables);
  const previews = message?.type === 'previews' ? message.previews : [];
  const failed = message?.type === 'failed' ? message.cause : 'it was not looked at';
  return attempts.map(({ step, args, output, error }, at) => ({
    step,
    sql: String(args.file ?? args.query ?? ''),
    before: inputs
      .filter((input) => input.step === at)
      .map((input): ShownInput => {
        const place = open.indexOf(input);
        const shown = place < 0 ? undefined : previews[place];
        if (place < 0) return { name: input.name, problem: 'it is not there any more' };
        return { name: input.name, ...(shown ?? { problem: failed }) };
      }),
    ...(output === undefined ? {} : { after: resultOf(output, rows, masked) }),
    ...(error === undefined ? {} : { error }),
  }));
}

interface SqlAttempt {
  readonly step: string;
  readonly args: JsonObject;
  readonly output?: JsonObject;
  readonly error?: string;
}

/** The last attempt of each visit of a task that runs SQL. */
function attemptsOf(events: readonly HistoryEvent[]): SqlAttempt[] {
  const known = new Map(events.map((event) => [event.id, event]));
  const stepOf = (event: HistoryEvent | undefined): HistoryEvent | undefined => {
    let at = event;
    while (at !== undefined && at.type !== 'TaskStateEntered') at = known.get(at.prev);
    return at;
  };
  const found = new Map<number, SqlAttempt>();
  for (const event of events) {
    const { type, details } = event;
    if (type === 'TaskScheduled') {
      const { resource, resourceType, parameters = null } = details;
      const isSql = resource === 'sql' || (resourceType === 'sql' && resource !== undefined);
      const entered = stepOf(event);
      if (!isSql || entered === undefined || !isObject(parameters)) continue;
      found.set(entered.id, { step: String(entered.details.name), args: parameters });
    } else if (type === 'TaskSucceeded' || type === 'TaskFailed' || type === 'TaskTimedOut') {
      const entered = stepOf(event);
      const attempt = entered && found.get(entered.id);
      if (entered === undefined || attempt === undefined) continue;
      const { output = null, error } = details;
      found.set(entered.id, {
        ...attempt,
        ...(type === 'TaskSucceeded' && isObject(output) ? { output } : {}),
        ...(type === 'TaskSucceeded' ? {} : { error: String(error ?? type) }),
      });
    }
  }
  return [...found.values()];
}

interface Input {
  readonly name: string;
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

type Place = Awaited<ReturnType<WorkingSource['execution']>>;

function inputsOf(args: JsonObject, { folders, reads }: Place): Input[] {
  const named = isObject(args.inputs ?? null) ? Object.entries(args.inputs as JsonObject) : [];
  const files = named.map(([name, given]): Input => {
    const said = isObject(given) ? given.files : given;
    const list = (Array.isArray(said) ? said : [said]).filter((one) => typeof one === 'string');
    // A pattern is looked up by the process alone; it is told, and not guessed.
    const found = list.flatMap((file) => existing(String(file), folders) ?? []);
    return { name, files: found.length === list.length ? found : [], folders: [] };
  });
  const aliases = [...new Set(reads.map(({ alias }) => alias))];
  const versions = aliases.map((alias): Input => {
    const own = reads.filter((read) => read.alias === alias);
    return { name: alias, files: [], folders: own.map(({ folder }) => folder) };
  });
  return [...files, ...versions];
}

/** The file's real path, where it lies in one of the folders. */
function existing(file: string, folders: readonly string[]): string | undefined {
  for (const folder of folders) {
    try {
      const root = realpathSync(folder);
      const path = realpathSync(join(root, file));
      if (path.startsWith(root + sep)) return path;
    } catch {
      // Not there: the next folder.
    }
  }
  return undefined;
}

/** Columns that are masked in anything that the pipeline writes or reads. */
function maskedColumns(
  data: CatalogueData | undefined,
  { team, pipeline, reads }: Place,
): string[] {
  if (data === undefined) return [];
  const written = [...data.planned()].filter(
    (one) => one.team === team && one.pipeline === pipeline,
  );
  const all = [
    ...written.map(({ name }) => data.said(team, name).masked),
    ...reads.map((read) => data.said(read.team, read.dataset).masked),
  ];
  return [...new Set(all.flat())];
}

function resultOf(
  { rows = 0, truncated = false, result = [] }: JsonObject,
  most: number,
  masked: readonly string[],
): NonNullable<StepWorking['after']> {
  const hidden = new Set(masked.map((name) => name.toLowerCase()));
  const all = Array.isArray(result) ? result : [];
  const shown = all
    .slice(0, most)
    .map((row) =>
      isObject(row)
        ? Object.fromEntries(
            Object.entries(row).map(([name, value]) => [
              name,
              hidden.has(name.toLowerCase()) && value !== null ? '***' : value,
            ]),
          )
        : row,
    );
  return {
    rows: Number(rows),
    truncated: truncated === true || shown.length < all.length,
    result: shown,
  };
}
