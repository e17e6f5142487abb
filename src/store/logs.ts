/**
 * Table `logs`: captured output, one row a segment of lines that were written together.
 *
 * A reader's place is a segment and the number of its lines already read, so following a log costs one indexed read.
 * @module
 */
import { fromJson, integer, text, toJson } from './columns.js';
import type { Driver, Row } from './driver.js';
import type { LogLine, LogPosition, LogSegment, SynchronousStore, Tags } from './store.js';

type LogQueries = Pick<SynchronousStore, 'readLogs' | 'logTail'> & {
  appendLogs(segment: LogSegment): void;
};

export function logQueries(driver: Driver): LogQueries {
  const append = driver.prepare(
    'INSERT INTO logs (execution, state, attempt, count, tags, lines) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const page = (state: string, direction: string): string =>
    `SELECT * FROM logs WHERE execution = ? AND number >= ? ${state} ORDER BY number ${direction} LIMIT ?`;
  const read = driver.prepare(page('', 'ASC'));
  const readState = driver.prepare(page('AND state = ?', 'ASC'));
  const back = driver.prepare(page('', 'DESC'));
  const backState = driver.prepare(page('AND state = ?', 'DESC'));

  function rows(execution: number, from: number, state: string | undefined, limit: number): Row[] {
    return state === undefined
      ? read.all(execution, from, limit)
      : readState.all(execution, from, state, limit);
  }

  return {
    appendLogs(segment) {
      const { execution, state, attempt, tags, lines } = segment;
      append.run(execution, state, attempt, lines.length, toJson(tags), toJson(lines));
    },
    readLogs({ execution, state, after, limit }) {
      const lines: LogLine[] = [];
      let position: LogPosition = after ?? { segment: 0, line: 0 };
      // A segment has at least one line, so `limit` rows and the one begun before are always enough.
      for (const row of rows(execution, position.segment, state, limit + 1)) {
        const segment = integer(row, 'number');
        const skip = segment === position.segment ? position.line : 0;
        const found = linesOf(row).slice(skip, skip + limit - lines.length);
        lines.push(...found);
        if (found.length > 0) position = { segment, line: skip + found.length };
        if (lines.length >= limit) break;
      }
      return { lines, position };
    },
    logTail(execution, wanted, state) {
      const found =
        state === undefined
          ? back.all(execution, 0, wanted)
          : backState.all(execution, 0, state, wanted);
      let missing = wanted;
      let position: LogPosition | undefined;
      for (const row of found) {
        const count = integer(row, 'count');
        position = { segment: integer(row, 'number'), line: Math.max(0, count - missing) };
        missing -= count;
        if (missing <= 0) break;
      }
      return position;
    },
  };
}

function linesOf(row: Row): LogLine[] {
  const shared = {
    state: text(row, 'state'),
    attempt: integer(row, 'attempt'),
    tags: fromJson<Tags>(row.tags),
  };
  return fromJson<LogSegment['lines']>(row.lines).map((line) => ({ ...line, ...shared }));
}
