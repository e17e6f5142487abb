/**
 * Lines of jobs from CloudWatch Logs, or from objects of S3: each stream is read on from where it was left, a bounded piece at a time.
 * @module
 */
import type { AwsObject } from '../../aws/aws.js';
import type { LogRecord } from '../connector.js';
import {
  type Caller,
  type LogStream,
  numberIn,
  objectsIn,
  type StoredLog,
  textIn,
} from './integration.js';
import { readStored } from './stored-logs.js';

/** Lines of one stream and one reading. */
const MOST_LINES = 1_000;
/** Characters of a line. */
const LONGEST = 32_768;
/** Streams of one job: attempts of Batch, containers of a task. */
const MOST_STREAMS = 20;

export interface LogPiece {
  readonly lines: readonly LogRecord[];
  readonly cursor?: string;
}

/**
 * @param cursor of the reading before; undefined: from the beginning
 * @example await readStreams([{ group: '/aws/batch/job', stream: 'load/default/1' }], undefined, caller)
 */
export async function readStreams(
  streams: readonly (LogStream | StoredLog)[],
  cursor: string | undefined,
  caller: Caller,
): Promise<LogPiece> {
  const tokens = tokensOf(cursor);
  const lines: LogRecord[] = [];
  for (const one of streams.slice(0, MOST_STREAMS)) {
    if ('bucket' in one) {
      const key = `s3://${one.bucket}/${one.key}`;
      const most = MOST_LINES - lines.length;
      const piece = most > 0 ? await readStored(one, tokens[key], most, caller) : undefined;
      if (piece === undefined) continue;
      for (const line of piece.lines) lines.push(lineOf(line, piece.at, one.isError ?? false));
      tokens[key] = piece.token;
      continue;
    }
    const { group, stream, isError = false } = one;
    const key = `${group} ${stream}`;
    const token = tokens[key];
    const answer = await caller.call(
      'cloudwatchlogs',
      'getLogEvents',
      {
        LogGroupName: group,
        LogStreamName: stream,
        StartFromHead: true,
        Limit: MOST_LINES,
        ...(typeof token === 'string' ? { NextToken: token } : {}),
      },
      { urgency: 'look' },
    );
    // A stream comes into being with its first line.
    if (answer.type === 'refused') continue;
    for (const event of objectsIn(answer.output, 'Events')) lines.push(recordOf(event, isError));
    const next = textIn(answer.output, 'NextForwardToken');
    if (next !== '') tokens[key] = next;
  }
  lines.sort((one, other) => one.at - other.at);
  return Object.keys(tokens).length === 0 ? { lines } : { lines, cursor: JSON.stringify(tokens) };
}

function tokensOf(cursor: string | undefined): { [stream: string]: unknown } {
  try {
    const read: unknown = JSON.parse(cursor ?? '{}');
    return read !== null && typeof read === 'object' ? { ...read } : {};
  } catch {
    return {};
  }
}

function recordOf(event: AwsObject, isError: boolean): LogRecord {
  const message = textIn(event, 'Message').replace(/\r?\n$/, '');
  return lineOf(message, numberIn(event, 'Timestamp'), isError);
}

function lineOf(message: string, at: number, isError: boolean): LogRecord {
  return {
    at,
    stream: isError ? 'stderr' : 'stdout',
    level: levelOf(message, isError),
    message: message.length > LONGEST ? `${message.slice(0, LONGEST)}…` : message,
  };
}

function levelOf(message: string, isError: boolean): LogRecord['level'] {
  const word = /\b(ERROR|FATAL|CRITICAL|WARN|WARNING|DEBUG|INFO)\b/.exec(
    message.slice(0, 200),
  )?.[1];
  if (word === undefined) return isError ? 'warn' : 'info';
  if (word.startsWith('WARN')) return 'warn';
  return word === 'DEBUG' ? 'debug' : word === 'INFO' ? 'info' : 'error';
}
