/**
 * Whether a task is performed here or by a worker on another machine.
 *
 *     the state says (`workers`, `worker:` of a step) ─▶ the pipeline says (`worker`) ─▶ here
 *     the server performs none of the kind (`--no-local-tasks`) ─▶ a worker, whatever they say
 *
 * Only kinds that a worker can perform go there; the table of all of them is in `pipelines/sections/worker-section.ts`.
 * @module
 */

import { type Sectioned, sectionOf } from '../../pipelines/sections/section.js';
import {
  WORKER,
  WORKER_KINDS,
  WORKERS,
  type WorkerNeed,
} from '../../pipelines/sections/worker-section.js';
import type { Resolution } from './resolve-task.js';

/** What a machine says of workers. */
export interface WorkerPlan {
  readonly all: WorkerNeed | 'here' | undefined;
  readonly states: ReadonlyMap<string, WorkerNeed | 'here'>;
}

const ANY: WorkerNeed = { tags: [] };
const NO_STATES: WorkerPlan['states'] = new Map();

/** What a deployment says of workers; undefined: nothing. */
export function workerPlanOf(deployment: Sectioned): WorkerPlan | undefined {
  const all = sectionOf(WORKER, deployment);
  const states = sectionOf(WORKERS, deployment);
  if (all === undefined && states === undefined) return undefined;
  return { all, states: states ?? NO_STATES };
}

/**
 * The same resolution, with the worker that it is for, if it is for one.
 * @param away kinds that this server performs no tasks of
 * @example placed({ type: 'connector', kind: 'shell', … }, 'train', { all: { tags: ['gpu'] }, … }, new Set()).worker // { tags: ['gpu'] }
 */
export function placed(
  resolution: Resolution,
  state: string | undefined,
  plan: WorkerPlan | undefined,
  away: ReadonlySet<string>,
): Resolution {
  if (resolution.type !== 'connector' || !WORKER_KINDS.includes(resolution.kind)) return resolution;
  const said = (state === undefined ? undefined : plan?.states.get(state)) ?? plan?.all;
  const need = said === undefined || said === 'here' ? undefined : said;
  const worker = need ?? (away.has(resolution.kind) ? ANY : undefined);
  return worker === undefined ? resolution : { ...resolution, worker };
}
