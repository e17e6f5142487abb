/**
 * Table `logs`: captured output, one row a segment of lines that were written together.
 *
 * How lines lie in a segment is told in `log-segments.ts`, how all are searched in `log-search.ts`.
 *
 * A reader's place is a segment and the number of its lines already read, so following a log costs one indexed read.
 * @module
 */
import { integer, toJson } from './columns.js';
import { linesOf, packed, spanOf } from './log-segments.js';
import { distinctValues, mergedNumbers, type Order, rowsOf } from './merged-ranges.js';
import type { Plan, Plans, Prepare } from './plan.js';
import type { LogLine, LogPosition, LogSegment } from './store.js';

export const logReads: Plans<'readLogs' | 'logTail'> = {
  *readLogs({ execution, state, after, limit }) {
    const lines: LogLine[] = [];
    let position: LogPosition = after ?? { segment: 0, line: 0 };
    // A segment has at least one line, so `limit` rows and the one begun before are always enough.
    const numbers = yield* segments({
      ...{ execution, state, order: 'ascending', beyond: position.segment - 1, limit: limit + 1 },
    });
    for (const row of yield* rowsOf('logs', numbers, (found) => found)) {
      const segment = integer(row, 'number');
      const skip = segment === position.segment ? position.line : 0;
      const found = linesOf(row).slice(skip, skip + limit - lines.length);
      lines.push(...found);
      if (found.length > 0) position = { segment, line: skip + found.length };
      if (lines.length >= limit) break;
    }
    return { lines, position };
  },
  *logTail(execution, wanted, state) {
    const numbers = yield* segments({
      ...{ execution, state, order: 'descending', beyond: undefined, limit: wanted },
    });
    let missing = wanted;
    let position: LogPosition | undefined;
    for (const row of yield* rowsOf('logs', numbers, (found) => found)) {
      const count = integer(row, 'count');
      position = { segment: integer(row, 'number'), line: Math.max(0, count - missing) };
      missing -= count;
      if (missing <= 0) break;
    }
    return position;
  },
};

interface SegmentQuery {
  execution: number;
  state: string | undefined;
  order: Order;
  beyond: number | undefined;
  limit: number;
}

/** Segments of an execution, of one state or of each, from a number on. */
function* segments({ execution, state, order, beyond, limit }: SegmentQuery): Plan<number[]> {
  const where = 'execution = ?';
  const states =
    state === undefined
      ? yield* distinctValues({ table: 'logs', column: 'state', where, values: [execution] })
      : [state];
  const ranges = states.map((one) => ({
    table: 'logs',
    where: `${where} AND state = ?`,
    values: [execution, one],
  }));
  return yield* mergedNumbers(ranges, order, beyond, limit);
}

/** Appends a segment. */
export function logWrites(prepare: Prepare): (segment: LogSegment) => void {
  const append = prepare(
    `INSERT INTO logs (execution, state, attempt, count, tags, lines, team, pipeline, first_at, last_at, level, body)
     VALUES (?, ?, ?, ?, ?, '[]', ?, ?, ?, ?, ?, ?)`,
  );
  return ({ execution, state, attempt, tags, lines, team, pipeline }) => {
    const { firstAt, lastAt, level } = spanOf(lines);
    const shared = [execution, state, attempt, lines.length, toJson(tags)] as const;
    append(...shared, team, pipeline, firstAt, lastAt, level, packed(lines));
  };
}
