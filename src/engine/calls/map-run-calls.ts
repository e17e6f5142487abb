/**
 * `engine.mapRuns`: the distributed Maps of executions.
 * @module
 */
import type { MapRunDetail } from '../features/map-runs/map-run-detail.js';
import type { MapRunChange, MapRuns } from '../features/map-runs/map-runs.js';
import type { DurableRequest } from '../kernel/durable-request.js';
import type { Scope } from '../kernel/scope.js';
import type { Reading } from './reading.js';

export interface MapRunCalls {
  /** By id or ARN. Throws MapRunNotFound. */
  describe(scope: Scope, mapRun: string): Promise<MapRunDetail>;
  /** Those of an execution, the newest first. Throws ExecutionNotFound. */
  list(scope: Scope, execution: string): Promise<MapRunDetail[]>;
  /** Takes effect at once, also for children that are running. Throws MapRunNotFound, MapRunNotRunning. */
  update(scope: Scope, mapRun: string, change: MapRunChange): Promise<void>;
}

export function mapRunCalls(
  mapRuns: MapRuns,
  reading: Reading,
  request: DurableRequest,
): MapRunCalls {
  return {
    describe: (scope, mapRun) => reading.mapRun(scope, mapRun),
    list: async (scope, id) => reading.mapRuns(await reading.find(scope, id)),
    async update(scope, mapRun, change) {
      const { number } = await reading.mapRun(scope, mapRun);
      await request<void>((settle) => mapRuns.updateInput(number, change, settle));
    },
  };
}
