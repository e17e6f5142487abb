/**
 * A dataset of a team with each thing that can become of a version, and another one that is made of it.
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import type { Server } from '../../src/server.js';

const CONTRACT = `
      extraColumns: allow
      columns:
        parcel_id: { type: bigint, nullable: false, unique: true }
        state:     { type: varchar, enum: [CA, NV] }
        zip:       { type: varchar, pattern: "^[0-9]{5}$", severity: quarantine }`;

const PARCELS = `pipeline: parcels
team: parcels
datasets:
  parcels/example:
    description: Parcels of two states
    readers: [claims]
    contract:${CONTRACT}
steps:
  - publish: { dataset: { name: parcels/example, from: parcels.csv } }
`;

const BY_STATE = `pipeline: by-state
team: parcels
datasets:
  parcels/by-state: {}
reads:
  parcels: parcels/example
steps:
  - count:   { sql: "SELECT state, count(*) AS parcels FROM parcels GROUP BY ALL" }
  - publish: { dataset: parcels/by-state }
`;

const PERMITS = `pipeline: permits
team: parcels
datasets:
  parcels/permits: { stage: raw }
steps:
  - publish: { dataset: { name: parcels/permits, from: permits.csv } }
`;

/** Writes the pipeline files into `root` and answers their folder. */
export function writeParcels(root: string): string {
  const folder = join(root, 'parcels');
  mkdirSync(folder);
  for (const [name, text] of Object.entries({
    parcels: PARCELS,
    'by-state': BY_STATE,
    permits: PERMITS,
  })) {
    writeFileSync(join(folder, `${name}.yaml`), text);
  }
  return folder;
}

const FILES = {
  good: 'parcel_id,state,zip\n1,CA,96120\n2,NV,89001\n',
  'a row aside': 'parcel_id,state,zip,acres\n1,CA,96120,2.5\n2,NV,89001,1.25\n3,CA,9612,4\n',
  rejected: 'parcel_id,state,zip,acres\n7,CA,96120,2.5\n7,OR,89001,1.25\n',
};

/** Publishes, or tries to publish, a file; answers the id of the execution. */
export async function publish(
  { engine }: Server,
  folder: string,
  what: keyof typeof FILES,
): Promise<string> {
  writeFileSync(join(folder, 'parcels.csv'), FILES[what]);
  return (await engine.executions.run(EVERYTHING, { pipeline: 'parcels' })).id;
}

/** Makes the other dataset of what is current. */
export async function countByState({ engine }: Server): Promise<void> {
  await engine.executions.run(EVERYTHING, { pipeline: 'by-state' });
}
