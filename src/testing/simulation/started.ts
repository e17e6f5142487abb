/**
 * What started when, and how that differs from what a test expects.
 * @module
 */
import type { ExecutionRecord } from '../../store/store.js';
import type { Failure } from '../expectations.js';
import type { ExecutionMatch, SimulationExpectations } from './simulation-schema.js';

/** An execution of a simulation. */
export interface Started {
  pipeline: string;
  name: string;
  status: string;
  /** Milliseconds since the epoch. */
  at: number;
  interval?: string;
  /** `schedule`, `event`, …, or `hand`. */
  by: string;
}

/** Executions of one pipeline that a failure shows. */
const SHOWN = 12;

export function startedOf(record: ExecutionRecord): Started {
  const { pipeline, name, header, startedAt, interval, triggeredBy, parent } = record;
  return {
    pipeline,
    name,
    status: header.status,
    at: startedAt,
    ...(interval === undefined ? {} : { interval }),
    by: String(triggeredBy?.type ?? (parent === undefined ? 'hand' : 'execution')),
  };
}

/** All that is not as expected. */
export function startFailures(
  { counts = {}, includes = [], excludes = [] }: SimulationExpectations,
  started: readonly Started[],
): Failure[] {
  const of = (pipeline: string): Started[] => started.filter((one) => one.pipeline === pipeline);
  const shown = (pipeline: string, interval?: string): string[] => {
    const every = of(pipeline);
    if (every.length === 0) return [`${pipeline} has not started at all`];
    const near = every.filter((one) => interval !== undefined && one.interval === interval);
    const all = near.length > 0 ? near : every;
    const more = all.length > SHOWN ? [`… and ${all.length - SHOWN} more`] : [];
    return [...all.slice(0, SHOWN).map(lineOf), ...more];
  };
  return [
    ...Object.entries(counts).flatMap(([pipeline, expected]): Failure[] => {
      const actual = of(pipeline).length;
      if (actual === expected) return [];
      const message = `${pipeline} has ${actual} executions, not ${expected}`;
      return [{ message, details: shown(pipeline) }];
    }),
    ...includes.flatMap((match): Failure[] => {
      if (started.some((one) => fits(one, match))) return [];
      const message = `no execution is like this: ${textOf(match)}`;
      return [{ message, details: shown(match.pipeline, match.interval) }];
    }),
    ...excludes.flatMap((match): Failure[] => {
      const found = started.filter((one) => fits(one, match));
      if (found.length === 0) return [];
      const message = `no execution should be like this: ${textOf(match)}`;
      return [{ message, details: found.slice(0, SHOWN).map(lineOf) }];
    }),
  ];
}

/** `listings ×30, pipeline-x ×29`. */
export function countsText(started: readonly Started[]): string {
  const counts = new Map<string, number>();
  for (const { pipeline } of started) counts.set(pipeline, (counts.get(pipeline) ?? 0) + 1);
  const all = [...counts].sort().map(([pipeline, count]) => `${pipeline} ×${count}`);
  return all.length > SHOWN
    ? `${all.slice(0, SHOWN).join(', ')} and ${all.length - SHOWN} more`
    : all.join(', ');
}

function fits(started: Started, match: ExecutionMatch): boolean {
  const { pipeline, interval, status, at, after, before, name, by } = match;
  const second = Math.floor(started.at / 1000);
  const isThen =
    (at === undefined || second === Date.parse(at) / 1000) &&
    (after === undefined || started.at >= Date.parse(after)) &&
    (before === undefined || started.at < Date.parse(before));
  return (
    isThen &&
    started.pipeline === pipeline &&
    (interval === undefined || started.interval === interval) &&
    (status === undefined || started.status === status) &&
    (name === undefined || started.name === name) &&
    (by === undefined || started.by === by)
  );
}

function lineOf({ pipeline, name, status, at, interval = '', by }: Started): string {
  const time = new Date(at).toISOString().replace('.000', '');
  return `${time} ${pipeline} ${status} ${interval} by ${by} (${name})`.replaceAll(/ {2,}/g, ' ');
}

function textOf(match: ExecutionMatch): string {
  return Object.entries(match)
    .map(([field, value]) => `${field} ${value}`)
    .join(', ');
}
