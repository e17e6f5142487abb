/**
 * Tables `machines` (immutable versions) and `pipelines` (which version is the current one).
 * @module
 */
import type { JsonObject } from '../asl/json.js';
import { fromJson, integer, text } from './columns.js';
import type { Row } from './driver.js';
import { all, one, type Plans } from './plan.js';
import type { MachineRecord, Tags } from './store.js';

const CURRENT = 'SELECT m.* FROM pipelines p JOIN machines m ON m.number = p.machine';

export const machineReads: Plans<
  | 'findMachine'
  | 'findVersion'
  | 'currentMachine'
  | 'currentMachines'
  | 'lastVersion'
  | 'listPipelineNames'
> = {
  *findMachine(number) {
    const [row] = yield one('SELECT * FROM machines WHERE number = ?', [number]);
    return row && toMachine(row);
  },
  *findVersion({ team, name }, version) {
    const [row] = yield one(
      'SELECT * FROM machines WHERE team = ? AND pipeline = ? AND version = ?',
      [team, name, version],
    );
    return row && toMachine(row);
  },
  *currentMachine({ team, name }) {
    const [row] = yield one(`${CURRENT} WHERE p.team = ? AND p.name = ?`, [team, name]);
    return row && toMachine(row);
  },
  *currentMachines() {
    const rows = yield all(`${CURRENT} ORDER BY p.team, p.name`);
    return rows.map(toMachine);
  },
  *listPipelineNames() {
    const rows = yield all('SELECT DISTINCT team, pipeline FROM machines ORDER BY team, pipeline');
    return rows.map((row) => ({ team: text(row, 'team'), name: text(row, 'pipeline') }));
  },
  *lastVersion({ team, name }) {
    const [row] = yield one(
      'SELECT MAX(version) AS version FROM machines WHERE team = ? AND pipeline = ?',
      [team, name],
    );
    // Versions below it are another host's.
    return Math.max(0, Number(row?.version ?? 0));
  },
};

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
