/**
 * What would go on when a copy is taken into use: for whoever decides that.
 * @module
 */
import { KINDS } from '../execution-kinds.js';
import { distinctValues } from '../merged-ranges.js';
import { one, type Plan, type Plans } from '../plan.js';

/** Counts what is open. Reads what is open, and no more. */
export const openWorkReads: Plans<'countOpenWork'> = {
  *countOpenWork() {
    const count = function* (sql: string, ...values: string[]): Plan<number> {
      const [row] = yield one(sql, values);
      return Number(row?.n ?? 0);
    };
    let running = 0;
    for (const where of KINDS) {
      const of = { table: 'executions', column: 'team', where, values: [] };
      const ofTeam = `SELECT COUNT(*) AS n FROM executions WHERE ${where} AND team = ? AND status = 'RUNNING'`;
      for (const team of yield* distinctValues(of)) running += yield* count(ofTeam, team);
    }
    return {
      running,
      // Each in the index that holds just those.
      attempts:
        (yield* count("SELECT COUNT(*) AS n FROM attempts WHERE status = 'scheduled'")) +
        (yield* count("SELECT COUNT(*) AS n FROM attempts WHERE status = 'started'")),
      deliveries: yield* count("SELECT COUNT(*) AS n FROM deliveries WHERE status = 'PENDING'"),
    };
  },
};
