/**
 * What starts executions besides people and programs: events, schedules, other pipelines' outcomes, and backfills.
 * @module
 */
import type { JsonObject } from '../../asl/json.js';
import type { ActiveExecution, LoadedMachine } from '../active-execution.js';
import { BackfillHost } from '../backfills/backfill-host.js';
import { EventRuleHost } from '../event-rules/event-rule-host.js';
import type { Machinery } from '../machinery.js';
import type { Turn } from '../turn.js';
import { EventBus } from './event-bus.js';
import { FileHost } from './file-host.js';
import type { FileSource } from './file-source.js';
import { ScheduleHost } from './schedule-host.js';
import { UpstreamHost } from './upstream-host.js';

export class TriggerHost {
  readonly bus: EventBus;
  /** Rules that clients of EventBridge's API have made. */
  readonly rules: EventRuleHost;
  readonly schedules: ScheduleHost;
  readonly upstreams: UpstreamHost;
  /** Undefined where there are no files to look at: in tests of pipelines. */
  readonly files: FileHost | undefined;
  readonly backfills: BackfillHost;
  readonly #parts: Machinery;
  #isOpen = false;

  constructor(parts: Machinery, files: FileSource | undefined) {
    this.#parts = parts;
    this.bus = new EventBus(parts);
    this.rules = new EventRuleHost(parts);
    this.schedules = new ScheduleHost(parts);
    this.upstreams = new UpstreamHost(parts);
    this.files = files && new FileHost(parts, files);
    this.backfills = new BackfillHost(parts);
  }

  /** Reads what triggers remember and begins to act. */
  async open(): Promise<void> {
    const remembered = new Map<string, Map<string, JsonObject>>();
    for (const { pipeline, kind, state } of await this.#parts.store.listTriggerStates()) {
      const ofKind = remembered.get(kind) ?? new Map<string, JsonObject>();
      remembered.set(kind, ofKind.set(pipeline, state));
    }
    await this.bus.open();
    await this.rules.open();
    this.schedules.open(remembered.get('schedule') ?? new Map());
    await this.upstreams.open();
    this.files?.open();
    await this.backfills.open();
    this.#isOpen = true;
  }

  deployed(machine: LoadedMachine): void {
    if (!this.#isOpen) return;
    this.bus.deployed(machine);
    this.schedules.deployed(machine);
    this.upstreams.deployed(machine);
    this.files?.deployed(machine);
  }

  forgotten(pipeline: string): void {
    this.bus.forgotten(pipeline);
    this.schedules.forgotten(pipeline);
    this.upstreams.forgotten(pipeline);
    this.files?.forgotten(pipeline);
  }

  /** An execution has begun, ended or gone on after a redrive in this turn. */
  executionChanged(turn: Turn, active: ActiveExecution): void {
    this.bus.executionChanged(turn, active);
    this.upstreams.executionChanged(turn, active);
    this.backfills.executionChanged(turn, active);
  }

  close(): void {
    this.rules.close();
    this.schedules.close();
    this.upstreams.close();
    this.files?.close();
    this.backfills.close();
  }
}
