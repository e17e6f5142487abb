/**
 * What would go on when a copy is taken into use: for whoever decides that.
 * @module
 */
import { openReader } from '../driver.js';
import { KINDS } from '../execution-kinds.js';
import { distinctValues } from '../merged-ranges.js';
import { runNow } from '../plan.js';

export interface OpenWork {
  /** Executions that run, without children of distributed Maps. */
  running: number;
  /** Attempts that were open: they are closed as lost. */
  attempts: number;
  /** Deliveries that may have arrived since, and are sent again. */
  deliveries: number;
}

/** Counts what is open in a database of this version's schema that may be in use. Reads what is open, and no more. */
export function countOpenWork(database: string): OpenWork {
  const reader = openReader(database);
  const count = (sql: string, ...values: string[]): number =>
    Number(reader.prepare(sql).get(...values)?.n);
  try {
    const runningOf = (where: string): number => {
      const of = { table: 'executions', column: 'team', where, values: [] };
      const ofTeam = `SELECT COUNT(*) AS n FROM executions WHERE ${where} AND team = ? AND status = 'RUNNING'`;
      return runNow(reader, distinctValues(of)).reduce((sum, team) => sum + count(ofTeam, team), 0);
    };
    return {
      running: KINDS.reduce((sum, kind) => sum + runningOf(kind), 0),
      attempts: count("SELECT COUNT(*) AS n FROM attempts WHERE status <> 'submitted'"),
      deliveries: count("SELECT COUNT(*) AS n FROM deliveries WHERE status = 'PENDING'"),
    };
  } finally {
    reader.close();
  }
}
