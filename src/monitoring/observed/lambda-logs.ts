/**
 * Invocations of a Lambda function, as its log tells them: there is no event of them, and no list.
 *
 *     lines of one stream, in order: … errors, time-outs, crashes … REPORT ──▶ one run, and what was said before is about it
 *
 * A stream performs one invocation after the other, so a line without a request id belongs to the next REPORT of its stream.
 * AWS tries an asynchronous invocation again under the same request id: each REPORT is a run, and the later one says so.
 * Text: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-view.html; JSON platform events:
 * https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
 * @module
 */
import type { ObservedStatus, SeenRun } from './observed-run.js';
import { instant, known, number, object, type Told, text } from './told.js';

export interface LogLine {
  readonly stream: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly message: string;
}

/** What CloudWatch is asked for: what ends an invocation, and what says why. */
export const LAMBDA_LINES =
  '?"REPORT RequestId" ?"Task timed out" ?ERROR ?"Runtime exited" ?"errorType" ?"platform.report" ?"platform.runtimeDone"';

const REPORT = /^REPORT RequestId: (\S+)/;
const TIMED_OUT = /Task timed out after [\d.]+ seconds/;
const CRASHED = /RequestId: (\S+) Error: (.{1,400})/s;
/** Not caught, as the runtimes of Python and Ruby write it: a tab after the bracket is a line of the program's own log. */
const UNCAUGHT = /^\[ERROR\] (?!\t)(\S.{0,400})/s;
/** The same as Node writes it: time, request id, level, and these words. */
const UNCAUGHT_NODE =
  /\tERROR\t(?:Invoke Error|Uncaught Exception|Unhandled Promise Rejection)\s*(.{0,800})/s;
const LOGGED = /(?:^\[ERROR\]\t[^\t]*\t[^\t]*\t|\tERROR\t)(.{1,300})/s;

/** What the lines of a stream have said since its last REPORT. */
interface Said {
  status?: ObservedStatus;
  cause?: string;
  warning?: string;
}

/**
 * @param lines of one function, in any order of streams; those of a stream in their order
 * @example lambdaRuns('load', [{ stream: 's', at: 9, message: 'REPORT RequestId: a\tDuration: 3 ms\t…' }])[0]?.status // 'SUCCEEDED'
 */
export function lambdaRuns(name: string, lines: readonly LogLine[]): SeenRun[] {
  const said = new Map<string, Said>();
  const reported = new Map<string, number>();
  const runs: SeenRun[] = [];
  for (const line of [...lines].sort((a, b) => a.at - b.at)) {
    const about = said.get(line.stream) ?? {};
    said.set(line.stream, about);
    const report = readReport(line.message, about);
    if (report === undefined) continue;
    said.delete(line.stream);
    const { request, ...of } = report;
    const before = reported.get(request) ?? 0;
    reported.set(request, before + 1);
    runs.push(runOf(name, line.at, request, of, about, before));
  }
  return runs;
}

interface Report {
  readonly request: string;
  /** `success`, `error`, `failure`, `timeout`; undefined: it is not said. */
  readonly status: string | undefined;
  readonly errorType: string | undefined;
  /** Milliseconds, and mebibytes. */
  readonly duration: number | undefined;
  readonly billed: number | undefined;
  readonly memory: number | undefined;
}

/** The report of a line; undefined: it is none, and what it says is noted. */
function readReport(message: string, about: Said): Report | undefined {
  const json = message.startsWith('{') ? parsed(message) : undefined;
  if (json !== undefined) return readJson(json, about);
  const request = REPORT.exec(message)?.[1];
  if (request !== undefined) {
    const field = (label: string): string | undefined =>
      new RegExp(`\\t${label}: ([^\\t\\n]+)`).exec(message)?.[1]?.trim();
    const measured = (label: string): number | undefined => number(field(label)?.split(' ')[0]);
    return {
      request,
      status: field('Status'),
      errorType: field('Error Type'),
      duration: number(/\tDuration: ([\d.]+) ms/.exec(message)?.[1]),
      billed: measured('Billed Duration'),
      memory: measured('Memory Size'),
    };
  }
  if (TIMED_OUT.test(message)) {
    about.status = 'TIMED_OUT';
    about.cause = TIMED_OUT.exec(message)?.[0] ?? message;
    return undefined;
  }
  const crash = CRASHED.exec(message)?.[2];
  const uncaught = UNCAUGHT.exec(message)?.[1] ?? nodeError(message);
  const cause = crash ?? uncaught;
  if (cause !== undefined) {
    about.status ??= 'FAILED';
    about.cause ??= cause;
    return undefined;
  }
  const logged = LOGGED.exec(message)?.[1];
  if (logged !== undefined) about.warning ??= logged;
  return undefined;
}

function nodeError(message: string): string | undefined {
  const rest = UNCAUGHT_NODE.exec(message)?.[1];
  if (rest === undefined) return undefined;
  const told = parsed(rest);
  if (told === undefined) return rest;
  return errorWords(told) ?? rest;
}

function readJson(json: Told, about: Said): Report | undefined {
  const record = object(json.record);
  const request = text(record?.requestId);
  const type = text(json.type);
  if (record !== undefined && request !== undefined && type === 'platform.report') {
    const metrics = object(record.metrics) ?? {};
    return {
      request,
      status: text(record.status),
      errorType: text(record.errorType),
      duration: number(metrics.durationMs),
      billed: number(metrics.billedDurationMs),
      memory: number(metrics.memorySizeMB),
    };
  }
  if (record !== undefined && type === 'platform.runtimeDone') {
    const status = statusOf(text(record.status));
    if (status !== undefined && status !== 'SUCCEEDED') about.status ??= status;
    const cause = text(record.errorType);
    if (cause !== undefined) about.cause ??= cause;
    return undefined;
  }
  if (type?.startsWith('platform.')) return undefined;
  const words = errorWords(json) ?? text(json.message);
  const message = text(json.message) ?? '';
  if (TIMED_OUT.test(message)) {
    about.status = 'TIMED_OUT';
    about.cause = message;
  } else if (words !== undefined && text(json.level)?.toUpperCase() === 'ERROR') {
    // Whether it was caught is told by the report's status; without one it is only known to be logged.
    about.warning ??= words;
  }
  return undefined;
}

function errorWords(told: Told): string | undefined {
  const parts = [text(told.errorType), text(told.errorMessage)];
  const words = parts.filter((part) => part !== undefined).join(': ');
  return words === '' ? undefined : words;
}

function parsed(message: string): Told | undefined {
  try {
    return object(JSON.parse(message));
  } catch {
    return undefined;
  }
}

function statusOf(told: string | undefined): ObservedStatus | undefined {
  switch (told) {
    case undefined:
      return undefined;
    case 'success':
      return 'SUCCEEDED';
    case 'timeout':
      return 'TIMED_OUT';
    default:
      return 'FAILED';
  }
}

function runOf(
  name: string,
  at: number,
  request: string,
  report: Omit<Report, 'request'>,
  about: Said,
  before: number,
): SeenRun {
  const { duration, billed, memory, errorType } = report;
  const status = statusOf(report.status) ?? about.status ?? 'SUCCEEDED';
  const endedAt = instant(at) ?? at;
  const gbSeconds =
    billed === undefined || memory === undefined
      ? undefined
      : Math.round((billed / 1000) * (memory / 1024) * 1e6) / 1e6;
  const why = about.cause ?? about.warning ?? errorType;
  const again =
    before === 0 ? undefined : `succeeded after ${before === 1 ? 'a retry' : `${before} retries`}`;
  const warning = [
    again,
    about.warning === undefined ? undefined : `logged an error: ${about.warning}`,
  ]
    .filter((part) => part !== undefined)
    .join('; ');
  return {
    ...{ kind: 'lambda-function', name, id: `${request}@${at}`, attempt: 0, status, endedAt },
    ...known({
      startedAt: duration === undefined ? undefined : Math.round(endedAt - duration),
      cause: status === 'SUCCEEDED' ? undefined : why,
      warning: status === 'SUCCEEDED' && warning !== '' ? warning : undefined,
      units: gbSeconds === undefined ? undefined : { gbSeconds },
      retries: before === 0 ? undefined : before,
    }),
  };
}
