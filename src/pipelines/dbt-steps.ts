/**
 * `dbt: { project: warehouse, each: true }`: a state of each node instead of one of all, so that each has an outcome, a log and a
 * retry of its own, and a redrive begins with those that failed.
 *
 *     warehouse           Parallel, so that what is caught is caught of all of it
 *       warehouse list    dbt list: nodes in layers
 *       warehouse layers  layer by layer, and in a layer node by node: dbt build --select NODE
 *
 * @module
 */
import type { JsonObject } from '../asl/json.js';
import type { Step } from './step-schema.js';
import { usesExpressions } from './step-states.js';

/** Nodes of a layer at a time, unless it is said: a file of DuckDB or SQLite has one writer. */
const AT_ONCE = 1;

/**
 * The same step, or what it is short for.
 * @example expandStep('load', { shell: 'true' }) // { shell: 'true' }
 */
export function expandStep(name: string, step: Step): Step {
  const { dbt, retry, timeout, heartbeat, ...rest } = step;
  if (typeof dbt !== 'object' || dbt.each !== true) return step;
  const { each: _, concurrency = AT_ONCE, ...given } = dbt;
  const ofTask: Step = {
    ...(retry === undefined ? {} : { retry }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(heartbeat === undefined ? {} : { heartbeat }),
  };
  const node: JsonObject = usesExpressions(given)
    ? { select: '{% $states.input.node %}' }
    : { 'select.$': '$.node' };
  // What is chosen has been listed: each node is named.
  const ofNode = Object.fromEntries(
    Object.entries(given).filter(([field]) => !/^(select|exclude)(\.\$)?$/.test(field)),
  );
  const layer: Step = {
    forEach: {
      ...{ items: '$.layer', as: 'node' },
      concurrency: typeof concurrency === 'number' ? concurrency : AT_ONCE,
      steps: [
        {
          [`${name} node`]: {
            dbt: { command: 'build', ...ofNode, ...node },
            ...ofTask,
            result: 'outcome',
          },
        },
      ],
    },
    result: '$',
  };
  return {
    ...rest,
    parallel: {
      nodes: [
        { [`${name} list`]: { dbt: { ...given, command: 'list' }, ...ofTask, result: 'listed' } },
        {
          [`${name} layers`]: {
            forEach: {
              ...{ items: '$.listed.layers', as: 'layer', concurrency: 1 },
              steps: [{ [`${name} layer`]: layer }],
            },
            result: '$',
          },
        },
      ],
    },
  };
}
