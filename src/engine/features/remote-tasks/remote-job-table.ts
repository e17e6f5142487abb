/**
 * Table `remote_jobs`: attempts that another system performs, from before they are asked for until they are over, and afterwards
 * as long as people may want to know where the job was.
 *
 *     submitting ──▶ waiting ──▶ (trailing: its last lines are fetched) ──▶ ended
 *         │             └──nobody waits any more──▶ stopping ──asked to end──▶ ended
 *         └──nobody waits any more──▶ stopping (its job is found first, then asked to end)
 *
 *     a cluster of an execution: waiting ──it is there──▶ held ──its execution ends──▶ stopping ──it is gone──▶ ended
 *
 * @module
 */
import type { JsonObject } from '../../../asl/json.js';
import { defineTable, type Table } from '../../../store/table.js';

export type Phase = 'submitting' | 'waiting' | 'held' | 'trailing' | 'stopping' | 'ended';

export interface RemoteJobRow {
  number: number;
  /** Id of the attempt. */
  attempt: string;
  execution: number;
  thread: number;
  sequence: number;
  team: string;
  /** Name of the state, and how often it was retried before. */
  state: string;
  retry: number;
  /** `batch:submitJob`, and its form beside it. */
  resource: string;
  form: string;
  phase: Phase;
  /** When it came into its phase, and when it was begun: milliseconds since the epoch. */
  since: number;
  begunAt: number;
  /** When its attempt times out. */
  deadline?: number;
  /** HeartbeatSeconds of its attempt. */
  heartbeat?: number;
  /** The job over there. */
  job?: JsonObject;
  /** Its own console, its log groups: `{ NAME: url }`. */
  links?: JsonObject;
  /** As it was seen last, in the words of whoever performs it. */
  status?: string;
  /** Why nobody sees it, or knows what became of it. */
  trouble?: string;
  /** How far its log has been read, and how much of it: bytes. */
  cursor?: string;
  logged?: number;
  /** `cluster`: what it makes belongs to its execution, and is freed when that ends. */
  holds?: string;
  /** What is asked for again to find a job that nobody waits for and whose answer was lost. */
  request?: JsonObject;
}

/** Phases in which something is still to be done. */
export const OPEN_PHASES: readonly Phase[] = [
  'submitting',
  'waiting',
  'held',
  'trailing',
  'stopping',
];

export const REMOTE_JOBS: Table<RemoteJobRow> = defineTable<RemoteJobRow>({
  name: 'remote_jobs',
  columns: {
    number: 'integer',
    attempt: 'text',
    execution: 'integer',
    thread: 'integer',
    sequence: 'integer',
    team: 'text',
    state: 'text',
    retry: 'integer',
    resource: 'text',
    form: 'text',
    phase: 'text',
    since: 'integer',
    begunAt: 'integer',
    deadline: 'integer?',
    heartbeat: 'integer?',
    job: 'json?',
    links: 'json?',
    status: 'text?',
    trouble: 'text?',
    cursor: 'text?',
    logged: 'integer?',
    holds: 'text?',
    request: 'json?',
  },
  key: ['number'],
  lists: [{ columns: ['phase'] }, { columns: ['execution'] }],
  migrations: [
    `CREATE TABLE remote_jobs (
       number INTEGER PRIMARY KEY,
       attempt TEXT NOT NULL,
       execution BIGINT NOT NULL,
       thread BIGINT NOT NULL,
       sequence BIGINT NOT NULL,
       team TEXT NOT NULL,
       state TEXT NOT NULL,
       retry BIGINT NOT NULL,
       resource TEXT NOT NULL,
       form TEXT NOT NULL,
       phase TEXT NOT NULL,
       since BIGINT NOT NULL,
       begun_at BIGINT NOT NULL,
       deadline BIGINT,
       heartbeat BIGINT,
       job TEXT,
       links TEXT,
       status TEXT,
       trouble TEXT,
       cursor TEXT,
       logged BIGINT,
       holds TEXT,
       request TEXT
     );
     CREATE INDEX remote_jobs_of_phase ON remote_jobs (phase, number);
     CREATE INDEX remote_jobs_of_execution ON remote_jobs (execution, number);`,
  ],
});
