/**
 * Tables `machines` (immutable versions) and `pipelines` (which version is the current one).
 * @module
 */
import type { JsonObject } from '../asl/json.js';
import { fromJson, integer, text, toJson } from './columns.js';
import type { Driver, Row } from './driver.js';
import type { MachineRecord, SynchronousStore, Tags } from './store.js';
import { rollBackAfter } from './write-guard.js';

type MachineQueries = Pick<
  SynchronousStore,
  | 'insertMachine'
  | 'findMachine'
  | 'findVersion'
  | 'currentMachine'
  | 'currentMachines'
  | 'lastVersion'
  | 'listPipelineNames'
  | 'deletePipeline'
>;

const CURRENT = 'SELECT m.* FROM pipelines p JOIN machines m ON m.number = p.machine';

export function machineQueries(driver: Driver): MachineQueries {
  const insert = driver.prepare(
    `INSERT INTO machines (pipeline, version, team, tags, digest, deployed_at, deployment)
     VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING number`,
  );
  const point = driver.prepare(
    `INSERT INTO pipelines (team, name, machine) VALUES (?, ?, ?)
     ON CONFLICT (team, name) DO UPDATE SET machine = excluded.machine`,
  );
  const byNumber = driver.prepare('SELECT * FROM machines WHERE number = ?');
  const byVersion = driver.prepare(
    'SELECT * FROM machines WHERE team = ? AND pipeline = ? AND version = ?',
  );
  const current = driver.prepare(`${CURRENT} WHERE p.team = ? AND p.name = ?`);
  const last = driver.prepare(
    'SELECT MAX(version) AS version FROM machines WHERE team = ? AND pipeline = ?',
  );
  const deletions = [
    'DELETE FROM pipelines WHERE team = ? AND name = ?',
    'DELETE FROM published_versions WHERE team = ? AND pipeline = ?',
    'DELETE FROM aliases WHERE team = ? AND pipeline = ?',
  ].map((sql) => driver.prepare(sql));
  const everyName = driver.prepare('SELECT DISTINCT team, pipeline FROM machines');
  const everyCurrent = driver.prepare(`${CURRENT} ORDER BY p.team, p.name`);

  return {
    insertMachine(machine) {
      return transaction(driver, () => {
        const row = insert.get(
          machine.pipeline,
          machine.version,
          machine.team,
          toJson(machine.tags),
          machine.digest,
          machine.deployedAt,
          toJson(machine.deployment),
        );
        const number = Number(row?.number);
        point.run(machine.team, machine.pipeline, number);
        return { number, ...machine };
      });
    },
    findMachine: (number) => machineOf(byNumber.get(number)),
    findVersion: ({ team, name }, version) => machineOf(byVersion.get(team, name, version)),
    currentMachine: ({ team, name }) => machineOf(current.get(team, name)),
    listPipelineNames: () =>
      everyName.all().map((row) => ({ team: text(row, 'team'), name: text(row, 'pipeline') })),
    currentMachines: () => everyCurrent.all().map(toMachine),
    lastVersion: ({ team, name }) => Number(last.get(team, name)?.version ?? 0),
    deletePipeline({ team, name }) {
      transaction(driver, () => {
        for (const deletion of deletions) deletion.run(team, name);
      });
    },
  };
}

function transaction<Value>(driver: Driver, act: () => Value): Value {
  driver.exec('BEGIN IMMEDIATE');
  try {
    const value = act();
    driver.exec('COMMIT');
    return value;
  } catch (error) {
    rollBackAfter(error, () => driver.exec('ROLLBACK'));
    throw error;
  }
}

function machineOf(row: Row | undefined): MachineRecord | undefined {
  return row && toMachine(row);
}

function toMachine(row: Row): MachineRecord {
  return {
    number: integer(row, 'number'),
    pipeline: text(row, 'pipeline'),
    version: integer(row, 'version'),
    team: text(row, 'team'),
    tags: fromJson<Tags>(row.tags),
    digest: text(row, 'digest'),
    deployedAt: integer(row, 'deployed_at'),
    deployment: fromJson<JsonObject>(row.deployment),
  };
}
