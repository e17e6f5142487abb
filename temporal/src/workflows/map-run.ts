/**
 * The workflow that is a map run: a distributed Map's items as executions of their own, so many at a time.
 *
 *     items ──▶ selected ──▶ batches ──▶ executions, at most `maxConcurrency` ──▶ their outputs, in order
 *                                            └──history grows──▶ no new ones until those have ended, then a new run
 *
 * It tells its end to the execution that waits for it. What it may hold is bounded: its outputs are the result of a state.
 * @module
 */
import {
  CancellationScope,
  ChildWorkflowFailure,
  condition,
  continueAsNew,
  defineSignal,
  ParentClosePolicy,
  setHandler,
  startChild,
  uuid4,
  WorkflowIdReusePolicy,
  workflowInfo,
} from '@temporalio/workflow';
import { compileMachine } from '../../../src/asl/compile.js';
import type { ExecutionContext } from '../../../src/asl/execution-state.js';
import type { Json } from '../../../src/asl/json.js';
import { exceedsBytes, MAX_PAYLOAD_BYTES } from '../../../src/asl/limits.js';
import {
  batchItems,
  exceedsTolerance,
  selectMapItem,
  toleranceExceeded,
} from '../../../src/asl/map-run.js';
import {
  type CarriedMapRun,
  type ChildEnd,
  type ExecutionInput,
  INPUT_FORMAT,
  type MapRunInput,
  NOT_ON_TEMPORAL,
  SIGNALS,
} from '../execution-input.js';
import { tellOther } from './children.js';
import { evaluate } from './evaluate.js';

/** Executions at a time, where the Map says no number. Temporal keeps two thousand open children of a workflow at most. */
const MOST_AT_A_TIME = 100;

type MapRunEnd = { output: Json } | { error: string; cause: string };

/** Runs the items. Its result tells nobody anything: its end is told by a signal. */
export async function mapRun(input: MapRunInput): Promise<void> {
  if (input.format > INPUT_FORMAT) throw new Error(`This worker is too old for ${input.format}`);
  const run = new HostedMapRun(input);
  CancellationScope.current().cancelRequested.catch(() => run.stop());
  await CancellationScope.nonCancellable(() => run.run());
}

class HostedMapRun {
  readonly #input: MapRunInput;
  readonly #done: CarriedMapRun;
  /** Workflow ids of children that have not ended. */
  readonly #open: Set<string> = new Set();
  #isStopped = false;
  #end: MapRunEnd | undefined;

  constructor(input: MapRunInput) {
    this.#input = input;
    this.#done = input.carried ?? { next: 0, outputs: [], succeeded: [], failed: 0 };
    setHandler(defineSignal<[unknown]>(SIGNALS.stop), () => this.stop());
  }

  stop(): void {
    this.#isStopped = true;
  }

  async run(): Promise<void> {
    const batches = await this.#batches();
    if (!Array.isArray(batches)) return await this.#tell(batches);
    const { maxConcurrency } = this.#input.request;
    const most = Math.min(maxConcurrency || MOST_AT_A_TIME, MOST_AT_A_TIME);
    while (this.#end === undefined && !this.#isStopped) {
      const isLong = this.#isLong();
      while (!isLong && this.#open.size < most && this.#done.next < batches.length) {
        const index = this.#done.next;
        this.#done.next += 1;
        void this.#child(index, batches[index] ?? null, batches.length);
      }
      if (this.#open.size === 0) {
        if (this.#done.next >= batches.length) break;
        await continueAsNew<typeof mapRun>({ ...this.#input, carried: this.#done });
      }
      const open = this.#open.size;
      await condition(() => this.#open.size < open || this.#isStopped || this.#end !== undefined);
    }
    await this.#stopChildren();
    if (this.#isStopped) return;
    await this.#tell(this.#end ?? this.#result());
  }

  #isLong(): boolean {
    const { historyLength, continueAsNewSuggested } = workflowInfo();
    return historyLength >= this.#input.execution.options.runEvents || continueAsNewSuggested;
  }

  /** The same in every run: what is random in a selector follows from the map run's name. */
  async #batches(): Promise<Json[] | MapRunEnd> {
    const { request, execution, mapRunArn } = this.#input;
    if (request.reader !== undefined || request.writer !== undefined) {
      const field = request.reader === undefined ? 'ResultWriter' : 'ItemReader';
      const cause = `The Map state '${request.state}' has an ${field}, which Temporal's workers do not perform. Give the items in its input.`;
      return { error: NOT_ON_TEMPORAL, cause };
    }
    const items = request.items;
    if (!Array.isArray(items)) return { error: 'States.Runtime', cause: 'The items are no array.' };
    const machine = compileMachine(execution.deployment.definition, execution.pointer);
    const inputs: Json[] = [];
    for (const [Index, Value] of items.entries()) {
      const clock = { at: request.enteredAt, seed: `${mapRunArn} ${Index}` };
      const item = { Index, Value };
      const { context } = execution;
      const selected = await selectMapItem(machine, context, request, item, clock, evaluate);
      if ('failure' in selected) {
        const { Error: error = 'States.Runtime', Cause: cause = '' } = selected.failure;
        return { error, cause };
      }
      inputs.push(selected.input);
    }
    return batchItems(request, inputs);
  }

  async #child(index: number, given: Json, total: number): Promise<void> {
    const { workflowId } = workflowInfo();
    const childId = `${workflowId}/${index}`;
    this.#open.add(childId);
    try {
      const child = await startChild<(input: ExecutionInput) => Promise<Json>>('execution', {
        workflowId: childId,
        args: [this.#childInput(given)],
        parentClosePolicy: ParentClosePolicy.ABANDON,
        workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
      });
      this.#done.outputs[index] = await child.result();
      this.#done.succeeded[index] = true;
    } catch (error) {
      if (!(error instanceof ChildWorkflowFailure)) throw error;
      this.#done.outputs[index] = null;
      this.#done.succeeded[index] = false;
      this.#done.failed += 1;
      if (!exceedsTolerance(this.#input.request, this.#done.failed, total)) return;
      const { Error: name = '', Cause: cause = '' } = toleranceExceeded();
      this.#end ??= { error: name, cause };
    } finally {
      this.#open.delete(childId);
    }
  }

  #childInput(given: Json): ExecutionInput {
    const { execution, request } = this.#input;
    const id = uuid4();
    const { Execution, StateMachine } = execution.context;
    const startedAt = Date.now();
    const context: ExecutionContext = {
      Execution: {
        Id: `${Execution.Id}/${request.label ?? request.state}:${id}`,
        Name: id,
        Input: given,
        StartTime: new Date(startedAt).toISOString(),
        RoleArn: Execution.RoleArn,
        RedriveCount: 0,
      },
      StateMachine,
    };
    const { parent: _parent, carried: _carried, ...shared } = execution;
    return { ...shared, id, pointer: request.processor, context, startedAt };
  }

  #result(): MapRunEnd {
    const { outputs, succeeded } = this.#done;
    const output = outputs.filter((_, index) => succeeded[index] === true);
    if (!exceedsBytes(output, MAX_PAYLOAD_BYTES)) return { output };
    return {
      error: 'States.DataLimitExceeded',
      cause: `The state/task '${this.#input.request.state}' returned a result with a size exceeding the maximum number of bytes service limit.`,
    };
  }

  /** Children that run still are stopped. */
  async #stopChildren(): Promise<void> {
    const cause = 'The map run that this execution belongs to has ended.';
    const open = [...this.#open];
    await Promise.all(open.map((one) => tellOther(one, SIGNALS.stop, { cause })));
  }

  async #tell(end: MapRunEnd): Promise<void> {
    const { workflowId, ...ref } = this.#input.parent;
    const told: ChildEnd = { type: 'mapRun', ref, ...end };
    await tellOther(workflowId, SIGNALS.childEnded, told);
  }
}
