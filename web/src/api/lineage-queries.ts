/**
 * What the console reads of lineage, each with its key in the cache.
 * @module
 */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { PATHS, pathTo } from '../../../src/api/paths.js';
import { get } from './client.js';
import type {
  ExecutionLineage,
  Lineage,
  LineageGraph,
  StepWorking,
  TestReport,
  VersionRepair,
} from './types.js';

/** What is made meanwhile is no live event. */
const LOOK_EVERY_MS = 30_000;

/** A version, or data of others, whose lineage is asked for. */
export interface LineageOf {
  name: string;
  team?: string | undefined;
  version?: string | undefined;
  /** Of data of others. */
  namespace?: string | undefined;
}

export const lineageGraphQuery = (of: LineageOf, open: readonly string[]) =>
  queryOptions({
    queryKey: ['lineage', of, 'graph', open],
    queryFn: async ({ signal }) => {
      const { name, ...query } = of;
      return await get<LineageGraph>(
        pathTo(PATHS.lineageGraph, { name }),
        { ...query, open: open.join(',') },
        signal,
      );
    },
    refetchInterval: LOOK_EVERY_MS,
    placeholderData: keepPreviousData,
  });

/** What the columns of one version were made of: that never changes. */
export const columnLineageQuery = (of: LineageOf) =>
  queryOptions({
    queryKey: ['lineage', of, 'columns'],
    queryFn: async ({ signal }) => {
      const { name, ...query } = of;
      return await get<Lineage>(
        pathTo(PATHS.lineage, { name }),
        { ...query, hops: 1, limit: 1, columns: 'true' },
        signal,
      );
    },
    staleTime: Number.POSITIVE_INFINITY,
  });

export const versionRepairQuery = (of: LineageOf & { version: string }) =>
  queryOptions({
    queryKey: ['lineage', of, 'repair'],
    queryFn: async ({ signal }) =>
      await get<VersionRepair>(
        pathTo(PATHS.versionRepair, { name: of.name, version: of.version }),
        { team: of.team },
        signal,
      ),
  });

/** What an execution wrote and read. */
export const executionLineageQuery = (id: string) =>
  queryOptions({
    queryKey: ['execution', id, 'lineage'],
    queryFn: async ({ signal }) =>
      await get<ExecutionLineage>(pathTo(PATHS.executionLineage, { id }), {}, signal),
  });

/** Rows of each side of a step that are shown. */
export const WORKING_ROWS = 5;

/** Rows before and after each SQL step: what was read is read again, which takes a moment. */
export const workingQuery = (id: string) =>
  queryOptions({
    queryKey: ['execution', id, 'working'],
    queryFn: async ({ signal }) =>
      (
        await get<{ items: StepWorking[] }>(
          pathTo(PATHS.executionWorking, { id }),
          { limit: WORKING_ROWS },
          signal,
        )
      ).items,
    retry: false,
    staleTime: 60_000,
  });

/** What a test run would have done; what it wrote is compared, which takes a moment. */
export const testReportQuery = (id: string) =>
  queryOptions({
    queryKey: ['execution', id, 'test-report'],
    queryFn: async ({ signal }) =>
      await get<TestReport>(pathTo(PATHS.testReport, { id }), {}, signal),
    staleTime: 60_000,
    retry: false,
  });
