/**
 * A database with as many rows as one likes, made by the server itself, and what each query of the store touches in it.
 *
 * What is rare is where it hurts: few failures, far back; a pipeline, an alias and an interval that only the first executions
 * have; a status that never occurs.
 * @module
 */
import type pg from 'pg';
import type { Plan } from '../../src/store/plan.js';
import { numbered } from '../../src/store/postgres/dialect.js';
import { readPlans, running } from '../../src/store/queries.js';
import { type Asked, callsOf } from './store-calls.js';

/** Statements that add so many executions, and what belongs to them, to empty tables. */
function filling(count: number): readonly string[] {
  // Times are a thousand times the number: past what an INTEGER holds.
  const upTo = (last: number): string => `generate_series(CAST(1 AS BIGINT), ${last}) AS n`;
  const all = upTo(count);
  const few = upTo(Math.ceil(count / 10));
  const open = upTo(500);
  const rare = `n <= ${Math.ceil(count / 100)}`;
  const team = "CASE WHEN n % 2 = 0 THEN 'a' ELSE 'b' END";
  const at = 'n * 1000';
  return [
    `INSERT INTO executions (number, id, name, pipeline, team, tags, pointer, context, started_at, stopped_at, map_run,
       map_child, machine, status, header, root, output, redrive_count, alias, published_version, for_interval)
     SELECT n, 'id-' || n, 'name-' || n, CASE WHEN ${rare} THEN 'p' ELSE 'q' || n % 50 END, ${team}, '{}', '',
       '{"Execution":{"Input":{"county":"example"}}}', ${at}, ${at} + 500,
       CASE WHEN n % 10 = 0 THEN 1 + n / 100000 END, CASE WHEN n % 10 = 0 THEN n END, 1,
       CASE WHEN n % 1000 IN (6, 7) AND n < ${count / 2} THEN 'FAILED' ELSE 'SUCCEEDED' END, '{"status":"ended"}', '{}', '{}',
       CASE WHEN n % 5000 IN (6, 7) THEN 1 ELSE 0 END, CASE WHEN ${rare} THEN 'live' END, CASE WHEN ${rare} THEN 2 END,
       CASE WHEN ${rare} THEN '2026-11-' || lpad((n % 30)::text, 2, '0') END FROM ${all}`,
    `INSERT INTO history (execution, first, last, at, events)
     SELECT n, 1, 5, ${at}, '[{"id":1,"type":"ExecutionStarted"}]' FROM ${all}`,
    `INSERT INTO logs (execution, state, attempt, count, tags, lines, team, pipeline, first_at, last_at, level)
     SELECT n, 'S', 0, 1, '{}', '[]', ${team}, 'q', ${at}, ${at} + 9, 2 FROM ${few}`,
    `INSERT INTO events (number, bus, id, team, source, detail_type, stored_at, envelope, matched)
     SELECT n, CASE WHEN ${rare} THEN 'default' ELSE 'other' END, 'id-' || n, ${team}, 's', 't', ${at}, '{}', '[]' FROM ${all}`,
    `INSERT INTO check_results (number, series, team, status, at, cause)
     SELECT n, n % 700, ${team}, CASE WHEN n % 1000 = 7 THEN 'CRITICAL' ELSE 'OK' END, ${at}, '{}' FROM ${all}`,
    `INSERT INTO notifications (number, team, channel, status, thread, kind, level, message, created_at, queued_at, due_at, tries)
     SELECT n, ${team}, CASE WHEN ${rare} THEN 'c' ELSE 'd' END, CASE WHEN n % 1000 = 7 THEN 'DEAD' ELSE 'DELIVERED' END,
       't' || n / 3, 'k', 'l', '{}', ${at}, ${at}, ${at}, 0 FROM ${few}`,
    `INSERT INTO deliveries (number, team, status, queue, due_at, created_at, attempts, request)
     SELECT n, ${team}, 'DEAD', CASE WHEN ${rare} THEN 'q' ELSE 'r' END, ${at}, ${at}, 1, '{}' FROM ${few}`,
    `INSERT INTO backfills (number, pipeline, team, status, request, plan, progress, created_at)
     SELECT n, CASE WHEN ${rare} THEN 'p' ELSE 'q' END, ${team}, 'SUCCEEDED', '{}', '{}', '{}', ${at} FROM ${few}`,
    `INSERT INTO taken_names (team, pipeline, name, until) SELECT ${team}, 'p', 'name-' || n, ${at} FROM ${few}`,
    `INSERT INTO attempts (execution, thread, sequence, id, status, kind, token, scheduled_at, request)
     SELECT n, 0, 1, 'a' || n, 'scheduled', CASE WHEN n % 2 = 0 THEN 'shell' ELSE 'sql' END, 't' || n, ${at}, '{}' FROM ${open}`,
    `INSERT INTO timers (execution, thread, kind, sequence, at) SELECT n, 0, 'wait', 1, ${at} FROM ${open}`,
    `INSERT INTO threads (execution, thread, body) SELECT n, 0, '{}' FROM ${open}`,
  ];
}

/** Fills tables that are there and empty, and has the server look at what they hold, as it does by itself in time. */
export async function fillPostgres(client: pg.ClientBase, count: number): Promise<void> {
  for (const statement of filling(count)) await client.query(statement);
  await client.query('VACUUM ANALYZE');
}

/** What one query touched. */
export interface Touched {
  readonly sql: string;
  readonly method: string;
  /** Pages of 8 KiB that were looked at, in memory or on the disk. */
  readonly pages: number;
  readonly milliseconds: number;
  /** Tables that were gone through. */
  readonly gone: readonly string[];
}

interface Node {
  'Node Type': string;
  'Relation Name'?: string;
  'Shared Hit Blocks'?: number;
  'Shared Read Blocks'?: number;
  'Actual Total Time'?: number;
  Plans?: Node[];
}

/** Of each text so many calls are looked at: those with other values cost what their values find. */
const CALLS_OF_A_TEXT = 20;

/**
 * Makes every call of a store, and says what each of its queries touches: with a plan that holds for any values, as a text that is
 * called again and again gets.
 */
export async function touchedBy(client: pg.ClientBase): Promise<Touched[]> {
  await client.query('SET plan_cache_mode = force_generic_plan');
  const seen = new Map<string, number>();
  const touched: Touched[] = [];
  let method = '';

  async function run(plan: Plan<unknown>): Promise<unknown> {
    let step = plan.next();
    while (step.done !== true) {
      const { sql, values } = step.value;
      const times = seen.get(sql) ?? 0;
      seen.set(sql, times + 1);
      if (times < CALLS_OF_A_TEXT) touched.push({ method, sql, ...(await look(sql, values)) });
      const { rows } = await client.query(numbered(sql), [...values]);
      step = plan.next(rows.map(withNumbers));
    }
    return step.value;
  }

  async function look(sql: string, values: readonly unknown[]) {
    await client.query(`PREPARE asked AS ${numbered(sql)}`);
    try {
      const given = values.map((value) => {
        if (value === null) return 'NULL';
        return typeof value === 'number' ? String(value) : client.escapeLiteral(String(value));
      });
      const call = given.length === 0 ? 'asked' : `asked (${given.join(', ')})`;
      // The first time finds what lies in memory; the second one is looked at.
      await client.query(`EXECUTE ${call}`);
      const { rows } = await client.query(
        `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE ${call}`,
      );
      const plan: Node = rows[0]['QUERY PLAN'][0].Plan;
      return {
        pages: (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0),
        milliseconds: plan['Actual Total Time'] ?? 0,
        gone: [...new Set(goneThrough(plan))],
      };
    } finally {
      await client.query('DEALLOCATE asked');
    }
  }

  const asked = running<Asked>(readPlans, run);
  for (const [name, calls] of Object.entries(callsOf(asked))) {
    if (!(name in readPlans)) continue;
    method = name;
    // Of lists with many filters every seventh, which meets each value of each filter.
    const every = calls.length > 500 ? 7 : 1;
    for (const [index, call] of calls.entries()) if (index % every === 0) await call();
  }
  return touched;
}

function goneThrough(node: Node): string[] {
  const own = node['Node Type'] === 'Seq Scan' ? [node['Relation Name'] ?? ''] : [];
  return [...own, ...(node.Plans ?? []).flatMap(goneThrough)];
}

/** Whole numbers come as texts unless a store says otherwise. */
function withNumbers(row: { [column: string]: unknown }) {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value,
    ]),
  ) as never;
}
