/**
 * Tables of the audit log.
 * @module
 */
import type { ChainEnds, ChainedEntry } from '../../../store/audit-chain.js';
import { defineTable, type Table } from '../../../store/table.js';

export interface AuditRow extends ChainedEntry {
  /** Of this entry and the one before it; see `store/audit-chain.ts`. */
  readonly hash: string;
}

/** Table `audit`. */
export const AUDIT: Table<AuditRow> = defineTable<AuditRow>({
  name: 'audit',
  columns: {
    number: 'integer',
    at: 'integer',
    actor: 'text',
    team: 'text',
    act: 'text',
    what: 'text',
    outcome: 'text',
    address: 'text',
    hash: 'text',
  },
  key: ['number'],
  appendOnly: true,
  lists: [{ columns: ['team'] }, { columns: ['actor'] }, { columns: ['team', 'actor'] }],
  migrations: [
    `CREATE TABLE audit (
       number INTEGER PRIMARY KEY,
       at BIGINT NOT NULL,
       actor TEXT NOT NULL,
       team TEXT NOT NULL,
       act TEXT NOT NULL,
       what TEXT NOT NULL,
       outcome TEXT NOT NULL,
       address TEXT NOT NULL,
       hash TEXT NOT NULL
     );
     CREATE INDEX audit_of_team ON audit (team, number);
     CREATE INDEX audit_of_actor ON audit (actor, number);
     CREATE INDEX audit_of_actor_in_team ON audit (team, actor, number);`,
  ],
});

export interface AuditEndsRow extends ChainEnds {
  readonly id: string;
  /** The ends under the sealing key: who has the database alone cannot make others. */
  readonly record: { readonly sealed: string };
}

/** Table `audit_ends`: one row. */
export const AUDIT_ENDS: Table<AuditEndsRow> = defineTable<AuditEndsRow>({
  name: 'audit_ends',
  columns: {
    id: 'text',
    number: 'integer',
    hash: 'text',
    baseNumber: 'integer',
    baseHash: 'text',
    record: 'json',
  },
  key: ['id'],
  migrations: [
    `CREATE TABLE audit_ends (
       id TEXT PRIMARY KEY,
       number BIGINT NOT NULL,
       hash TEXT NOT NULL,
       base_number BIGINT NOT NULL,
       base_hash TEXT NOT NULL,
       record TEXT NOT NULL
     );`,
  ],
});
