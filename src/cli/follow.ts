/**
 * Follows an execution to its end and shows its progress: a picture that is drawn again on a terminal, one line for each
 * change of a state otherwise.
 * @module
 */
import colors from 'picocolors';
import type { Execution, ExecutionDetail } from '../api/executions.js';
import { PATHS, pathTo } from '../api/paths.js';
import type { HistoryEvent, LogLine } from '../api/traces.js';
import type { Client } from './client.js';
import { clock, duration, firstLine, printable, statusOf } from './text.js';

const WAIT_SECONDS = 60;

export interface FollowOptions {
  /** Milliseconds; undefined: as long as it takes. */
  timeoutMs: number | undefined;
  write: (text: string) => void;
  /** Also show what the tasks print. */
  logs: boolean;
}

/**
 * @returns the execution, ended or still running when the time was up
 */
export async function followExecution(
  client: Client,
  id: string,
  options: FollowOptions,
): Promise<ExecutionDetail> {
  const stop = new AbortController();
  const shown = show(client, id, stop.signal, options);
  try {
    return await untilEnd(client, id, options.timeoutMs);
  } finally {
    // What was published before the end is still on its way.
    await Promise.race([shown, new Promise((done) => setTimeout(done, 150))]);
    stop.abort();
  }
}

async function untilEnd(
  client: Client,
  id: string,
  timeoutMs: number | undefined,
): Promise<ExecutionDetail> {
  const end = timeoutMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + timeoutMs;
  for (;;) {
    const left = Math.max(0, (end - performance.now()) / 1000);
    const wait = Math.min(WAIT_SECONDS, left);
    const execution = await client.get<ExecutionDetail>(
      `${pathTo(PATHS.execution, { id })}?wait=${wait}`,
    );
    if (execution.status !== 'RUNNING' || performance.now() >= end) return execution;
  }
}

async function show(
  client: Client,
  id: string,
  signal: AbortSignal,
  options: FollowOptions,
): Promise<void> {
  const visits: Visits = new Map();
  const seen = new Set<number>();
  const print = (events: readonly HistoryEvent[]): void => {
    for (const event of events) {
      if (seen.has(event.id)) continue;
      seen.add(event.id);
      const line = lineOf(event, visits);
      if (line !== undefined) options.write(line);
    }
  };
  try {
    // Listen first, then read what has happened: nothing falls between.
    const stream = client.events(`${PATHS.events}?execution=${encodeURIComponent(id)}`, signal);
    const first = await stream.next();
    const past = await client.get<{ items: HistoryEvent[] }>(
      `${pathTo(PATHS.history, { id })}?limit=1000`,
    );
    print(past.items);
    if (first.done) return;
    for await (const message of stream) {
      if (message.event === 'history') print((message.data as { events: HistoryEvent[] }).events);
      if (message.event === 'log' && options.logs) {
        for (const line of (message.data as { lines: LogLine[] }).lines) {
          options.write(logText(line));
        }
      }
      if (message.event === 'execution') {
        const change = message.data as { status: string };
        if (change.status !== 'RUNNING') return;
      }
    }
  } catch (error) {
    // Progress is a courtesy: when the stream breaks, the outcome still comes from `untilEnd`.
    if (!signal.aborted) options.write(colors.dim(`(live progress ended: ${String(error)})`));
  }
}

/** The state visit that each event belongs to: events link to an earlier one of their thread. */
type Visits = Map<number, { name: string; at: number; failed: boolean }>;

function lineOf(event: HistoryEvent, visits: Visits): string | undefined {
  const { type, details, at } = event;
  const stamp = colors.dim(clock(at));
  const name = printable(String(details.name ?? ''));
  if (type.endsWith('StateEntered')) {
    visits.set(event.id, { name, at, failed: false });
    const kind = type.slice(0, -'StateEntered'.length);
    return `${stamp} ${colors.cyan('▶')} ${name} ${colors.dim(kind)}`;
  }
  const linked = visits.get(event.prev);
  if (linked !== undefined) visits.set(event.id, linked);
  if (type.endsWith('StateExited')) {
    const visit =
      linked?.name === name ? linked : [...visits.values()].findLast((one) => one.name === name);
    const sign = visit?.failed ? colors.yellow('↷ caught') : colors.green('✔');
    return `${stamp} ${sign} ${name} ${colors.dim(duration(at - (visit?.at ?? at)))}`;
  }
  if (type.endsWith('Scheduled') && linked !== undefined) linked.failed = false;
  if (type.endsWith('TimedOut') || (type.endsWith('Failed') && details.error !== undefined)) {
    if (type === 'ExecutionFailed') return undefined;
    if (linked !== undefined) linked.failed = true;
    const cause = typeof details.cause === 'string' ? firstLine(details.cause) : '';
    return `${stamp} ${colors.red('✖')} ${linked?.name ?? ''} ${printable(String(details.error))} ${cause}`;
  }
  return undefined;
}

/** A log line for a terminal. */
export function logText(line: LogLine): string {
  const mark =
    line.level === 'error' ? colors.red('E') : line.level === 'warn' ? colors.yellow('W') : ' ';
  return `${colors.dim(clock(line.at))} ${mark} ${colors.cyan(printable(line.state))} ${printable(line.message)}`;
}

/** One line about how an execution ended. */
export function outcomeText(execution: Execution): string {
  const took =
    execution.stoppedAt === undefined
      ? ''
      : ` in ${duration(execution.stoppedAt - execution.startedAt)}`;
  return `${statusOf(execution)} ${execution.pipeline} ${colors.dim(`#${execution.number}`)}${took}`;
}
