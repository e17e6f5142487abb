/**
 * What of SQLite's plans does not look rows up in the order of an index, and why that is right (src/store/query-plans.test.ts).
 * @module
 */

/** Steps of plans that are allowed, by the beginning of the query; all others must be look-ups in the order of an index. */
export const ALLOWED: readonly { query: string; steps: readonly string[]; reason: string }[] = [
  ...(
    [
      [
        "attempts WHERE status = 'scheduled'",
        'SCAN attempts USING COVERING INDEX attempts_scheduled',
      ],
      ["attempts WHERE status = 'started'", 'SCAN attempts USING COVERING INDEX attempts_started'],
      [
        "deliveries WHERE status = 'PENDING'",
        'SCAN deliveries USING COVERING INDEX deliveries_due',
      ],
    ] as const
  ).map(([rows, step]) => ({
    query: `SELECT COUNT(*) AS n FROM ${rows}`,
    steps: [step],
    reason:
      'once, when a backup is taken into use: what is open, in an index that holds nothing else',
  })),
  {
    query: 'SELECT e.number FROM executions e WHERE e.status',
    steps: ['SCAN e USING INDEX executions_dependent'],
    reason: 'at a start: those that run and have somebody who waits for them, which it takes up',
  },
  {
    query: "SELECT number FROM executions WHERE status = 'RUNNING' AND root IS NULL",
    steps: ['SCAN executions USING INDEX executions_unstarted'],
    reason: 'at a start: those that have not begun, which it takes up',
  },
  {
    query: 'SELECT at FROM history ORDER BY number DESC LIMIT 1',
    steps: ['SCAN history'],
    reason: 'the last row alone',
  },
  {
    query: 'SELECT COUNT(*) AS count, MAX(number) AS last, group_concat(',
    steps: ['SCAN page'],
    reason: 'the rows that the inner query has found, as many as its limit',
  },
  {
    query: 'SELECT * FROM attempts WHERE execution = ? ORDER BY position',
    steps: ['USE TEMP B-TREE FOR ORDER BY'],
    reason: 'open attempts of one execution',
  },
  {
    query: "UPDATE attempts SET status = 'started'",
    steps: ['SCAN attempts USING INDEX attempts_scheduled'],
    reason: 'once, when a backup is taken into use: attempts that wait for a slot',
  },
  {
    query: "SELECT execution FROM timers WHERE kind = 'continue'",
    steps: ['SCAN timers USING COVERING INDEX timers_interrupted'],
    reason: 'at a start: executions in the middle of a turn',
  },
  {
    query: "SELECT * FROM map_runs WHERE status = 'RUNNING'",
    steps: ['SCAN map_runs USING INDEX map_runs_running'],
    reason: 'at a start: map runs that it takes up',
  },
  {
    query: 'SELECT team AS value, COUNT(*) AS count FROM deliveries',
    steps: ['SCAN deliveries USING INDEX deliveries_due', 'USE TEMP B-TREE FOR GROUP BY'],
    reason: 'at a start: deliveries that are on their way',
  },
  {
    query: 'SELECT team AS value, COUNT(*) AS count FROM notifications',
    steps: ['SCAN notifications USING COVERING INDEX notifications_pending'],
    reason: 'at a start: what is to be told, in an index that holds nothing else',
  },
  {
    query: "SELECT * FROM deliveries WHERE status = 'PENDING'",
    steps: ['SCAN deliveries USING INDEX deliveries_due'],
    reason: 'in the order of an index that holds nothing else, a page of it',
  },
  {
    query: 'SELECT * FROM taken_names ORDER BY',
    steps: ['SCAN taken_names USING INDEX sqlite_autoindex_taken_names_1'],
    reason: 'the first row alone',
  },
  {
    query: 'SELECT name, json_columns FROM feature_tables',
    steps: ['SCAN feature_tables USING INDEX sqlite_autoindex_feature_tables_1'],
    reason: 'one row for each table that there is',
  },
  ...['connections', 'secrets', 'webhooks'].map((table) => ({
    query: `SELECT * FROM ${table} ORDER BY team, name`,
    steps: [`SCAN ${table} USING INDEX sqlite_autoindex_${table}_1`],
    reason: 'at a start: all of them are looked at, whether the key fits',
  })),
  {
    query: 'DELETE FROM machines',
    steps: ['SCAN published_versions', 'SCAN pipelines'],
    reason: 'SQLite plans for deferred references, and there are none',
  },
  {
    query: 'SELECT DISTINCT team, pipeline FROM machines',
    steps: ['SCAN machines USING COVERING INDEX sqlite_autoindex_machines_1'],
    reason: 'at a start: names of what was ever deployed',
  },
  {
    query: 'SELECT m.* FROM pipelines p JOIN machines m',
    steps: ['SCAN p USING INDEX sqlite_autoindex_pipelines_1'],
    reason: 'at a start: what is deployed, which is kept in memory',
  },
  {
    query: 'SELECT * FROM tokens ORDER BY',
    steps: ['SCAN tokens', 'USE TEMP B-TREE FOR ORDER BY'],
    reason: 'as many as people have made; those that have run out are deleted',
  },
  {
    query: 'SELECT * FROM aliases WHERE',
    steps: ['USE TEMP B-TREE FOR ORDER BY'],
    reason: 'at most a hundred of a state machine',
  },
  {
    query: 'SELECT * FROM access_keys ORDER BY',
    steps: ['SCAN access_keys', 'USE TEMP B-TREE FOR ORDER BY'],
    reason: 'as many as people have made',
  },
];
