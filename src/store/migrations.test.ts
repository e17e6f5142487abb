/**
 * Databases of earlier versions, as those have written them, opened by this one.
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ACTIVITIES } from '../engine/features/activities/activity-table.js';
import { ARRIVALS } from '../engine/features/files/arrival-watch.js';
import { PIPELINE_SCHEDULES } from '../engine/features/schedules/pipeline-schedules.js';
import { FOREIGN_OUTCOMES } from '../engine/features/upstreams/foreign-outcomes.js';
import {
  ALIASES,
  MACHINES,
  PIPELINES,
  PUBLISHED_VERSIONS,
} from '../engine/kernel/machine-tables.js';
import { parseQuery } from '../search/parse-query.js';
import type { SearchQuery } from '../search/query.js';
import { openDriver } from './driver.js';
import { MIGRATIONS } from './migrations.js';
import { openSqliteStore } from './sqlite-store.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-migrations-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A database of the schema `version`, with these rows. */
function databaseOf(version: number, rows: string): string {
  const file = join(folder, 'millrace.db');
  const driver = openDriver(file);
  driver.exec('CREATE TABLE schema_version (version INTEGER NOT NULL)');
  for (let step = 0; step < version; step += 1) {
    driver.exec(MIGRATIONS[step] ?? '');
    driver.exec(`INSERT INTO schema_version (version) VALUES (${step + 1})`);
  }
  driver.exec(rows);
  driver.close();
  return file;
}

describe('a database of schema 8, in which names were unique on the whole server', () => {
  const machine = (number: number, pipeline: string, version: number, team: string): string =>
    `(${number}, '${pipeline}', ${version}, '${team}', '{}', 'd', 1, '{}')`;
  const execution = (number: number, name: string, team: string, interval = 'NULL'): string =>
    `(${number}, 'id-${number}', '${name}', 'nightly', '${team}', '{}', '', '{}', 1, 1, 'RUNNING',
      '{"nextEvent":1}', 0, ${interval})`;
  const rows = `
    INSERT INTO machines VALUES ${[
      // It was deleted by its team and made anew by another one.
      machine(1, 'nightly', 1, 'first'),
      machine(2, 'nightly', 2, 'second'),
      machine(3, 'other', 1, 'first'),
    ].join(', ')};
    INSERT INTO pipelines VALUES ('nightly', 2), ('other', 3);
    INSERT INTO published_versions VALUES ('nightly', 1, 2, 'the first', 5, 0);
    INSERT INTO aliases VALUES ('nightly', 'live', NULL, '[{"version":1,"weight":100}]', 1, 1);
    INSERT INTO activities VALUES ('approve', 'first', '{"a":"b"}', 7);
    INSERT INTO trigger_states VALUES
      ('nightly', 'schedule', '{"written":"{}","served":1}'), ('other', 'arrivals', '{"served":2}'),
      ('first/111122223333/far', 'foreign', '{"outcomes":[{"account":"111122223333","name":"far",
        "arn":"arn:aws:states:eu-west-1:111122223333:execution:far:one","status":"FAILED","startedAt":5,
        "since":6,"redriveCount":1}]}');
    INSERT INTO executions (number, id, name, pipeline, team, tags, pointer, context, started_at, machine,
      status, header, redrive_count, for_interval) VALUES
      ${execution(1, 'one', 'first')}, ${execution(2, 'two', 'second', "'2026-11-20'")};
    INSERT INTO attempts (execution, thread, sequence, id, status, kind, scheduled_at, request) VALUES
      (1, 0, 1, 'a', 'scheduled', 'activity:approve', 1, '{}'), (2, 0, 1, 'b', 'scheduled', 'shell', 1, '{}');
  `;

  it('keeps what every team has, each under its own name', () => {
    const store = openSqliteStore({ file: databaseOf(8, rows) });
    const [first, second] = [
      { team: 'first', name: 'nightly' },
      { team: 'second', name: 'nightly' },
    ];
    expect(store.currentMachines().map(({ number }) => number)).toEqual([3, 2]);
    expect(store.currentMachine(first)).toBeUndefined();
    expect(store.findVersion(first, 1)?.number).toBe(1);
    expect(store.findVersion(second, 1)).toBeUndefined();
    store.joinTables([ACTIVITIES, PIPELINE_SCHEDULES, ARRIVALS, FOREIGN_OUTCOMES]);
    const where = { team: 'second', pipeline: 'nightly' };
    expect(store.listRows(PUBLISHED_VERSIONS, { where })).toMatchObject([
      { version: 1, machine: 2 },
    ]);
    expect(store.listRows(ALIASES, { where })).toMatchObject([{ team: 'second', name: 'live' }]);
    expect(store.listRows(ACTIVITIES)).toEqual([
      { team: 'first', name: 'approve', tags: { a: 'b' }, createdAt: 7 },
    ]);
    expect(store.findExecutionByName(first, 'one')?.number).toBe(1);
    expect(store.findExecutionByName(second, 'one')).toBeUndefined();
    const ofDay = { pipeline: second, interval: '2026-11-20', limit: 10 };
    expect(store.listExecutions(ofDay).map(({ number }) => number)).toEqual([2]);
    expect(store.listRows(ARRIVALS)).toEqual([{ team: 'first', pipeline: 'other', served: 2 }]);
    expect(store.listRows(PIPELINE_SCHEDULES)).toEqual([
      { team: 'second', pipeline: 'nightly', written: '{}', served: 1, since: 0 },
    ]);
    expect(store.listRows(FOREIGN_OUTCOMES)).toMatchObject([
      { team: 'first', account: '111122223333', name: 'far', status: 'FAILED', redriveCount: 1 },
    ]);
    const waiting = { status: 'scheduled', after: 0, limit: 10 } as const;
    expect(store.listAttempts(waiting).map(({ attempt }) => attempt.kind)).toEqual([
      'activity:first/approve',
      'shell',
    ]);
    store.close();
  });

  it('takes the same name from two teams from then on', () => {
    const store = openSqliteStore({ file: databaseOf(8, rows) });
    const record = { pipeline: 'nightly', version: 2, tags: {}, digest: 'd', deployedAt: 1 };
    const made = { ...record, number: 9, team: 'first', deployment: {} };
    const pointer = { team: 'first', name: 'nightly', machine: 9 };
    const written = [
      { table: MACHINES, key: [9], row: made },
      { table: PIPELINES, key: ['first', 'nightly'], row: pointer },
    ];
    store.commit({ at: 1, executions: [], logs: [], rows: written });
    expect(store.currentMachine({ team: 'first', name: 'nightly' })?.number).toBe(9);
    expect(store.currentMachine({ team: 'second', name: 'nightly' })?.number).toBe(2);
    store.close();
  });
});

describe('a database of schema 12, in which log lines were plain JSON', () => {
  const line = (at: number, message: string) => ({ at, stream: 'stdout', level: 'warn', message });
  const rows = `
    INSERT INTO executions (number, id, name, pipeline, team, tags, pointer, context, started_at, machine, status, header,
        redrive_count) VALUES
      (1, 'id-1', 'one', 'nightly', 'first', '{}', '', '{}', 1, 1, 'RUNNING', '{"nextEvent":1}', 0),
      (2, 'id-2', 'two', 'other', 'second', '{}', '', '{}', 1, 1, 'RUNNING', '{"nextEvent":1}', 0);
    INSERT INTO logs (execution, state, attempt, count, tags, lines) VALUES
      (1, 'Load', 0, 2, '{"county":"monroe"}', '${JSON.stringify([line(5, 'oldest'), line(6, 'old')])}'),
      (2, 'Load', 0, 1, '{}', '${JSON.stringify([line(7, 'not ours')])}');`;

  it('has its lines found after those that were written since, and read as before', () => {
    const store = openSqliteStore({ file: databaseOf(12, rows) });
    const of = { execution: 1, team: 'first', pipeline: 'nightly', state: 'Load', attempt: 1 };
    const since = { at: 9, stream: 'stdout', level: 'info', message: 'new' } as const;
    store.commit({ at: 9, executions: [], rows: [], logs: [{ ...of, tags: {}, lines: [since] }] });
    const found = (text: string, after?: Parameters<typeof store.searchLogs>[0]['after']) =>
      store.searchLogs({
        ...{ teams: ['first'], limit: 2, count: 'page', ...(after ? { after } : {}) },
        query: (parseQuery(text, 'logs', 10) as { query: SearchQuery }).query,
        most: { milliseconds: 5_000, bytes: 1_000_000 },
      });
    const first = found('');
    expect(first.lines.map(({ message }) => message)).toEqual(['new', 'old']);
    const second = found('', first.next);
    expect(second.lines.map(({ message, pipeline }) => [message, pipeline])).toEqual([
      ['oldest', 'nightly'],
    ]);
    expect(second.next).toBeUndefined();
    expect(found('level:warn tag.county:monroe').lines).toHaveLength(2);
    expect(found('pipeline:other').lines).toEqual([]);
    const { lines } = store.readLogs({ execution: 1, limit: 9 });
    expect(lines.map(({ message }) => message)).toEqual(['oldest', 'old', 'new']);
    store.close();
  });
});
