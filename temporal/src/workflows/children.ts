/**
 * Executions and map runs that tasks of an execution wait for: workflows of their own, which outlive the run that began them.
 *
 *     task ──▶ child workflow begun ──▶ submitted ──signal `childEnded`──▶ its outcome
 *                  └──(the task is gone)──▶ told to stop
 *
 * A child tells its end by a signal and not by its result: a signal reaches whichever run its parent is in by then.
 * @module
 */

import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  getExternalWorkflowHandle,
  ParentClosePolicy,
  startChild,
  uuid4,
  WorkflowIdReusePolicy,
  workflowInfo,
} from '@temporalio/workflow';
import type { ExecutionContext } from '../../../src/asl/execution-state.js';
import type { Command } from '../../../src/asl/transition.js';
import { endOutput, startOutput } from '../../../src/engine/kernel/child-outputs.js';
import type { Resolution } from '../../../src/engine/kernel/resolve-task.js';
import {
  type ChildEnd,
  type CommandRef,
  type ExecutionInput,
  INPUT_FORMAT,
  type OpenChild,
  type ScheduledTask,
  SIGNALS,
  workflowIdOf,
} from '../execution-input.js';
import { host } from './activities.js';
import { type News, refOf } from './attempts.js';

type StartMapRun = Extract<Command, { type: 'StartMapRun' }>;

interface Parts {
  readonly input: ExecutionInput;
  tell(...news: News[]): void;
}

const ALREADY = 'StepFunctions.ExecutionAlreadyExistsException';

export class Children {
  readonly #parts: Parts;
  readonly #open: Map<string, OpenChild> = new Map();
  /** What is on its way to Temporal: nothing of it may be left behind. */
  readonly #sending: Set<Promise<void>> = new Set();

  constructor(parts: Parts) {
    this.#parts = parts;
    for (const child of parts.input.carried?.children ?? []) this.#open.set(keyOf(child), child);
  }

  get open(): OpenChild[] {
    return [...this.#open.values()];
  }

  get isSending(): boolean {
    return this.#sending.size > 0;
  }

  /** Resolves when nothing is on its way. */
  async settled(): Promise<void> {
    while (this.#sending.size > 0) await Promise.all(this.#sending);
  }

  #send(work: Promise<void>): void {
    const sent = work.finally(() => this.#sending.delete(sent));
    this.#sending.add(sent);
  }

  startExecution(task: ScheduledTask, wanted: Extract<Resolution, { type: 'execution' }>): void {
    this.#send(this.#startExecution(task, wanted));
  }

  async #startExecution(
    task: ScheduledTask,
    wanted: Extract<Resolution, { type: 'execution' }>,
  ): Promise<void> {
    const { input, tell } = this.#parts;
    const ref = refOf(task);
    const found = await host.findPipeline({
      team: wanted.team ?? input.deployment.team,
      pipeline: wanted.pipeline,
      ...(wanted.name === undefined ? {} : { name: wanted.name }),
      input: wanted.input,
    });
    if ('error' in found) {
      tell({ type: 'TaskFailed', error: found.error, cause: found.cause, ...ref });
      return;
    }
    const id = uuid4();
    const name = wanted.name ?? id;
    const startedAt = Date.now();
    const { deployment } = found;
    const context: ExecutionContext = {
      Execution: {
        Id: `${found.executionPrefix}${name}`,
        Name: name,
        Input: wanted.input,
        StartTime: new Date(startedAt).toISOString(),
        RoleArn: found.role,
        RedriveCount: 0,
      },
      StateMachine: { Id: found.machineArn, Name: deployment.name },
    };
    const isAwaited = task.pattern !== 'requestResponse';
    const workflowId = workflowIdOf(deployment, name);
    const begun = await this.#begin('execution', workflowId, {
      ...{ format: INPUT_FORMAT, id, deployment, pointer: '', context, startedAt },
      options: input.options,
      ...(isAwaited ? { parent: { workflowId: workflowInfo().workflowId, ...ref } } : {}),
    });
    if (!begun) {
      const cause = `Execution Already Exists: '${context.Execution.Id}'`;
      tell({ type: 'TaskFailed', error: ALREADY, cause, ...ref });
      return;
    }
    const output = startOutput(context.Execution.Id, startedAt, uuid4());
    if (!isAwaited) {
      tell({ type: 'TaskSucceeded', output, ...ref });
      return;
    }
    const { pattern } = task;
    this.#open.set(keyOf(ref), { ...ref, workflowId, what: 'execution', pattern });
    tell({ type: 'TaskSubmitted', output, ...ref });
  }

  startMapRun(command: StartMapRun): void {
    this.#send(this.#startMapRun(command));
  }

  async #startMapRun({ mapRun, mapRunArn, ...command }: StartMapRun): Promise<void> {
    const ref = refOf(command);
    const { input } = this.#parts;
    const own = workflowInfo().workflowId;
    const workflowId = `${own}/${ref.thread}-${ref.sequence}`;
    this.#open.set(keyOf(ref), { ...ref, workflowId, what: 'mapRun' });
    const begun = await this.#begin('mapRun', workflowId, {
      format: INPUT_FORMAT,
      ...{ mapRunArn, request: mapRun, execution: { ...input, carried: undefined } },
      parent: { workflowId: own, ...ref },
    });
    // After a redrive the one of the same number is another's.
    if (!begun) throw new Error(`There is a map run '${workflowId}' already`);
  }

  /** Begins a workflow; false when one of that id is there or was. */
  async #begin(type: 'execution' | 'mapRun', workflowId: string, input: unknown): Promise<boolean> {
    try {
      const child = await startChild(type, {
        workflowId,
        args: [input],
        parentClosePolicy: ParentClosePolicy.ABANDON,
        workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
      });
      // It tells its end by a signal. One that somebody terminates tells nothing.
      child.result().catch(() => this.#vanished(workflowId));
      return true;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
      throw error;
    }
  }

  #vanished(workflowId: string): void {
    const child = this.open.find((one) => one.workflowId === workflowId);
    if (child === undefined) return;
    const end = { error: 'States.TaskFailed', cause: `${workflowId} was terminated.` };
    this.#open.delete(keyOf(child));
    this.#parts.tell({
      ...{ type: child.what === 'mapRun' ? 'MapRunFailed' : 'TaskFailed' },
      ...{ ...end, ...refOf(child) },
    });
  }

  /** A child has told its end. */
  ended({ ref, ...end }: ChildEnd): void {
    const { tell } = this.#parts;
    const child = this.#open.get(keyOf(ref));
    if (child === undefined) return;
    this.#open.delete(keyOf(ref));
    if (end.type === 'mapRun') {
      if ('output' in end) tell({ type: 'MapRunSucceeded', output: end.output, ...ref });
      else {
        const { error, cause } = end;
        tell({ type: 'MapRunFailed', error, cause, ...ref });
      }
      return;
    }
    const { ended } = end;
    const output = endOutput(ended, child.pattern === 'sync2' ? 'values' : 'texts');
    if (ended.header.status === 'SUCCEEDED') tell({ type: 'TaskSucceeded', output, ...ref });
    else {
      const cause = JSON.stringify(output);
      tell({ type: 'TaskFailed', error: 'States.TaskFailed', cause, ...ref });
    }
  }

  /** The task is gone: what it waited for is stopped. */
  cancel(ref: CommandRef): void {
    const child = this.#open.get(keyOf(ref));
    if (child === undefined) return;
    this.#open.delete(keyOf(ref));
    const { id } = this.#parts.input;
    const cause = `The execution ${id} that waited for this one no longer does.`;
    this.#send(tellOther(child.workflowId, SIGNALS.stop, { cause }));
  }

  cancelAll(): void {
    for (const child of this.open) this.cancel(child);
  }

  /** Tells whoever waits for this execution. */
  tellParent(end: ChildEnd, parent: { workflowId: string }): void {
    this.#send(tellOther(parent.workflowId, SIGNALS.childEnded, end));
  }
}

/** Sends a signal; one that is gone need not be told. */
export async function tellOther(workflowId: string, signal: string, given: unknown): Promise<void> {
  try {
    await getExternalWorkflowHandle(workflowId).signal(signal, given);
  } catch {
    // It has ended, or never was.
  }
}

function keyOf({ thread, sequence }: CommandRef): string {
  return `${thread} ${sequence}`;
}
