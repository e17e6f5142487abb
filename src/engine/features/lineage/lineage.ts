/**
 * Lineage: what was made of what.
 *
 *     version written ──same commit──▶ which version was made of which (by those who keep datasets) │ its columns, here
 *     events of others ──▶ flows of their jobs
 *     executions ──▶ events of OpenLineage, when somebody wants them
 * @module
 */
import { createHash } from 'node:crypto';
import type { Json } from '../../../asl/json.js';
import type { TracedTable } from '../../../datasets/lineage/column-lineage.js';
import type { AnyTable } from '../../../store/table.js';
import type { Fact } from '../../kernel/facts.js';
import type { Feature } from '../../kernel/feature.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Turn } from '../../kernel/turn.js';
import {
  COLUMN_MAPS,
  OUTBOX,
  TOLD_DATASETS,
  TOLD_EDGES,
  TOLD_FLOWS,
  TOLD_RUNS,
  VERSION_MAPS,
} from './lineage-tables.js';
import { type OpenLineageConfig, Outbox } from './outbox.js';
import type { KnownDatasets } from './peers.js';
import { ToldRuns } from './told-runs.js';

export class Lineage implements Feature {
  readonly name = 'lineage';
  readonly tables: readonly AnyTable[] = [
    ...[COLUMN_MAPS, VERSION_MAPS, TOLD_DATASETS, TOLD_FLOWS, TOLD_EDGES, TOLD_RUNS, OUTBOX],
  ];
  readonly told: ToldRuns;
  /** Undefined: nobody is told. */
  readonly outbox: Outbox | undefined;

  /** @param config undefined: no events are sent */
  constructor(kernel: Kernel, datasets: KnownDatasets, config: OpenLineageConfig | undefined) {
    this.told = new ToldRuns(kernel, datasets);
    this.outbox = config && new Outbox(kernel, datasets, config, () => kernel.dueChanged(this));
  }

  async open(): Promise<void> {
    await this.told.open();
    await this.outbox?.open();
  }

  begin(): void {
    this.outbox?.begin();
  }

  async close(): Promise<void> {
    await this.outbox?.close();
  }

  nextDue(): number | undefined {
    return this.outbox?.nextDue();
  }

  due(): void {
    this.outbox?.due();
  }

  heard(turn: Turn, fact: Fact): void {
    if (fact.type === 'ExecutionBegun') this.outbox?.add(turn, fact.execution, 'START');
    else if (fact.type === 'ExecutionEnded') this.outbox?.add(turn, fact.execution, 'END');
  }

  /** Keeps what the columns of a version were made of. @param number of the version */
  trace(turn: Turn, number: number, lineage: TracedTable): void {
    const digest = createHash('sha256').update(JSON.stringify(lineage)).digest('hex');
    turn.put(COLUMN_MAPS, { digest, lineage: lineage as unknown as Json });
    turn.put(VERSION_MAPS, { number, digest });
  }
}
