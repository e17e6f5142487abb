/**
 * What starts executions besides people and programs: events, schedules, and other pipelines' outcomes.
 * @module
 */
import type { ActiveExecution, LoadedMachine } from '../active-execution.js';
import type { Machinery } from '../machinery.js';
import type { Turn } from '../turn.js';
import { EventBus } from './event-bus.js';

export class TriggerHost {
  readonly bus: EventBus;

  constructor(parts: Machinery) {
    this.bus = new EventBus(parts);
  }

  /** Reads what triggers remember and begins to act. */
  async open(): Promise<void> {
    await this.bus.open();
  }

  deployed(machine: LoadedMachine): void {
    this.bus.deployed(machine);
  }

  forgotten(pipeline: string): void {
    this.bus.forgotten(pipeline);
  }

  executionEnded(turn: Turn, active: ActiveExecution): void {
    this.bus.executionChanged(turn, active);
  }

  close(): void {}
}
