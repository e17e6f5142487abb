/**
 * Table `dataset_kept`: versions whose files are there, so that looking for those that may go costs what is kept, not what ever was.
 * @module
 */
import { defineTable, type Table } from '../../../store/table.js';

export interface KeptRow {
  /** Of the version. */
  number: number;
  team: string;
  dataset: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** Relative to the root of the storage. */
  folder: string;
  quarantine?: string;
}

export const KEPT: Table<KeptRow> = defineTable<KeptRow>({
  name: 'dataset_kept',
  columns: {
    number: 'integer',
    team: 'text',
    dataset: 'text',
    at: 'integer',
    folder: 'text',
    quarantine: 'text?',
  },
  key: ['number'],
  lists: [{ columns: ['team', 'dataset'] }],
  migrations: [
    `CREATE TABLE dataset_kept (
       number BIGINT PRIMARY KEY,
       team TEXT NOT NULL,
       dataset TEXT NOT NULL,
       at BIGINT NOT NULL,
       folder TEXT NOT NULL,
       quarantine TEXT
     );
     CREATE INDEX dataset_kept_of_dataset ON dataset_kept (team, dataset, number);`,
  ],
});
