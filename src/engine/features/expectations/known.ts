/**
 * What the store knows of a subject when it begins to be watched: its last executions and results.
 * @module
 */
import type { CheckResult } from '../../../monitoring/check-result.js';
import { NOTHING_WATCHED, type Watched } from '../../../monitoring/expectations/expectation.js';
import type { ExecutionRecord } from '../../../store/store.js';
import { SKIPPED } from '../../kernel/facts.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Need } from '../../kernel/needs.js';
import type { Turn } from '../../kernel/turn.js';
import type { ArrivedFile, Declared } from './declared.js';
import { sampleOf, type WatchedSubject } from './watched-subject.js';

/** What checks know of the past. */
export interface PastResults {
  /** `subjectKey` of a pipeline. */
  keyOf(team: string, pipeline: string): string;
  /** The last results of a subject, the newest first. */
  recent(team: string, subject: string, limit: number): Need<CheckResult[]>;
  /** The last end that was no failure, and the last one with new data; of all its series. */
  lasts(team: string, subject: string): { success?: number; data?: number };
  /** A file has come that is expected. */
  arrived(turn: Turn, declared: Declared, file: ArrivedFile): void;
}

export interface Known {
  readonly watched: Watched;
  readonly running: readonly { readonly number: number; readonly since: number }[];
}

/** Executions among which the last one that was not skipped is looked for. */
const LOOKED_BACK = 50;
/** Executions that run at once and are told apart when the server begins. */
const MOST_RUNNING = 10_000;

export interface KnownNeeds {
  readonly executions?: Need<ExecutionRecord[]>;
  readonly running?: Need<ExecutionRecord[]>;
  readonly results: Need<CheckResult[]>;
  readonly lasts: PastResults['lasts'];
  readonly all: readonly Need<unknown>[];
}

/** What must be read of a subject. */
export function knownNeeds(
  { store }: Pick<Kernel, 'store'>,
  of: WatchedSubject,
  results: PastResults,
): KnownNeeds {
  const recent = results.recent(of.team, of.key, Math.max(1, of.samples));
  const lasts = results.lasts.bind(results);
  if (of.pipeline === undefined || of.subject.kind !== 'pipeline') {
    return { results: recent, lasts, all: [recent] };
  }
  const { pipeline } = of;
  const name = `${pipeline.team}/${pipeline.name}`;
  const executions: Need<ExecutionRecord[]> = {
    key: `last executions of ${name}`,
    read: () => store.listExecutions({ pipeline, limit: LOOKED_BACK }),
  };
  const running: Need<ExecutionRecord[]> = {
    key: `running executions of ${name}`,
    read: () => store.listExecutions({ pipeline, status: 'RUNNING', limit: MOST_RUNNING }),
  };
  return { executions, running, results: recent, lasts, all: [executions, running, recent] };
}

/** What was read, as expectations see it. */
export function readKnown(turn: Turn, needs: KnownNeeds, of: WatchedSubject): Known {
  const { executions, running } = needs;
  const begun = executions === undefined ? [] : turn.known(executions);
  const active = running === undefined ? [] : turn.known(running);
  const begins = [...begun, ...active]
    .filter(({ header }) => header.error !== SKIPPED)
    .map(beganAt);
  const lastStart = begins.length === 0 ? undefined : Math.max(...begins);
  const results = turn.known(needs.results);
  // What was heard of late has a late number, and is not how it stands.
  const byTime = [...results].sort((a, b) => b.at - a.at);
  const [latest] = byTime;
  const { success, data } = needs.lasts(of.team, of.key);
  const open = active
    .map((record) => ({ number: record.number, since: beganAt(record) }))
    .sort((a, b) => a.since - b.since || a.number - b.number);
  const watched: Watched = {
    ...NOTHING_WATCHED,
    ...(lastStart === undefined ? {} : { lastStart }),
    ...(latest === undefined
      ? {}
      : { lastEnd: latest.at, last: { ...sampleOf(latest), cause: latest.cause } }),
    ...(success === undefined ? {} : { lastSuccess: success }),
    ...(data === undefined ? {} : { lastData: data }),
    recent: of.samples === 0 ? [] : byTime.map(sampleOf).reverse(),
  };
  return { watched, running: open };
}

/** A redrive is a begin, too. */
function beganAt({ startedAt, context }: ExecutionRecord): number {
  const redriven = Date.parse(context.Execution.RedriveTime ?? '');
  return Number.isNaN(redriven) ? startedAt : Math.max(startedAt, redriven);
}
