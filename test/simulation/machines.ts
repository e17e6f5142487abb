/**
 * The pipelines that the simulation runs: every kind of state, retries, catches, timeouts, children.
 * @module
 */
import type { MachineDefinition } from '../../src/asl/definition.js';

const RETRY = [
  {
    ErrorEquals: ['Millrace.WorkerLost', 'Lost'],
    IntervalSeconds: 1,
    MaxAttempts: 8,
    BackoffRate: 1.5,
  },
  { ErrorEquals: ['Soft'], IntervalSeconds: 2, MaxAttempts: 2, BackoffRate: 2 },
  { ErrorEquals: ['States.Timeout'], IntervalSeconds: 1, MaxAttempts: 4 },
];
const task = (more: object): object => ({
  Type: 'Task',
  Resource: 'millrace:echo',
  TimeoutSeconds: 60,
  Retry: RETRY,
  ResultPath: null,
  ...more,
});
const one = (name: string, state: object): object => ({
  StartAt: name,
  States: { [name]: { ...state, End: true } },
});

const definitions: { [name: string]: object } = {
  chain: {
    StartAt: 'A',
    States: {
      A: task({ Next: 'B' }),
      B: task({ Catch: [{ ErrorEquals: ['Hard'], ResultPath: '$.caught', Next: 'C' }], Next: 'C' }),
      C: { Type: 'Wait', Seconds: 20, Next: 'D' },
      D: task({ End: true }),
    },
  },
  parallel: {
    StartAt: 'P',
    States: {
      P: {
        Type: 'Parallel',
        Branches: [
          one('Left', task({})),
          {
            StartAt: 'R1',
            States: { R1: { Type: 'Wait', Seconds: 3, Next: 'R2' }, R2: task({ End: true }) },
          },
          one('Pass', { Type: 'Pass' }),
        ],
        Retry: [{ ErrorEquals: ['Hard'], IntervalSeconds: 1, MaxAttempts: 1 }],
        ResultPath: '$.parts',
        Next: 'Last',
      },
      Last: task({ End: true }),
    },
  },
  map: {
    StartAt: 'M',
    States: {
      M: {
        Type: 'Map',
        ItemsPath: '$.items',
        MaxConcurrency: 2,
        ItemProcessor: {
          StartAt: 'I1',
          States: { I1: task({ Next: 'I2' }), I2: { Type: 'Pass', End: true } },
        },
        End: true,
      },
    },
  },
  loop: {
    StartAt: 'Set',
    States: {
      Set: { Type: 'Pass', Assign: { n: 0 }, Next: 'Work' },
      Work: task({ Assign: { 'n.$': 'States.MathAdd($n, 1)' }, Next: 'Again?' }),
      'Again?': {
        Type: 'Choice',
        Choices: [{ Variable: '$n', NumericLessThan: 3, Next: 'Work' }],
        Default: 'Done',
      },
      Done: { Type: 'Succeed' },
    },
  },
  parent: {
    StartAt: 'Child',
    States: {
      Child: {
        Type: 'Task',
        Resource: 'millrace:executions:start.sync:2',
        Parameters: { pipeline: 'loop', 'input.$': '$' },
        Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 5, MaxAttempts: 2 }],
        ResultPath: null,
        End: true,
      },
    },
  },
  distributed: {
    StartAt: 'D',
    States: {
      D: {
        Type: 'Map',
        ItemsPath: '$.items',
        MaxConcurrency: 2,
        ToleratedFailurePercentage: 100,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          ...one('Item', task({})),
        },
        End: true,
      },
    },
  },
  batched: {
    StartAt: 'D',
    States: {
      D: {
        Type: 'Map',
        ItemsPath: '$.items',
        MaxConcurrency: 1,
        ToleratedFailureCount: 1,
        ItemBatcher: { MaxItemsPerBatch: 2 },
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          ...one('Item', task({})),
        },
        End: true,
      },
    },
  },
  heartbeat: one('H', task({ HeartbeatSeconds: 10 })),
};

export const MACHINES: ReadonlyMap<string, MachineDefinition> = new Map(
  Object.entries(definitions) as [string, MachineDefinition][],
);

export const INPUT = { items: [1, 2, 3, 4] };

/** Both have the same pipelines. */
export const TEAMS = ['team', 'twin'] as const;
