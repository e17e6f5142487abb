/**
 * Tables of what clients of the wire API make besides executions: `published_versions` and `aliases` of state machines,
 * `activities`, and the `access_keys` that clients sign with.
 *
 * A published version that was deleted keeps its row, because its number is never given again.
 * @module
 */
import { fromJson, integer, optional, text, toJson } from './columns.js';
import type { Driver, Row } from './driver.js';
import type {
  AccessKeyRecord,
  ActivityRecord,
  AliasRecord,
  AliasRoute,
  PublishedVersionRecord,
  SynchronousStore,
  Tags,
} from './store.js';

type ResourceQueries = Pick<
  SynchronousStore,
  | 'insertPublishedVersion'
  | 'deletePublishedVersion'
  | 'listPublishedVersions'
  | 'lastPublishedVersion'
  | 'putAlias'
  | 'deleteAlias'
  | 'listAliases'
  | 'putActivity'
  | 'deleteActivity'
  | 'listActivities'
  | 'insertAccessKey'
  | 'findAccessKey'
  | 'listAccessKeys'
  | 'deleteAccessKey'
>;

export function resourceQueries(driver: Driver): ResourceQueries {
  return {
    ...versionQueries(driver),
    ...aliasQueries(driver),
    ...activityQueries(driver),
    ...keyQueries(driver),
  };
}

function versionQueries(
  driver: Driver,
): Pick<
  ResourceQueries,
  | 'insertPublishedVersion'
  | 'deletePublishedVersion'
  | 'listPublishedVersions'
  | 'lastPublishedVersion'
> {
  const insert = driver.prepare(
    `INSERT INTO published_versions (team, pipeline, version, machine, description, created_at)
     VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const remove = driver.prepare(
    'UPDATE published_versions SET deleted = 1 WHERE team = ? AND pipeline = ? AND version = ?',
  );
  const ofPipeline = driver.prepare(
    `SELECT * FROM published_versions WHERE team = ? AND pipeline = ? AND deleted = 0
     ORDER BY version DESC`,
  );
  const last = driver.prepare(
    'SELECT MAX(version) AS version FROM published_versions WHERE team = ? AND pipeline = ?',
  );
  return {
    insertPublishedVersion: ({ team, pipeline, version, machine, description, createdAt }) =>
      void insert.run(team, pipeline, version, machine, description ?? null, createdAt),
    deletePublishedVersion: ({ team, name }, version) => void remove.run(team, name, version),
    listPublishedVersions: ({ team, name }) => ofPipeline.all(team, name).map(toVersion),
    lastPublishedVersion: ({ team, name }) => Number(last.get(team, name)?.version ?? 0),
  };
}

function aliasQueries(
  driver: Driver,
): Pick<ResourceQueries, 'putAlias' | 'deleteAlias' | 'listAliases'> {
  const put = driver.prepare(
    `INSERT INTO aliases (team, pipeline, name, description, routing, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (team, pipeline, name) DO UPDATE SET description = excluded.description,
       routing = excluded.routing, updated_at = excluded.updated_at`,
  );
  const remove = driver.prepare('DELETE FROM aliases WHERE team = ? AND pipeline = ? AND name = ?');
  const ofPipeline = driver.prepare(
    'SELECT * FROM aliases WHERE team = ? AND pipeline = ? ORDER BY created_at, name',
  );
  return {
    putAlias: ({ team, pipeline, name, description, routing, createdAt, updatedAt }) =>
      void put.run(
        team,
        pipeline,
        name,
        description ?? null,
        toJson(routing),
        createdAt,
        updatedAt,
      ),
    deleteAlias: (pipeline, alias) => void remove.run(pipeline.team, pipeline.name, alias),
    listAliases: ({ team, name }) => ofPipeline.all(team, name).map(toAlias),
  };
}

function activityQueries(
  driver: Driver,
): Pick<ResourceQueries, 'putActivity' | 'deleteActivity' | 'listActivities'> {
  const put = driver.prepare(
    `INSERT INTO activities (name, team, tags, created_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (team, name) DO UPDATE SET tags = excluded.tags`,
  );
  const remove = driver.prepare('DELETE FROM activities WHERE team = ? AND name = ?');
  const all = driver.prepare('SELECT * FROM activities ORDER BY created_at, name');
  return {
    putActivity: ({ name, team, tags, createdAt }) =>
      void put.run(name, team, toJson(tags), createdAt),
    deleteActivity: ({ team, name }) => void remove.run(team, name),
    listActivities: () => all.all().map(toActivity),
  };
}

function keyQueries(
  driver: Driver,
): Pick<
  ResourceQueries,
  'insertAccessKey' | 'findAccessKey' | 'listAccessKeys' | 'deleteAccessKey'
> {
  const insert = driver.prepare(
    `INSERT INTO access_keys (id, team, role, label, secret, created_at)
     VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const byId = driver.prepare('SELECT * FROM access_keys WHERE id = ?');
  const all = driver.prepare('SELECT * FROM access_keys ORDER BY created_at, id');
  const remove = driver.prepare('DELETE FROM access_keys WHERE id = ?');
  return {
    insertAccessKey: ({ id, team, role, label, secret, createdAt }) =>
      void insert.run(id, team, role, label, secret, createdAt),
    findAccessKey(id) {
      const row = byId.get(id);
      return row && toKey(row);
    },
    listAccessKeys: () => all.all().map(toKey),
    deleteAccessKey: (id) => remove.run(id) === 1,
  };
}

function toVersion(row: Row): PublishedVersionRecord {
  return {
    team: text(row, 'team'),
    pipeline: text(row, 'pipeline'),
    version: integer(row, 'version'),
    machine: integer(row, 'machine'),
    ...optional(row, 'description', 'description', String),
    createdAt: integer(row, 'created_at'),
  };
}

function toAlias(row: Row): AliasRecord {
  return {
    team: text(row, 'team'),
    pipeline: text(row, 'pipeline'),
    name: text(row, 'name'),
    ...optional(row, 'description', 'description', String),
    routing: fromJson<AliasRoute[]>(row.routing),
    createdAt: integer(row, 'created_at'),
    updatedAt: integer(row, 'updated_at'),
  };
}

function toActivity(row: Row): ActivityRecord {
  return {
    name: text(row, 'name'),
    team: text(row, 'team'),
    tags: fromJson<Tags>(row.tags),
    createdAt: integer(row, 'created_at'),
  };
}

function toKey(row: Row): AccessKeyRecord {
  return {
    id: text(row, 'id'),
    team: text(row, 'team'),
    role: text(row, 'role'),
    label: text(row, 'label'),
    secret: text(row, 'secret'),
    createdAt: integer(row, 'created_at'),
  };
}
