/**
 * Whether each history is whole: its events are numbered from 1 without a gap, each row holds as many as it says, and it ends
 * where its execution says that it does.
 * @module
 */
import type { Driver, Row } from './driver.js';
import type { Finding } from './verify-database.js';

/** Rows of one step. */
const ROWS = 500;

/** Step by step, as `verifyDatabase`; `seen` is told how far it is: the number of the last row. */
export function* verifyHistories(
  reader: Driver,
  seen: (table: string, position: number) => void = () => undefined,
): Generator<Finding> {
  const rows = reader.prepare(
    `SELECT h.number AS position, h.execution, h.first, h.last, json_array_length(h.events) AS count,
       (SELECT p.last FROM history p WHERE p.execution = h.execution AND p.first < h.first
        ORDER BY p.first DESC LIMIT 1) AS before
     FROM history h WHERE h.number > ? ORDER BY h.number LIMIT ${ROWS}`,
  );
  yield* pages(rows.all, (row) => gapIn(row), seen, 'history');
  const ends = reader.prepare(
    `SELECT e.number AS position, json_extract(e.header, '$.nextEvent') - 1 AS told,
       COALESCE((SELECT h.last FROM history h WHERE h.execution = e.number ORDER BY h.first DESC LIMIT 1), 0) AS kept
     FROM executions e WHERE e.number > ? ORDER BY e.number LIMIT ${ROWS}`,
  );
  yield* pages(ends.all, endIn, seen, 'executions');
}

function* pages(
  read: (after: number) => Row[],
  check: (row: Row) => Finding,
  seen: (table: string, position: number) => void,
  table: string,
): Generator<Finding> {
  for (let after = 0; ; ) {
    const rows = read(after);
    for (const row of rows) {
      const found = check(row);
      if (found === undefined) continue;
      yield found;
      return;
    }
    yield undefined;
    if (rows.length < ROWS) return;
    after = Number(rows.at(-1)?.position);
    seen(table, after);
  }
}

/** What is wrong with a row of history: `execution`, `first`, `last`, `count` of its events, and the `last` of the one `before`. */
export function gapIn(row: Row): Finding {
  const [first, last, count] = [row.first, row.last, row.count].map(Number) as [
    number,
    number,
    number,
  ];
  const before = Number(row.before ?? 0);
  if (first !== before + 1) {
    return `The history of execution number ${row.execution} goes from event ${before} to ${first}`;
  }
  if (count !== last - first + 1) {
    return `The history of execution number ${row.execution} says events ${first} to ${last} and holds ${count}`;
  }
  return undefined;
}

/** What is wrong with where an execution ends: its number as `position`, its last event as it has `told`, and as it is `kept`. */
export function endIn({ position, told, kept }: Row): Finding {
  if (told === kept) return undefined;
  return `The history of execution number ${position} ends at event ${kept}, and the execution says ${told}`;
}
