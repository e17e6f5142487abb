/**
 * A log line as one JSON record, as pipelines on AWS write them: the tags of its pipeline, which execution, which step.
 *
 * A record is formed when a line goes out (search, copies); what is stored is the line, and once for a segment what its lines share.
 * The names of members are the server's to choose (`LogNames`). Of two members with one name, what Millrace knows counts more than a
 * tag, and a tag more than a field of the line; a field that gives way stands under `field.NAME`, a tag under `tag.NAME`.
 * @module
 */
import type { Json, JsonObject } from '../../../asl/json.js';
import type { FoundLogLine } from '../../../store/store.js';

/** What a record says of its line, and the name that each has by default. */
export const LOG_NAMES = {
  /** When it was written: ISO 8601 with milliseconds, UTC. */
  time: 'timestamp',
  level: 'level',
  message: 'message',
  /** Id of the execution. */
  execution: 'stateMachineExecutionID',
  /** Name of the pipeline. */
  pipeline: 'stepfunctionName',
  /** Address of the execution in the console; left out while the server's own address is not known. */
  link: 'stateMachineLink',
  /** The state of the machine. Not `state`: pipelines have a tag of that name, for Florida. */
  state: 'stateName',
  attempt: 'attempt',
  /** When the execution began, as `time`. */
  started: 'start-time',
  team: 'team',
  stream: 'stream',
} as const;

export type LogMember = keyof typeof LOG_NAMES;
/** Other names; the empty one leaves the member out. */
export type LogNames = { readonly [Member in LogMember]?: string };

/** What records are formed with. */
export interface RecordForm {
  readonly names: LogNames;
  /** Address of the server, without a slash at its end; undefined: no links. */
  readonly url: string | undefined;
}

/**
 * The record of a line.
 *
 * @example
 * recordOf(line, { names: { pipeline: 'pipeline' }, url: 'https://millrace.example' })
 * // { timestamp: '2026-11-20T12:00:00.000Z', level: 'info', message: 'read 12 rows', county: 'monroe', pipeline: 'parcels', … }
 */
export function recordOf(line: FoundLogLine, { names, url }: RecordForm): JsonObject {
  const known: { readonly [Member in LogMember]: Json | undefined } = {
    time: iso(line.at),
    level: line.level,
    message: line.message,
    execution: line.execution,
    pipeline: line.pipeline,
    link: url === undefined ? undefined : `${url}/executions/${line.execution}`,
    state: line.state,
    attempt: line.attempt,
    started: iso(line.startedAt),
    team: line.team,
    stream: line.stream,
  };
  // A Map: a tag or field may have any name.
  const record = new Map<string, Json>();
  for (const [member, value] of Object.entries(known)) {
    const name = names[member as LogMember] ?? LOG_NAMES[member as LogMember];
    if (value !== undefined && name !== '') record.set(name, value);
  }
  add(record, 'tag', line.tags);
  add(record, 'field', line.fields ?? {});
  return Object.fromEntries(record);
}

function add(
  record: Map<string, Json>,
  kind: string,
  members: { readonly [name: string]: Json },
): void {
  for (const [name, value] of Object.entries(members)) {
    record.set(record.has(name) ? `${kind}.${name}` : name, value);
  }
}

const iso = (at: number): string => new Date(at).toISOString();
