/**
 * Sums up the event log of a Spark application: what its stages read, wrote, moved and spilled.
 *
 * The log has one JSON object a line. Only the ends of tasks, stages, jobs and of the application are read; the environment,
 * which may hold secrets, is not.
 * Source: the fields of org.apache.spark.util.JsonProtocol, as logs of Spark 3 and 4 have them.
 * @module
 */
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Json, JsonObject } from '../connector.js';

/** Rows and bytes. */
export interface Moved {
  rows: number;
  bytes: number;
}

export interface StageSummary {
  /** `3`, or `3.1` of its second attempt. */
  stage: string;
  name: string;
  tasks: number;
  seconds: number;
  /** Bytes that did not fit into memory. */
  spilled: number;
  /** Why it failed; absent when it did not. */
  failure?: string;
}

export interface SparkSummary {
  application: string;
  version: string;
  seconds: number;
  jobs: { succeeded: number; failed: number };
  stages: { succeeded: number; failed: number };
  tasks: { succeeded: number; failed: number };
  read: Moved;
  written: Moved;
  shuffle: { readBytes: number; writtenBytes: number };
  spill: { memoryBytes: number; diskBytes: number };
  /** Time of all tasks together. */
  executorSeconds: number;
  /** The longest first; at most ten. */
  slowest: StageSummary[];
  /** Lines that were not read: the log is longer than is looked at. */
  cut?: boolean;
}

/** A log is read up to here. */
const MOST_BYTES = 1024 * 1024 * 1024;
/** A line that is longer is no end of a task: it is left out. */
const LONGEST_LINE = 4 * 1024 * 1024;
const MOST_STAGES = 100_000;
const SHOWN_STAGES = 10;
const LONGEST_REASON = 2_000;

const READ = [
  'TaskEnd',
  'StageCompleted',
  'JobEnd',
  'ApplicationStart',
  'ApplicationEnd',
  'LogStart',
];
const EVENT = /"Event":"SparkListener([A-Za-z]+)"/;

/**
 * @param stream the event log, without compression; it is read to its end and closed
 * @example (await summarize(createReadStream('spark-events/local-1'))).stages.succeeded // 4
 */
export async function summarize(stream: Readable): Promise<SparkSummary> {
  const summary = nothing();
  const stages = new Map<string, StageSummary>();
  let [begun, ended, bytes] = [0, 0, 0];
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  for await (const line of lines) {
    bytes += line.length;
    if (bytes > MOST_BYTES) {
      summary.cut = true;
      break;
    }
    const [, name = ''] = EVENT.exec(line.slice(0, 200)) ?? [];
    if (!READ.includes(name) || line.length > LONGEST_LINE) continue;
    const event = parsed(line);
    if (event === undefined) continue;
    switch (name) {
      case 'LogStart':
        summary.version = text(event['Spark Version']);
        break;
      case 'ApplicationStart':
        summary.application = text(event['App ID']);
        begun = number(event.Timestamp);
        break;
      case 'ApplicationEnd':
        ended = number(event.Timestamp);
        break;
      case 'JobEnd':
        if (text(object(event['Job Result']).Result) === 'JobSucceeded')
          summary.jobs.succeeded += 1;
        else summary.jobs.failed += 1;
        ended = Math.max(ended, number(event['Completion Time']));
        break;
      case 'StageCompleted':
        stageCompleted(object(event['Stage Info']), summary, stages);
        break;
      default:
        taskEnded(event, summary, stages);
    }
  }
  lines.close();
  stream.destroy();
  summary.seconds = Math.max(0, ended - begun) / 1000;
  summary.executorSeconds = Math.round(summary.executorSeconds) / 1000;
  summary.slowest = [...stages.values()]
    .sort((a, b) => b.seconds - a.seconds || (a.stage < b.stage ? -1 : 1))
    .slice(0, SHOWN_STAGES);
  return summary;
}

function nothing(): SparkSummary {
  return {
    ...{ application: '', version: '', seconds: 0 },
    jobs: { succeeded: 0, failed: 0 },
    stages: { succeeded: 0, failed: 0 },
    tasks: { succeeded: 0, failed: 0 },
    read: { rows: 0, bytes: 0 },
    written: { rows: 0, bytes: 0 },
    shuffle: { readBytes: 0, writtenBytes: 0 },
    spill: { memoryBytes: 0, diskBytes: 0 },
    executorSeconds: 0,
    slowest: [],
  };
}

function stageCompleted(
  info: JsonObject,
  summary: SparkSummary,
  stages: Map<string, StageSummary>,
): void {
  const stage = stageId(info['Stage ID'], info['Stage Attempt ID']);
  const failure = info['Failure Reason'];
  if (failure === undefined) summary.stages.succeeded += 1;
  else summary.stages.failed += 1;
  const from = number(info['Submission Time']);
  const until = number(info['Completion Time']);
  const known = stages.get(stage) ?? unseen(stage, stages);
  if (known === undefined) return;
  known.name = text(info['Stage Name']).slice(0, 200);
  known.tasks = number(info['Number of Tasks']);
  known.seconds = from > 0 ? Math.max(0, until - from) / 1000 : 0;
  if (failure !== undefined) known.failure = text(failure).slice(0, LONGEST_REASON);
}

function taskEnded(
  event: JsonObject,
  summary: SparkSummary,
  stages: Map<string, StageSummary>,
): void {
  if (text(object(event['Task End Reason']).Reason) === 'Success') summary.tasks.succeeded += 1;
  else summary.tasks.failed += 1;
  const metrics = object(event['Task Metrics']);
  const input = object(metrics['Input Metrics']);
  const output = object(metrics['Output Metrics']);
  const read = object(metrics['Shuffle Read Metrics']);
  const written = object(metrics['Shuffle Write Metrics']);
  summary.executorSeconds += number(metrics['Executor Run Time']);
  summary.read.rows += number(input['Records Read']);
  summary.read.bytes += number(input['Bytes Read']);
  summary.written.rows += number(output['Records Written']);
  summary.written.bytes += number(output['Bytes Written']);
  summary.shuffle.readBytes += number(read['Remote Bytes Read']) + number(read['Local Bytes Read']);
  summary.shuffle.writtenBytes += number(written['Shuffle Bytes Written']);
  summary.spill.memoryBytes += number(metrics['Memory Bytes Spilled']);
  const spilled = number(metrics['Disk Bytes Spilled']);
  summary.spill.diskBytes += spilled;
  if (spilled === 0) return;
  const stage = stageId(event['Stage ID'], event['Stage Attempt ID']);
  const known = stages.get(stage) ?? unseen(stage, stages);
  if (known !== undefined) known.spilled += spilled;
}

function unseen(stage: string, stages: Map<string, StageSummary>): StageSummary | undefined {
  if (stages.size >= MOST_STAGES) return undefined;
  const made: StageSummary = { stage, name: '', tasks: 0, seconds: 0, spilled: 0 };
  stages.set(stage, made);
  return made;
}

function stageId(id: Json | undefined, attempt: Json | undefined): string {
  return number(attempt) === 0 ? String(number(id)) : `${number(id)}.${number(attempt)}`;
}

function parsed(line: string): JsonObject | undefined {
  try {
    return object(JSON.parse(line) as Json);
  } catch {
    // The last line of an application that was killed may be half.
    return undefined;
  }
}

function object(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

function number(value: Json | undefined): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
