/**
 * What starts executions besides people and programs: events, schedules, other pipelines' outcomes, and backfills.
 * @module
 */
import type { JsonObject } from '../../asl/json.js';
import { pipelineKey } from '../../store/pipeline-ref.js';
import type { ActiveExecution, LoadedMachine } from '../active-execution.js';
import { SKIPPED } from '../admission/admission-host.js';
import { BackfillHost } from '../backfills/backfill-host.js';
import { EventRuleHost } from '../event-rules/event-rule-host.js';
import type { Machinery } from '../machinery.js';
import type { Turn } from '../turn.js';
import { BatchHost } from './batch-host.js';
import { EventBus } from './event-bus.js';
import { FileHost } from './files/file-host.js';
import type { FileSource } from './files/file-source.js';
import { FOREIGN_KIND } from './foreign-outcomes.js';
import { ScheduleHost } from './schedule-host.js';
import { UpstreamHost } from './upstream-host.js';
import { WebhookHost } from './webhook-host.js';

export class TriggerHost {
  readonly bus: EventBus;
  readonly batches: BatchHost;
  /** Rules that clients of EventBridge's API have made. */
  readonly rules: EventRuleHost;
  readonly schedules: ScheduleHost;
  readonly upstreams: UpstreamHost;
  /** Undefined where there are no files to look at: in tests of pipelines. */
  readonly files: FileHost | undefined;
  readonly backfills: BackfillHost;
  readonly webhooks: WebhookHost;
  readonly #parts: Machinery;
  #isOpen = false;

  constructor(parts: Machinery, files: FileSource | undefined) {
    this.#parts = parts;
    this.bus = new EventBus(parts);
    this.batches = new BatchHost(parts);
    this.rules = new EventRuleHost(parts);
    this.schedules = new ScheduleHost(parts);
    this.upstreams = new UpstreamHost(parts);
    this.files = files && new FileHost(parts, files);
    this.backfills = new BackfillHost(parts);
    this.webhooks = new WebhookHost(parts);
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
