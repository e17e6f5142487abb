/**
 * A full day of 700 pipelines that depend on each other ten deep, played on virtual time: the real engine, tasks that take
 * time and do nothing.
 * @module
 */

import { createConnectorRunner } from '../src/engine/adapters/connector-runner.js';
import { createEvaluationPool } from '../src/engine/adapters/evaluation/pool.js';
import type { PipelinePlan } from '../src/pipelines/plan.js';
import { type PlannedSimulation, runSimulation } from '../src/testing/simulation/run-simulation.js';
import { report, round } from './load.js';

const DEPTH = 10;
const MINUTE = 60_000;

/** The first of ten layers has schedules through the night, each other pipeline waits for two of the layer before. */
function pipelines(count: number): PipelinePlan[] {
  const width = Math.ceil(count / DEPTH);
  return Array.from({ length: count }, (_, n) => {
    const layer = Math.floor(n / width);
    const place = n % width;
    const upstream = (offset: number): { name: string } => ({
      name: `p${(layer - 1) * width + ((place + offset) % width)}`,
    });
    const trigger =
      layer === 0
        ? { schedule: { cron: `${(place * 7) % 60} ${1 + (place % 6)} * * ? *` } }
        : { executions: { allOf: [upstream(0), upstream(1)] } };
    return {
      name: `p${n}`,
      team: `team-${n % 20}`,
      tags: {},
      input: {},
      definition: {
        StartAt: 'Extract',
        States: {
          Extract: { Type: 'Task', Resource: 'millrace:shell', Next: 'Load' },
          Load: { Type: 'Task', Resource: 'millrace:shell', End: true },
        },
      } as never,
      bindings: {},
      sections: { trigger },
      sources: {},
      folder: '/pipelines',
      file: `/pipelines/p${n}.yaml`,
    };
  });
}

/** @param count pipelines */
export async function day(count: number): Promise<void> {
  const plans = pipelines(count);
  const from = Date.parse('2026-03-01T00:00:00Z');
  const test: PlannedSimulation = {
    name: 'a day',
    file: 'day',
    line: 1,
    pipelines: plans,
    from,
    to: from + 1440 * MINUTE,
    takes: new Map(plans.map(({ name }, n) => [name, (5 + (n % 20)) * MINUTE])),
    mocks: new Map(),
    happenings: [],
    expect: { counts: Object.fromEntries(plans.map(({ name }) => [name, 1])) },
  };
  const evaluator = createEvaluationPool();
  const runner = createConnectorRunner(new Map());
  try {
    const result = await runSimulation(test, {
      evaluator,
      runner,
      workFolder: '/nowhere',
      timeoutMs: 120_000,
      monotonic: () => performance.now(),
      deadline: (ms) => AbortSignal.timeout(ms),
    });
    report({
      bench: 'a day of pipelines, simulated',
      pipelines: count,
      depth: DEPTH,
      executed_once_each: result.status === 'passed',
      seconds: round(result.realMs / 1000),
      virtual_hours: result.virtualMs / 3_600_000,
    });
    for (const { message } of result.failures.slice(0, 3)) console.error(message);
  } finally {
    await runner.close();
    await evaluator.close();
  }
}
