/**
 * What can be asked of each kind of thing: its fields, and what kind of value each has.
 *
 * `name`: the whole value, `*` for any part. `contains`: somewhere in it. `words`: one of a few. `level`, `number`, `time`,
 * `duration`: may be compared. A name that is in no table is the key of a tag.
 * @module
 */
import type { SearchKind } from './query.js';

export type Field =
  | { readonly type: 'name' | 'contains' | 'number' | 'time' | 'duration' | 'level' }
  /** Each word that may be written, with the value that is meant. */
  | { readonly type: 'words'; readonly words: { readonly [word: string]: string } };

export interface FieldTable {
  /** What one of them is called in a sentence. */
  readonly one: string;
  readonly fields: { readonly [name: string]: Field };
  /** The field that `since:` and `until:` are about. */
  readonly time: string;
  /** What stands before the path of a member: `field` for `field.rows:>10`. */
  readonly members?: string;
}

/** Words for levels of log lines, by rank. */
export const LEVEL_RANKS: { readonly [word: string]: number } = {
  debug: 0,
  trace: 0,
  info: 1,
  notice: 1,
  warn: 2,
  warning: 2,
  error: 3,
  err: 3,
  critical: 3,
  fatal: 3,
};

const name = { type: 'name' } as const;
const contains = { type: 'contains' } as const;
const number = { type: 'number' } as const;
const time = { type: 'time' } as const;
const duration = { type: 'duration' } as const;

/** Each word means itself, and others that people write mean one of them. */
function words(values: readonly string[], others: { [word: string]: string } = {}): Field {
  const all = Object.fromEntries(values.map((value) => [value.toLowerCase(), value]));
  return { type: 'words', words: { ...all, ...others } };
}

/** Whatever is watched has this identity. */
const subject = { provider: name, account: name, region: name, kind: name, name } as const;

/** @example FIELDS.logs.fields.level // { type: 'level' } */
export const FIELDS: { readonly [Kind in SearchKind]: FieldTable } = {
  executions: {
    one: 'an execution',
    time: 'started',
    fields: {
      id: name,
      number,
      name,
      pipeline: name,
      version: number,
      team: name,
      status: words(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'], {
        success: 'SUCCEEDED',
        succeed: 'SUCCEEDED',
        failure: 'FAILED',
        timeout: 'TIMED_OUT',
        stopped: 'ABORTED',
      }),
      started: time,
      stopped: time,
      duration,
      error: contains,
      cause: contains,
      interval: name,
      alias: name,
      trigger: name,
      redrives: number,
    },
  },
  checks: {
    one: 'a check result',
    time: 'at',
    fields: {
      ...subject,
      check: name,
      pipeline: name,
      team: name,
      status: words(['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'], {
        warn: 'WARNING',
        error: 'CRITICAL',
      }),
      execution: name,
      at: time,
      duration,
      rows: number,
      bytes: number,
      files: number,
      retries: number,
      cost: number,
      interval: name,
      cause: contains,
    },
  },
  expectations: {
    one: 'an expectation',
    time: 'due',
    fields: {
      ...subject,
      pipeline: name,
      team: name,
      state: words(['EXPECTED', 'DUE', 'LATE', 'MISSING', 'ARRIVED LATE'], {
        arrived_late: 'ARRIVED LATE',
      }),
      due: time,
      expect: contains,
      cause: contains,
    },
  },
  events: {
    one: 'an event',
    time: 'time',
    members: 'detail',
    fields: {
      id: name,
      bus: name,
      source: name,
      type: name,
      account: name,
      region: name,
      team: name,
      resource: name,
      time,
    },
  },
  logs: {
    one: 'a log line',
    time: 'time',
    members: 'field',
    fields: {
      level: { type: 'level' },
      message: contains,
      stream: words(['stdout', 'stderr', 'system']),
      pipeline: name,
      team: name,
      execution: name,
      state: name,
      attempt: number,
      time,
    },
  },
};
