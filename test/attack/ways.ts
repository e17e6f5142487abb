/**
 * The ways on which a task of a machine that a client made comes to be performed, for tables *who × what × by which way*.
 * @module
 */

import * as events from '@aws-sdk/client-eventbridge';
import * as scheduler from '@aws-sdk/client-scheduler';
import * as sfn from '@aws-sdk/client-sfn';
import type { ExecutionDetail } from '../../src/engine/engine.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { until } from '../support/until.js';
import { onceAt } from '../support/wall-clock.js';
import { ROLE, type WireServer } from '../wire/wire-server.js';

/** How a task ended: `error` and `cause` are those of the task, whatever is around it. */
export interface Ended {
  error?: string;
  cause?: string;
  output?: unknown;
}

/** A state without its place: `{ Type: 'Task', Resource, Parameters }`. */
export type TaskState = { [field: string]: unknown };

export interface Way {
  name: string;
  /** Task tokens are refused there. */
  hasNoTokens?: true;
  /** Makes a machine of the team that performs the task, and has it performed in this way. */
  perform(it: WireServer, team: string, task: TaskState): Promise<Ended>;
}

/** What maps find. */
const ITEMS = JSON.stringify({ items: [1] });

let count = 0;
export const freshName = (): string => `machine-${++count}`;

const last = (state: object): object => ({ ...state, End: true });
const machine = (state: object): string =>
  JSON.stringify({ StartAt: 'Only', States: { Only: last(state) } });

export async function create(
  client: sfn.SFNClient,
  definition: string,
  more: Partial<sfn.CreateStateMachineCommandInput> = {},
): Promise<{ name: string; arn: string }> {
  const name = freshName();
  const { stateMachineArn } = await client.send(
    new sfn.CreateStateMachineCommand({ name, definition, roleArn: ROLE, ...more }),
  );
  return { name, arn: stateMachineArn ?? '' };
}

/** The end of the only execution of a machine, however it was started. */
export async function endOf(it: WireServer, name: string): Promise<ExecutionDetail> {
  const { engine } = it.server;
  const { items } = await until(
    () => engine.executions.list(EVERYTHING, { pipeline: name }),
    (page) => page.items.length > 0,
  );
  return engine.executions.wait(EVERYTHING, items.at(-1)?.id ?? '');
}

function ended({ error, cause, output }: ExecutionDetail): Ended {
  return {
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
    output,
  };
}

/** By StartExecution of a machine whose definition is made of the task. */
function byStart(name: string, define: (task: TaskState) => string): Way {
  return {
    name,
    async perform(it, team, task) {
      const client = await it.open({ team });
      const made = await create(client, define(task));
      await client.send(new sfn.StartExecutionCommand({ stateMachineArn: made.arn, input: ITEMS }));
      return ended(await endOf(it, made.name));
    },
  };
}

function aws<Client>(
  it: WireServer,
  credentials: { accessKeyId: string; secretAccessKey: string },
  Constructor: new (config: {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
  }) => Client,
): Client {
  return new Constructor({ endpoint: it.server.url, region: 'us-east-1', credentials });
}

export const WAYS: Way[] = [
  byStart('StartExecution', machine),
  byStart('StartExecution, in a Parallel', (task) =>
    machine({ Type: 'Parallel', Branches: [processor(task)] }),
  ),
  byStart('StartExecution, in a Map', (task) =>
    machine({ Type: 'Map', ItemsPath: '$.items', ItemProcessor: processor(task) }),
  ),
  byStart('StartExecution, in a child of a distributed Map', (task) =>
    machine({
      Type: 'Map',
      ItemsPath: '$.items',
      ItemProcessor: {
        ...processor(task),
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      },
    }),
  ),
  {
    hasNoTokens: true,
    ...byStart('StartExecution, in an express child of a distributed Map', (task) =>
      machine({
        Type: 'Map',
        ItemsPath: '$.items',
        ItemProcessor: {
          ...processor(task),
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' },
        },
      }),
    ),
  },
  {
    name: 'StartSyncExecution',
    hasNoTokens: true,
    async perform(it, team, task) {
      const client = await it.open({ team });
      const { arn } = await create(client, machine(task), { type: 'EXPRESS' });
      const answer = await client.send(
        new sfn.StartSyncExecutionCommand({ stateMachineArn: arn, input: ITEMS }),
      );
      const { error, cause, output } = answer;
      return { ...(error ? { error } : {}), ...(cause ? { cause } : {}), output };
    },
  },
  {
    name: 'TestState',
    hasNoTokens: true,
    async perform(it, team, task) {
      const client = await it.open({ team });
      const definition = JSON.stringify(last(task));
      const answer = await client.send(new sfn.TestStateCommand({ definition, roleArn: ROLE }));
      const { error, cause, output } = answer;
      return { ...(error ? { error } : {}), ...(cause ? { cause } : {}), output };
    },
  },
  {
    name: 'UpdateStateMachine of one that did nothing, then StartExecution',
    async perform(it, team, task) {
      const client = await it.open({ team });
      const made = await create(client, machine({ Type: 'Pass' }));
      const stateMachineArn = made.arn;
      await client.send(
        new sfn.UpdateStateMachineCommand({ stateMachineArn, definition: machine(task) }),
      );
      await client.send(new sfn.StartExecutionCommand({ stateMachineArn }));
      return ended(await endOf(it, made.name));
    },
  },
  {
    name: 'a published version',
    async perform(it, team, task) {
      const client = await it.open({ team });
      const made = await create(client, machine(task), { publish: true });
      await client.send(new sfn.StartExecutionCommand({ stateMachineArn: `${made.arn}:1` }));
      return ended(await endOf(it, made.name));
    },
  },
  {
    name: 'an alias',
    async perform(it, team, task) {
      const client = await it.open({ team });
      const made = await create(client, machine(task), { publish: true });
      const { stateMachineAliasArn } = await client.send(
        new sfn.CreateStateMachineAliasCommand({
          name: 'live',
          routingConfiguration: [{ stateMachineVersionArn: `${made.arn}:1`, weight: 100 }],
        }),
      );
      await client.send(new sfn.StartExecutionCommand({ stateMachineArn: stateMachineAliasArn }));
      return ended(await endOf(it, made.name));
    },
  },
  {
    name: 'states:startExecution of another machine',
    async perform(it, team, task) {
      const client = await it.open({ team });
      const made = await create(client, machine(task));
      const parent = await create(
        client,
        machine({
          Type: 'Task',
          Resource: 'arn:aws:states:::states:startExecution',
          Parameters: { StateMachineArn: made.arn },
        }),
      );
      await client.send(new sfn.StartExecutionCommand({ stateMachineArn: parent.arn }));
      return ended(await endOf(it, made.name));
    },
  },
  {
    name: 'RedriveExecution',
    async perform(it, team, task) {
      const client = await it.open({ team });
      const made = await create(client, machine(task));
      const { executionArn } = await client.send(
        new sfn.StartExecutionCommand({ stateMachineArn: made.arn }),
      );
      const first = await endOf(it, made.name);
      if (first.status !== 'FAILED') return ended(first);
      await client.send(new sfn.RedriveExecutionCommand({ executionArn }));
      return ended(await endOf(it, made.name));
    },
  },
  {
    name: 'a target of a rule of EventBridge',
    async perform(it, team, task) {
      const key = await it.key({ team });
      const made = await create(it.client(key), machine(task));
      const bus = aws(it, key, events.EventBridgeClient);
      const EventPattern = JSON.stringify({ source: [made.name] });
      await bus.send(new events.PutRuleCommand({ Name: made.name, EventPattern }));
      const Targets = [{ Id: 'run', Arn: made.arn, RoleArn: ROLE }];
      await bus.send(new events.PutTargetsCommand({ Rule: made.name, Targets }));
      const entry = { Source: made.name, DetailType: 'attack', Detail: '{}' };
      await bus.send(new events.PutEventsCommand({ Entries: [entry] }));
      bus.destroy();
      return ended(await endOf(it, made.name));
    },
  },
  {
    name: 'a target of EventBridge Scheduler',
    async perform(it, team, task) {
      const key = await it.key({ team });
      const made = await create(it.client(key), machine(task));
      const client = aws(it, key, scheduler.SchedulerClient);
      // Of whole seconds, a second ahead at least. The server's time is not set here: other attempts wait for timeouts.
      const soon = Math.ceil(Date.now() / 1_000) * 1_000 + 1_000;
      await client.send(
        new scheduler.CreateScheduleCommand({
          Name: made.name,
          ScheduleExpression: onceAt(soon),
          FlexibleTimeWindow: { Mode: 'OFF' },
          Target: { Arn: made.arn, RoleArn: ROLE },
        }),
      );
      client.destroy();
      return ended(await endOf(it, made.name));
    },
  },
];

function processor(task: TaskState): object {
  return { StartAt: 'Inner', States: { Inner: last(task) } };
}
