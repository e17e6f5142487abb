/**
 * What the address of the executions list says.
 * @module
 */
import type { ExecutionStatus } from '../api/types.js';

export interface ExecutionsSearch {
  pipeline?: string;
  /** Whose pipeline it is. */
  team?: string;
  status?: ExecutionStatus;
  mapRun?: string;
  /** Absent: they are left out. */
  testRuns?: TestRuns;
  /** A search in the one grammar. */
  q?: string;
}

const TEST_RUNS = ['with', 'only'] as const;
export type TestRuns = (typeof TEST_RUNS)[number];

const LONGEST_SEARCH = 2_000;

export const STATUSES: readonly ExecutionStatus[] = [
  'RUNNING',
  'SUCCEEDED',
  'FAILED',
  'TIMED_OUT',
  'ABORTED',
];

/** Takes what it knows from an address and leaves out the rest. */
export function executionsSearch(search: { [name: string]: unknown }): ExecutionsSearch {
  const { pipeline, team, status, mapRun, q } = search;
  const testRuns = TEST_RUNS.find((candidate) => candidate === search.testRuns);
  const known = STATUSES.find((candidate) => candidate === status);
  return {
    // An address may hold a name that looks like a number.
    ...(pipeline === undefined || pipeline === '' ? {} : { pipeline: String(pipeline) }),
    ...(team === undefined || team === '' ? {} : { team: String(team) }),
    ...(known === undefined ? {} : { status: known }),
    ...(mapRun === undefined || mapRun === '' ? {} : { mapRun: String(mapRun) }),
    ...(testRuns === undefined ? {} : { testRuns }),
    ...(q === undefined || q === '' ? {} : { q: String(q).slice(0, LONGEST_SEARCH) }),
  };
}
