/**
 * Executions on Temporal, as a caller sees them: started, looked at, stopped, answered, redriven.
 * @module
 */
import { randomUUID } from 'node:crypto';
import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { compileMachine } from '../../src/asl/compile.js';
import type { ExecutionContext } from '../../src/asl/execution-state.js';
import type { Json } from '../../src/asl/json.js';
import { prepareRedrive } from '../../src/asl/redrive.js';
import { formatTimestamp } from '../../src/asl/timestamp.js';
import type { HistoryEvent } from '../../src/asl/transition.js';
import { checkPayload, isName } from '../../src/engine/kernel/payload.js';
import {
  type ExecutionInput,
  type ExecutionOutcome,
  type ExecutionView,
  type HostedDeployment,
  type HostOptions,
  INPUT_FORMAT,
  MOST_BYTES,
  QUERIES,
  SIGNALS,
  type StateView,
  type TokenAnswer,
  workflowIdOf,
} from './execution-input.js';
import { ARNS } from './pipeline-folder.js';

/** Something that a caller asks for and does not get. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly kind: 'invalid' | 'conflict' | 'not found';
  readonly code: string;

  constructor(kind: Refusal['kind'], code: string, message: string) {
    super(message);
    this.kind = kind;
    this.code = code;
  }
}

export interface StartRequest {
  readonly deployment: HostedDeployment;
  readonly input: Json;
  /** Absent: one that is given to nobody else. */
  readonly name?: string;
  readonly options: HostOptions;
}

export interface Executions {
  /** @throws Refusal */
  start(request: StartRequest): Promise<{ workflowId: string; id: string; name: string }>;
  /** Resolves when it has ended, in whichever run. @throws Refusal */
  ended(workflowId: string): Promise<ExecutionOutcome>;
  /** @throws Refusal */
  describe(workflowId: string): Promise<ExecutionView>;
  /** Events of its last run. @throws Refusal */
  history(workflowId: string): Promise<HistoryEvent[]>;
  /** @throws Refusal */
  stop(workflowId: string, why: { error?: string; cause?: string }): Promise<void>;
  /** Answers a task by its token. @throws Refusal */
  answer(answer: TokenAnswer): Promise<void>;
  /** Goes on from where it failed. @throws Refusal */
  redrive(workflowId: string, request: RedriveRequest): Promise<{ redriveCount: number }>;
}

export interface RedriveRequest {
  /** Top-level state to go back to; absent: where it failed. */
  readonly from?: string;
  /** Go on with this definition; absent: with the one it had. */
  readonly deployment?: HostedDeployment;
  /** Events of the whole execution, where a redrive needs them and Temporal has them no longer. */
  readonly history?: readonly HistoryEvent[];
}

/** @example const executions = createExecutions(client, 'millrace'); await executions.start(request); */
export function createExecutions(client: Client, taskQueue: string): Executions {
  async function asked<Answer>(workflowId: string, act: () => Promise<Answer>): Promise<Answer> {
    try {
      return await act();
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) {
        throw new Refusal(
          'not found',
          'MILL5542',
          `There is no execution '${workflowId}', or it has ended.`,
        );
      }
      throw error;
    }
  }

  async function begin(
    workflowId: string,
    input: ExecutionInput,
    reuse: 'REJECT_DUPLICATE' | 'ALLOW_DUPLICATE_FAILED_ONLY',
  ): Promise<void> {
    const bytes = Buffer.byteLength(JSON.stringify(input));
    if (bytes > MOST_BYTES) {
      const message = `The definition, its bindings and the input have ${bytes} bytes together; Temporal takes ${MOST_BYTES}.`;
      throw new Refusal('invalid', 'MILL5541', message);
    }
    try {
      await client.workflow.start('execution', {
        workflowId,
        taskQueue,
        args: [input],
        workflowIdReusePolicy: reuse,
        staticSummary: `${input.deployment.team}/${input.deployment.name}`,
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      const message = `There is an execution '${workflowId}' already.`;
      throw new Refusal('conflict', 'MILL5543', message);
    }
  }

  return {
    async start({ deployment, input, name: chosen, options }) {
      const id = randomUUID();
      const name = chosen ?? id;
      if (!isName(name)) {
        throw new Refusal(
          'invalid',
          'MILL5544',
          `'${name.slice(0, 100)}' is no name of an execution.`,
        );
      }
      checked(input);
      const startedAt = Date.now();
      const context: ExecutionContext = {
        Execution: {
          Id: ARNS.execution(deployment.name, name),
          Name: name,
          Input: input,
          StartTime: new Date(startedAt).toISOString(),
          RoleArn: ARNS.role,
          RedriveCount: 0,
        },
        StateMachine: { Id: ARNS.stateMachine(deployment.name), Name: deployment.name },
      };
      const workflowId = workflowIdOf(deployment, name);
      await begin(
        workflowId,
        { format: INPUT_FORMAT, id, deployment, pointer: '', context, startedAt, options },
        'REJECT_DUPLICATE',
      );
      return { workflowId, id, name };
    },

    ended: (workflowId) =>
      asked(workflowId, async () => {
        const handle = client.workflow.getHandle(workflowId);
        try {
          const output = (await handle.result()) as Json;
          const { startTime, closeTime } = await handle.describe();
          const stoppedAt = closeTime?.getTime() ?? Date.now();
          return { status: 'SUCCEEDED', output, startedAt: startTime.getTime(), stoppedAt };
        } catch (error) {
          const outcome = outcomeIn(error);
          if (outcome === undefined) throw error;
          return outcome;
        }
      }),

    describe: (workflowId) =>
      asked(workflowId, () => client.workflow.getHandle(workflowId).query(QUERIES.describe)),

    history: (workflowId) =>
      asked(workflowId, () => client.workflow.getHandle(workflowId).query(QUERIES.history)),

    stop: (workflowId, why) =>
      asked(workflowId, () => client.workflow.getHandle(workflowId).signal(SIGNALS.stop, why)),

    async answer(answer) {
      const { taskToken } = answer;
      const cut = taskToken.lastIndexOf('~');
      if (cut <= 0) throw new Refusal('invalid', 'MILL5545', 'That is no task token.');
      if (answer.type === 'TaskSucceeded') checked(answer.output);
      const handle = client.workflow.getHandle(taskToken.slice(0, cut));
      const { waiting } = await asked<ExecutionView>(handle.workflowId, () =>
        handle.query(QUERIES.describe),
      );
      if (!waiting.some((one) => one.taskToken === taskToken)) {
        throw new Refusal('not found', 'MILL5545', 'No task waits for this token any more.');
      }
      await asked(handle.workflowId, () => handle.signal(SIGNALS.answer, answer));
    },

    redrive: (workflowId, request) =>
      asked(workflowId, async () => {
        const handle = client.workflow.getHandle(workflowId);
        const { input, state, isRecorded } = (await handle.query(QUERIES.state)) as StateView;
        const at = Date.now();
        const history =
          request.history ?? ((await handle.query(QUERIES.history)) as HistoryEvent[]);
        const deployment = request.deployment ?? input.deployment;
        const plan = prepareRedrive(
          compileMachine(input.deployment.definition, input.pointer),
          compileMachine(deployment.definition, input.pointer),
          state,
          { at, history, ...(request.from === undefined ? {} : { from: request.from }) },
        );
        if ('problems' in plan) {
          const said = plan.problems.map(({ message, fix }) => `${message}. ${fix}`).join('\n');
          throw new Refusal('conflict', 'MILL5546', said);
        }
        const redriveCount = (input.context.Execution.RedriveCount ?? 0) + 1;
        const context: ExecutionContext = {
          ...input.context,
          Execution: {
            ...input.context.Execution,
            RedriveCount: redriveCount,
            RedriveTime: formatTimestamp(at),
          },
        };
        const { parent: _parent, carried: _carried, ...shared } = input;
        await begin(
          workflowId,
          {
            ...shared,
            deployment,
            context,
            carried: {
              state: { ...plan.state, context },
              queue: [{ type: 'Redrive' }],
              ...{ timers: [], backlog: [], children: [], isRecorded },
            },
          },
          'ALLOW_DUPLICATE_FAILED_ONLY',
        );
        return { redriveCount };
      }),
  };
}

function checked(value: Json): void {
  try {
    checkPayload(value, 'input');
  } catch (error) {
    throw new Refusal(
      'invalid',
      'MILL5544',
      error instanceof Error ? error.message : String(error),
    );
  }
}

/** How an execution ended that did not succeed. */
function outcomeIn(error: unknown): ExecutionOutcome | undefined {
  if (!(error instanceof WorkflowFailedError)) return undefined;
  const { cause } = error;
  if (!(cause instanceof ApplicationFailure)) return undefined;
  const [outcome] = cause.details ?? [];
  return outcome as ExecutionOutcome | undefined;
}
