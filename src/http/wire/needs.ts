/**
 * Which role an access key needs for an operation of AWS's APIs. What is not named here changes what is defined.
 * @module
 */
import type { Role } from '../../engine/kernel/roles.js';

/** Acts on executions, tasks and events, and changes no definition. */
const OPERATING: ReadonlySet<string> = new Set(
  [
    'StartExecution',
    'StartSyncExecution',
    'StopExecution',
    'RedriveExecution',
    'UpdateMapRun',
  ].concat(
    ['GetActivityTask', 'SendTaskSuccess', 'SendTaskFailure', 'SendTaskHeartbeat'],
    ['PutEvents', 'StartReplay', 'CancelReplay'],
  ),
);

/**
 * @param reading operations that change nothing
 * @example roleFor('StartExecution', READING) // 'operator'
 */
export function roleFor(operation: string, reading: ReadonlySet<string>): Role {
  if (reading.has(operation)) return 'viewer';
  return OPERATING.has(operation) ? 'operator' : 'editor';
}
