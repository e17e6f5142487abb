/**
 * Which pipeline writes and reads which dataset, as their files say: what trouble of one explains of another.
 *
 *     contract of zoning/areas FAILED ──▶ pipeline zoning FAILED (it writes it) ──▶ pipeline report LATE (it reads it)
 * @module
 */
import {
  DATASETS as DATASETS_SECTION,
  READS,
} from '../../../pipelines/sections/datasets-section.js';
import { sectionOf } from '../../../pipelines/sections/section.js';
import { type PipelineRef, pipelineKey } from '../../../store/pipeline-ref.js';
import type { LoadedMachine } from '../../kernel/active-execution.js';

interface Linked {
  readonly writes: readonly string[];
  readonly reads: readonly string[];
}

/** Both kinds of keys are `TEAM/NAME`. */
export class DatasetLinks {
  readonly #ofPipeline: Map<string, Linked> = new Map();
  readonly #writers: Map<string, Set<string>> = new Map();
  readonly #readers: Map<string, Set<string>> = new Map();

  deployed(ref: PipelineRef, deployment: LoadedMachine['deployment']): void {
    const key = pipelineKey(ref);
    this.withdrawn(key);
    const written = sectionOf(DATASETS_SECTION, deployment)?.keys() ?? [];
    const linked: Linked = {
      writes: [...written].map((name) => `${ref.team}/${name}`),
      reads: (sectionOf(READS, deployment) ?? []).map(
        ({ name, team = ref.team }) => `${team}/${name}`,
      ),
    };
    if (linked.writes.length + linked.reads.length > 0) this.#ofPipeline.set(key, linked);
    for (const one of linked.writes) added(this.#writers, one, key);
    for (const one of linked.reads) added(this.#readers, one, key);
  }

  withdrawn(key: string): void {
    const before = this.#ofPipeline.get(key);
    for (const one of before?.writes ?? []) removed(this.#writers, one, key);
    for (const one of before?.reads ?? []) removed(this.#readers, one, key);
    this.#ofPipeline.delete(key);
  }

  /** Datasets of which trouble explains trouble of a pipeline: those that it reads, and whose contract it has failed. */
  datasetsOf(pipeline: string): readonly string[] {
    const { writes = [], reads = [] } = this.#ofPipeline.get(pipeline) ?? {};
    return [...reads, ...writes];
  }

  /** Pipelines that write it: what they do not do is missing in it. */
  writersOf(dataset: string): readonly string[] {
    return [...(this.#writers.get(dataset) ?? [])];
  }

  readersOf(dataset: string): readonly string[] {
    return [...(this.#readers.get(dataset) ?? [])];
  }

  /** Datasets that a pipeline writes. */
  writtenBy(pipeline: string): readonly string[] {
    return this.#ofPipeline.get(pipeline)?.writes ?? [];
  }
}

function added(into: Map<string, Set<string>>, key: string, value: string): void {
  const known = into.get(key);
  if (known === undefined) into.set(key, new Set([value]));
  else known.add(value);
}

function removed(from: Map<string, Set<string>>, key: string, value: string): void {
  const known = from.get(key);
  known?.delete(value);
  if (known?.size === 0) from.delete(key);
}
