/**
 * The schema, as numbered steps that only go forward. A step that was released is never edited; a change is a new step.
 *
 * Shapes that were chosen by measurement: executions have integer numbers; history is appended by rowid at the end of
 * the file, one row a transition (its events are always written and mostly read together), with one unique index on
 * (execution, first event) that also guards against writing an event twice; partial indexes hold only what is open.
 * Steps 1 to 12 are SQLite's: a PostgreSQL database begins with what they have led to (postgres/schema.ts). Every step after
 * them is run by both and written in words that both take, as those that tables bring themselves (table.ts).
 * @module
 */
export const MIGRATIONS: readonly string[] = [
  // 1: the first schema.
  `
  CREATE TABLE machines (
    number INTEGER PRIMARY KEY,
    pipeline TEXT NOT NULL,
    version INTEGER NOT NULL,
    team TEXT NOT NULL,
    tags TEXT NOT NULL,
    digest TEXT NOT NULL,
    deployed_at BIGINT NOT NULL,
    deployment TEXT NOT NULL,
    UNIQUE (pipeline, version)
  );
  CREATE TABLE pipelines (
    name TEXT PRIMARY KEY,
    machine BIGINT NOT NULL REFERENCES machines (number)
  );
  CREATE TABLE executions (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    team TEXT NOT NULL,
    tags TEXT NOT NULL,
    pointer TEXT NOT NULL,
    context TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    parent BIGINT,
    parent_thread BIGINT,
    parent_sequence BIGINT,
    parent_attached INTEGER,
    map_run BIGINT,
    map_child BIGINT,
    machine BIGINT NOT NULL,
    status TEXT NOT NULL,
    header TEXT NOT NULL,
    root TEXT,
    output TEXT,
    error TEXT,
    cause TEXT,
    stopped_at BIGINT,
    redrive_count INTEGER NOT NULL
  );
  CREATE UNIQUE INDEX executions_by_id ON executions (id);
  CREATE UNIQUE INDEX executions_by_name ON executions (pipeline, name) WHERE name <> id;
  CREATE INDEX executions_by_pipeline ON executions (pipeline, number);
  CREATE INDEX executions_running ON executions (number) WHERE status = 'RUNNING';
  CREATE INDEX executions_unstarted ON executions (number) WHERE status = 'RUNNING' AND root IS NULL;
  CREATE INDEX executions_failed ON executions (number) WHERE status <> 'RUNNING' AND status <> 'SUCCEEDED';
  CREATE UNIQUE INDEX executions_by_map_run ON executions (map_run, map_child) WHERE map_run IS NOT NULL;
  CREATE TABLE threads (
    execution BIGINT NOT NULL,
    thread BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (execution, thread)
  );
  CREATE TABLE history (
    number INTEGER PRIMARY KEY,
    execution BIGINT NOT NULL,
    first BIGINT NOT NULL,
    last BIGINT NOT NULL,
    at BIGINT NOT NULL,
    events TEXT NOT NULL
  );
  CREATE UNIQUE INDEX history_by_execution ON history (execution, first);
  CREATE TABLE attempts (
    position INTEGER PRIMARY KEY,
    execution BIGINT NOT NULL,
    thread BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    id TEXT NOT NULL,
    status TEXT NOT NULL,
    kind TEXT NOT NULL,
    owner TEXT,
    token TEXT,
    child BIGINT,
    scheduled_at BIGINT NOT NULL,
    started_at BIGINT,
    request TEXT NOT NULL
  );
  CREATE UNIQUE INDEX attempts_by_execution ON attempts (execution, thread, sequence);
  CREATE UNIQUE INDEX attempts_by_token ON attempts (token) WHERE token IS NOT NULL;
  CREATE INDEX attempts_by_child ON attempts (child) WHERE child IS NOT NULL;
  CREATE INDEX attempts_scheduled ON attempts (kind, position) WHERE status = 'scheduled';
  CREATE INDEX attempts_started ON attempts (position) WHERE status = 'started';
  CREATE TABLE timers (
    execution BIGINT NOT NULL,
    thread BIGINT NOT NULL,
    kind TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (execution, thread, kind)
  );
  CREATE INDEX timers_due ON timers (at);
  CREATE INDEX timers_interrupted ON timers (execution) WHERE kind = 'continue';
  CREATE TABLE map_runs (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    execution BIGINT NOT NULL,
    thread BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    status TEXT NOT NULL,
    state TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    stopped_at BIGINT
  );
  CREATE INDEX map_runs_running ON map_runs (number) WHERE status = 'RUNNING';
  CREATE TABLE map_children (
    map_run BIGINT NOT NULL,
    child BIGINT NOT NULL,
    status TEXT NOT NULL,
    item TEXT,
    execution BIGINT,
    PRIMARY KEY (map_run, child)
  );
  CREATE INDEX map_children_by_status ON map_children (map_run, status, child);
  CREATE TABLE logs (
    number INTEGER PRIMARY KEY,
    execution BIGINT NOT NULL,
    state TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    count INTEGER NOT NULL,
    tags TEXT NOT NULL,
    lines TEXT NOT NULL
  );
  CREATE INDEX logs_by_execution ON logs (execution, number);
  CREATE TABLE tokens (
    hash TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    label TEXT NOT NULL,
    teams TEXT NOT NULL,
    role TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT
  );
  CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
  );
  `,
  // 2: executions that play a test case of a mock configuration file.
  'ALTER TABLE executions ADD COLUMN test_case TEXT;',
  // 3: what clients of the wire API make.
  `
  CREATE TABLE published_versions (
    pipeline TEXT NOT NULL,
    version INTEGER NOT NULL,
    machine BIGINT NOT NULL REFERENCES machines (number),
    description TEXT,
    created_at BIGINT NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (pipeline, version)
  );
  CREATE TABLE aliases (
    pipeline TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    routing TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (pipeline, name)
  );
  CREATE TABLE activities (
    name TEXT PRIMARY KEY,
    team TEXT NOT NULL,
    tags TEXT NOT NULL,
    created_at BIGINT NOT NULL
  );
  CREATE TABLE access_keys (
    id TEXT PRIMARY KEY,
    team TEXT NOT NULL,
    role TEXT NOT NULL,
    label TEXT NOT NULL,
    secret TEXT NOT NULL,
    created_at BIGINT NOT NULL
  );
  ALTER TABLE executions ADD COLUMN published_version INTEGER;
  ALTER TABLE executions ADD COLUMN alias TEXT;
  CREATE INDEX map_runs_by_execution ON map_runs (execution, number);
  `,
  // 4: map runs read their items in pages and keep no row of their own for each. A run may have a million children, so
  // the indexes that list executions leave children out, and children have partial ones of what is open or has failed.
  `
  ALTER TABLE map_runs ADD COLUMN request TEXT;
  DROP TABLE map_children;
  DROP INDEX executions_by_pipeline;
  DROP INDEX executions_failed;
  CREATE INDEX executions_top ON executions (number) WHERE map_run IS NULL;
  CREATE INDEX executions_by_pipeline ON executions (pipeline, number) WHERE map_run IS NULL;
  CREATE INDEX executions_failed ON executions (number)
    WHERE map_run IS NULL AND status <> 'RUNNING' AND status <> 'SUCCEEDED';
  CREATE INDEX executions_map_running ON executions (map_run, number)
    WHERE map_run IS NOT NULL AND status = 'RUNNING';
  CREATE INDEX executions_map_failed ON executions (map_run, number)
    WHERE map_run IS NOT NULL AND status <> 'RUNNING' AND status <> 'SUCCEEDED';
  `,
  // 5: events of the bus, what triggers remember, and what an execution was triggered by and for.
  `
  CREATE TABLE events (
    number INTEGER PRIMARY KEY,
    bus TEXT NOT NULL,
    id TEXT NOT NULL,
    team TEXT NOT NULL,
    source TEXT NOT NULL,
    detail_type TEXT NOT NULL,
    stored_at BIGINT NOT NULL,
    envelope TEXT NOT NULL,
    matched TEXT NOT NULL
  );
  CREATE UNIQUE INDEX events_by_id ON events (bus, id);
  CREATE TABLE trigger_states (
    pipeline TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (pipeline, kind)
  );
  ALTER TABLE executions ADD COLUMN triggered_by TEXT;
  ALTER TABLE executions ADD COLUMN for_interval TEXT;
  CREATE INDEX executions_by_interval ON executions (pipeline, for_interval, number) WHERE for_interval IS NOT NULL;
  `,
  // 6: backfills. The plan is written once, the progress with every commit that starts or counts one of its executions.
  `
  CREATE TABLE backfills (
    number INTEGER PRIMARY KEY,
    pipeline TEXT NOT NULL,
    team TEXT NOT NULL,
    status TEXT NOT NULL,
    request TEXT NOT NULL,
    plan TEXT NOT NULL,
    progress TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    stopped_at BIGINT
  );
  CREATE INDEX backfills_running ON backfills (number) WHERE status = 'RUNNING';
  `,
  // 7: what clients of the wire APIs of EventBridge and its Scheduler declare, each kind of resource as its host writes it.
  `
  CREATE TABLE declarations (
    kind TEXT NOT NULL,
    team TEXT NOT NULL,
    name TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (kind, team, name)
  );
  `,
  // 8: an event is one of its team, so that a team cannot take another's id; what rules deliver over the network, and what
  // could not be delivered.
  `
  DROP INDEX events_by_id;
  CREATE UNIQUE INDEX events_by_id ON events (team, bus, id);
  CREATE TABLE deliveries (
    number INTEGER PRIMARY KEY,
    team TEXT NOT NULL,
    status TEXT NOT NULL,
    queue TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    attempts INTEGER NOT NULL,
    request TEXT NOT NULL,
    failure TEXT
  );
  CREATE INDEX deliveries_due ON deliveries (due_at) WHERE status = 'PENDING';
  CREATE INDEX deliveries_dead ON deliveries (team, number) WHERE status = 'DEAD';
  `,
  // 9: a name is one of its team: pipelines, what belongs to them, and activities. What a pipeline of another team has left
  // under a name stays that team's. The key of an activity's tasks names the team, too.
  `
  ALTER TABLE machines RENAME TO machines_before;
  CREATE TABLE machines (
    number INTEGER PRIMARY KEY,
    pipeline TEXT NOT NULL,
    version INTEGER NOT NULL,
    team TEXT NOT NULL,
    tags TEXT NOT NULL,
    digest TEXT NOT NULL,
    deployed_at BIGINT NOT NULL,
    deployment TEXT NOT NULL,
    UNIQUE (team, pipeline, version)
  );
  INSERT INTO machines (number, pipeline, version, team, tags, digest, deployed_at, deployment)
    SELECT number, pipeline, version, team, tags, digest, deployed_at, deployment FROM machines_before;
  ALTER TABLE pipelines RENAME TO pipelines_before;
  CREATE TABLE pipelines (
    team TEXT NOT NULL,
    name TEXT NOT NULL,
    machine BIGINT NOT NULL REFERENCES machines (number),
    PRIMARY KEY (team, name)
  );
  INSERT INTO pipelines (team, name, machine)
    SELECT m.team, p.name, p.machine FROM pipelines_before p JOIN machines m ON m.number = p.machine;
  ALTER TABLE published_versions RENAME TO published_versions_before;
  CREATE TABLE published_versions (
    team TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    version INTEGER NOT NULL,
    machine BIGINT NOT NULL REFERENCES machines (number),
    description TEXT,
    created_at BIGINT NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (team, pipeline, version)
  );
  INSERT INTO published_versions (team, pipeline, version, machine, description, created_at, deleted)
    SELECT m.team, v.pipeline, v.version, v.machine, v.description, v.created_at, v.deleted
    FROM published_versions_before v JOIN machines m ON m.number = v.machine;
  ALTER TABLE aliases RENAME TO aliases_before;
  CREATE TABLE aliases (
    team TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    routing TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (team, pipeline, name)
  );
  INSERT INTO aliases (team, pipeline, name, description, routing, created_at, updated_at)
    SELECT p.team, a.pipeline, a.name, a.description, a.routing, a.created_at, a.updated_at
    FROM aliases_before a JOIN pipelines p ON p.name = a.pipeline;
  ALTER TABLE activities RENAME TO activities_before;
  CREATE TABLE activities (
    team TEXT NOT NULL,
    name TEXT NOT NULL,
    tags TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (team, name)
  );
  INSERT INTO activities (team, name, tags, created_at)
    SELECT team, name, tags, created_at FROM activities_before;
  ALTER TABLE trigger_states RENAME TO trigger_states_before;
  CREATE TABLE trigger_states (
    team TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (team, pipeline, kind)
  );
  INSERT INTO trigger_states (team, pipeline, kind, state)
    SELECT p.team, s.pipeline, s.kind, s.state
    FROM trigger_states_before s JOIN pipelines p ON p.name = s.pipeline WHERE s.kind <> 'foreign';
  INSERT INTO trigger_states (team, pipeline, kind, state)
    SELECT substr(pipeline, 1, instr(pipeline, '/') - 1), substr(pipeline, instr(pipeline, '/') + 1), kind, state
    FROM trigger_states_before WHERE kind = 'foreign';
  DROP TABLE trigger_states_before;
  DROP TABLE activities_before;
  DROP TABLE aliases_before;
  DROP TABLE published_versions_before;
  DROP TABLE pipelines_before;
  DROP TABLE machines_before;
  DROP INDEX executions_by_name;
  CREATE UNIQUE INDEX executions_by_name ON executions (pipeline, team, name) WHERE name <> id;
  DROP INDEX executions_by_pipeline;
  CREATE INDEX executions_by_pipeline ON executions (pipeline, team, number) WHERE map_run IS NULL;
  DROP INDEX executions_by_interval;
  CREATE INDEX executions_by_interval ON executions (pipeline, team, for_interval, number)
    WHERE for_interval IS NOT NULL;
  UPDATE attempts SET kind = 'activity:' || (SELECT e.team FROM executions e WHERE e.number = attempts.execution)
      || '/' || substr(kind, 10)
    WHERE kind LIKE 'activity:%';
  `,
  // 10: digests of histories. Rows from before have none.
  'ALTER TABLE history ADD COLUMN digest BIGINT;',
  // 11: tables that are declared beside the features that they serve: what version each has, and what in it is JSON. Such a
  // table makes itself when its feature joins (rows.ts), and takes over what lay for it in `declarations` and `trigger_states`.
  `
  CREATE TABLE feature_tables (
    name TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    json_columns TEXT NOT NULL,
    sealing TEXT NOT NULL
  );
  `,
  // 12: each list with each of its filters is a union of ranges of one index (merged-ranges.ts), so that none grows with
  // what is kept. `map_run` is in them though it is NULL there: otherwise each row would be looked up to see that.
  `
  DROP INDEX executions_top;
  DROP INDEX executions_by_pipeline;
  DROP INDEX executions_failed;
  DROP INDEX executions_running;
  DROP INDEX executions_map_running;
  DROP INDEX executions_map_failed;
  CREATE INDEX executions_of_team ON executions (team, status, redrive_count, map_run, number) WHERE map_run IS NULL;
  CREATE INDEX executions_of_pipeline ON executions (pipeline, team, status, redrive_count, map_run, number)
    WHERE map_run IS NULL;
  CREATE INDEX executions_of_alias ON executions (pipeline, team, alias, status, redrive_count, map_run, number)
    WHERE map_run IS NULL AND alias IS NOT NULL;
  CREATE INDEX executions_of_version
    ON executions (pipeline, team, published_version, status, redrive_count, map_run, number)
    WHERE map_run IS NULL AND published_version IS NOT NULL;
  DROP INDEX executions_by_interval;
  CREATE INDEX executions_of_interval ON executions (pipeline, team, for_interval, map_run, number)
    WHERE map_run IS NULL AND for_interval IS NOT NULL;
  CREATE INDEX executions_of_map_run ON executions (map_run, status, redrive_count, number)
    WHERE map_run IS NOT NULL;
  CREATE INDEX executions_dependent ON executions (number)
    WHERE status = 'RUNNING' AND redrive_count = 0 AND (parent_attached = 1 OR map_run IS NOT NULL);
  CREATE INDEX events_of_team ON events (team, bus, number);
  CREATE INDEX backfills_of_team ON backfills (team, status, number);
  CREATE INDEX backfills_of_pipeline ON backfills (pipeline, team, status, number);
  CREATE INDEX deliveries_of_queue ON deliveries (team, queue, number) WHERE status = 'DEAD';
  DROP INDEX logs_by_execution;
  CREATE INDEX logs_of_state ON logs (execution, state, number);
  CREATE INDEX tokens_expiring ON tokens (expires_at) WHERE expires_at IS NOT NULL;
  `,
  // 13: log segments can be searched over all executions (log-search.ts): whose they are, from when to when, their highest level.
  // What they say lies packed in `body`, the last column, so that a search reads past it; `lines` holds what was written before,
  // up to the number that the setting names. Those rows stay as they are.
  `
  ALTER TABLE logs ADD COLUMN team TEXT;
  ALTER TABLE logs ADD COLUMN pipeline TEXT;
  ALTER TABLE logs ADD COLUMN first_at BIGINT;
  ALTER TABLE logs ADD COLUMN last_at BIGINT;
  ALTER TABLE logs ADD COLUMN level INTEGER;
  ALTER TABLE logs ADD COLUMN body BLOB;
  CREATE INDEX logs_by_time ON logs (team, first_at, number) WHERE team IS NOT NULL;
  INSERT INTO settings (key, value) SELECT 'unplaced logs', MAX(number) || '' FROM logs HAVING MAX(number) IS NOT NULL;
  `,
  // 14: four roles instead of two. What could change everything of its teams goes on so: for all teams it administered the
  // server, for some it could make definitions. Tokens may be a user's.
  `
  ALTER TABLE tokens ADD COLUMN user_name TEXT;
  UPDATE tokens SET role = 'editor' WHERE role = 'operator';
  UPDATE tokens SET role = 'admin' WHERE role = 'editor' AND teams LIKE '%"*"%';
  UPDATE access_keys SET role = 'editor' WHERE role = 'operator';
  `,
  // 15: test runs. Lists leave them out unless they are asked for, so they are in indexes of their own: what is decided from
  // executions costs the same however many test runs there are.
  `
  ALTER TABLE executions ADD COLUMN test_run BIGINT;
  ALTER TABLE executions ADD COLUMN reads_of BIGINT;
  DROP INDEX executions_of_team;
  DROP INDEX executions_of_pipeline;
  DROP INDEX executions_of_alias;
  DROP INDEX executions_of_version;
  DROP INDEX executions_of_interval;
  CREATE INDEX executions_of_team ON executions (team, status, redrive_count, map_run, test_run, number)
    WHERE map_run IS NULL AND test_run IS NULL;
  CREATE INDEX executions_of_pipeline
    ON executions (pipeline, team, status, redrive_count, map_run, test_run, number)
    WHERE map_run IS NULL AND test_run IS NULL;
  CREATE INDEX executions_of_alias
    ON executions (pipeline, team, alias, status, redrive_count, map_run, test_run, number)
    WHERE map_run IS NULL AND test_run IS NULL AND alias IS NOT NULL;
  CREATE INDEX executions_of_version
    ON executions (pipeline, team, published_version, status, redrive_count, map_run, test_run, number)
    WHERE map_run IS NULL AND test_run IS NULL AND published_version IS NOT NULL;
  CREATE INDEX executions_of_interval ON executions (pipeline, team, for_interval, map_run, test_run, number)
    WHERE map_run IS NULL AND test_run IS NULL AND for_interval IS NOT NULL;
  CREATE INDEX test_runs_of_team ON executions (team, status, redrive_count, map_run, number, test_run)
    WHERE map_run IS NULL AND test_run IS NOT NULL;
  CREATE INDEX test_runs_of_pipeline
    ON executions (pipeline, team, status, redrive_count, map_run, number, test_run)
    WHERE map_run IS NULL AND test_run IS NOT NULL;
  `,
  // 16: what is NULL in all rows of an index stands after the number. PostgreSQL does not see that rows between which only a
  // NULL stands are in the order of what follows: it sorted all that an index held to show a page, or went through the table.
  `
  DROP INDEX executions_of_team;
  DROP INDEX executions_of_pipeline;
  DROP INDEX executions_of_alias;
  DROP INDEX executions_of_version;
  DROP INDEX executions_of_interval;
  DROP INDEX test_runs_of_team;
  DROP INDEX test_runs_of_pipeline;
  CREATE INDEX executions_of_team ON executions (team, status, redrive_count, number, map_run, test_run)
    WHERE map_run IS NULL AND test_run IS NULL;
  CREATE INDEX executions_of_pipeline
    ON executions (pipeline, team, status, redrive_count, number, map_run, test_run)
    WHERE map_run IS NULL AND test_run IS NULL;
  CREATE INDEX executions_of_alias
    ON executions (pipeline, team, alias, status, redrive_count, number, map_run, test_run)
    WHERE map_run IS NULL AND test_run IS NULL AND alias IS NOT NULL;
  CREATE INDEX executions_of_version
    ON executions (pipeline, team, published_version, status, redrive_count, number, map_run, test_run)
    WHERE map_run IS NULL AND test_run IS NULL AND published_version IS NOT NULL;
  CREATE INDEX executions_of_interval ON executions (pipeline, team, for_interval, number, map_run, test_run)
    WHERE map_run IS NULL AND test_run IS NULL AND for_interval IS NOT NULL;
  CREATE INDEX test_runs_of_team ON executions (team, status, redrive_count, number, map_run, test_run)
    WHERE map_run IS NULL AND test_run IS NOT NULL;
  CREATE INDEX test_runs_of_pipeline
    ON executions (pipeline, team, status, redrive_count, number, map_run, test_run)
    WHERE map_run IS NULL AND test_run IS NOT NULL;
  `,
];

/** The schema that this Millrace writes. */
export const SCHEMA: number = MIGRATIONS.length;
