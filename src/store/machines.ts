/**
 * Tables `machines` (immutable versions) and `pipelines` (which version is the current one).
 * @module
 */
import type { JsonObject } from '../asl/json.js';
import { fromJson, integer, text } from './columns.js';
import type { Driver, Row } from './driver.js';
import type { MachineRecord, SynchronousStore, Tags } from './store.js';

type MachineQueries = Pick<
  SynchronousStore,
  | 'findMachine'
  | 'findVersion'
  | 'currentMachine'
  | 'currentMachines'
  | 'lastVersion'
  | 'listPipelineNames'
>;

const CURRENT = 'SELECT m.* FROM pipelines p JOIN machines m ON m.number = p.machine';

export function machineQueries(driver: Driver): MachineQueries {
  const byNumber = driver.prepare('SELECT * FROM machines WHERE number = ?');
  const byVersion = driver.prepare(
    'SELECT * FROM machines WHERE team = ? AND pipeline = ? AND version = ?',
  );
  const current = driver.prepare(`${CURRENT} WHERE p.team = ? AND p.name = ?`);
  const last = driver.prepare(
    'SELECT MAX(version) AS version FROM machines WHERE team = ? AND pipeline = ?',
  );
  const everyName = driver.prepare('SELECT DISTINCT team, pipeline FROM machines');
  const everyCurrent = driver.prepare(`${CURRENT} ORDER BY p.team, p.name`);

  return {
    findMachine: (number) => machineOf(byNumber.get(number)),
    findVersion: ({ team, name }, version) => machineOf(byVersion.get(team, name, version)),
    currentMachine: ({ team, name }) => machineOf(current.get(team, name)),
    listPipelineNames: () =>
      everyName.all().map((row) => ({ team: text(row, 'team'), name: text(row, 'pipeline') })),
    currentMachines: () => everyCurrent.all().map(toMachine),
    lastVersion: ({ team, name }) => Number(last.get(team, name)?.version ?? 0),
  };
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
