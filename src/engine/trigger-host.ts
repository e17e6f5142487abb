/**
 * What starts executions besides people and programs: events, schedules, other pipelines' outcomes, and backfills.
 * @module
 */
import type { JsonObject } from '../asl/json.js';
import { pipelineKey } from '../store/pipeline-ref.js';
import { SKIPPED } from './features/admission/admission.js';
import { Backfills } from './features/backfills/backfills.js';
import { Batches } from './features/bus/batches.js';
import { EventBus } from './features/bus/event-bus.js';
import { FileArrivals } from './features/files/file-arrivals.js';
import type { FileSource } from './features/files/file-source.js';
import { EventRules } from './features/rules/event-rules.js';
import { PipelineSchedules } from './features/schedules/pipeline-schedules.js';
import { FOREIGN_KIND } from './features/upstreams/foreign-outcomes.js';
import { Upstreams } from './features/upstreams/upstreams.js';
import { WebhookRegistry } from './features/webhooks/webhooks.js';
import type { ActiveExecution, LoadedMachine } from './kernel/active-execution.js';
import type { Machinery } from './kernel/machinery.js';
import type { Turn } from './kernel/turn.js';

export class TriggerHost {
  readonly bus: EventBus;
  readonly batches: Batches;
  /** Rules that clients of EventBridge's API have made. */
  readonly rules: EventRules;
  readonly schedules: PipelineSchedules;
  readonly upstreams: Upstreams;
  /** Undefined where there are no files to look at: in tests of pipelines. */
  readonly files: FileArrivals | undefined;
  readonly backfills: Backfills;
  readonly webhooks: WebhookRegistry;
  readonly #parts: Machinery;
  #isOpen = false;

  constructor(parts: Machinery, files: FileSource | undefined) {
    this.#parts = parts;
    this.bus = new EventBus(parts);
    this.batches = new Batches(parts);
    this.rules = new EventRules(parts);
    this.schedules = new PipelineSchedules(parts);
    this.upstreams = new Upstreams(parts);
    this.files = files && new FileArrivals(parts, files);
    this.backfills = new Backfills(parts);
    this.webhooks = new WebhookRegistry(parts);
  }

  /** Reads what triggers remember and begins to act. */
  async open(): Promise<void> {
    const remembered = new Map<string, Map<string, JsonObject>>();
    for (const { team, pipeline, kind, state } of await this.#parts.store.listTriggerStates()) {
      const ofKind = remembered.get(kind) ?? new Map<string, JsonObject>();
      remembered.set(kind, ofKind.set(pipelineKey({ team, name: pipeline }), state));
    }
    await this.bus.open();
    this.batches.open(remembered);
    await this.rules.open();
    this.schedules.open(remembered.get('schedule') ?? new Map());
    this.upstreams.foreign.open(remembered.get(FOREIGN_KIND) ?? new Map());
    await this.upstreams.open();
    this.files?.open(remembered.get('arrivals') ?? new Map());
    await this.backfills.open();
    await this.webhooks.open();
    this.#isOpen = true;
  }

  deployed(machine: LoadedMachine): void {
    if (!this.#isOpen) return;
    this.bus.deployed(machine);
    this.batches.deployed(machine);
    this.schedules.deployed(machine);
    this.upstreams.deployed(machine);
    this.files?.deployed(machine);
  }

  /** @param key `pipelineKey` of a pipeline that nobody deploys any longer */
  forgotten(key: string): void {
    this.bus.forgotten(key);
    this.batches.forgotten(key);
    this.schedules.forgotten(key);
    this.upstreams.forgotten(key);
    this.files?.forgotten(key);
  }

  /** An execution has begun, ended or gone on after a redrive in this turn. */
  executionChanged(turn: Turn, active: ActiveExecution): void {
    const { status, error } = active.state.header;
    // It never ran: no fact for anybody who waits for outcomes.
    const isSkipped = status === 'ABORTED' && error === SKIPPED;
    if (!isSkipped) {
      this.bus.executionChanged(turn, active);
      this.upstreams.executionChanged(turn, active);
    }
    this.backfills.executionChanged(turn, active);
  }

  /** When anything here is due next, in milliseconds since the epoch. */
  nextDue(): number | undefined {
    const due = [this.schedules, this.upstreams, this.batches, this.files].map((host) =>
      host?.nextDue(),
    );
    const known = due.filter((at) => at !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  }

  close(): void {
    this.batches.close();
    this.rules.close();
    this.schedules.close();
    this.upstreams.close();
    this.files?.close();
    this.backfills.close();
  }
}
