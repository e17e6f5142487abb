/**
 * Pipeline files that were loaded before: one is parsed and compiled again when a text that it was made of has changed.
 *
 * What a file says depends on nothing but the texts that loading it read, and on the files that it found absent; so the same
 * texts give the same plan. With hundreds of files, one saved file costs reading them all and compiling that one.
 * @module
 */
import { createHash } from 'node:crypto';
import { loadPipeline } from './load-pipeline.js';
import type { PipelinePlan, ReadFile } from './plan.js';
import type { Problem } from './problem.js';

interface Loaded {
  readonly plan?: PipelinePlan;
  readonly problems: Problem[];
}

interface Kept {
  /** Digests of what was read, undefined where nothing was, by path. Scripts are long; their text is not kept. */
  readonly read: ReadonlyMap<string, string | undefined>;
  readonly loaded: Loaded;
}

/** @example const { plan, problems } = await new LoadedFiles().load('/srv/pipelines/orders.yaml', readFile); */
export class LoadedFiles {
  readonly #kept: Map<string, Kept> = new Map();

  /** What {@link loadPipeline} answers. */
  async load(file: string, readFile: ReadFile): Promise<Loaded> {
    const kept = this.#kept.get(file);
    if (kept && (await isUnchanged(kept, readFile))) return kept.loaded;
    const read = new Map<string, string | undefined>();
    const { plan, problems } = await loadPipeline(file, async (path) => {
      const text = await readFile(path);
      read.set(path, digestOf(text));
      return text;
    });
    const loaded = { ...(plan === undefined ? {} : { plan }), problems };
    this.#kept.set(file, { read, loaded });
    return loaded;
  }

  /** Forgets all other files. */
  keepOnly(files: readonly string[]): void {
    const wanted = new Set(files);
    for (const file of this.#kept.keys()) if (!wanted.has(file)) this.#kept.delete(file);
  }
}

async function isUnchanged({ read }: Kept, readFile: ReadFile): Promise<boolean> {
  for (const [path, digest] of read) if (digestOf(await readFile(path)) !== digest) return false;
  return true;
}

function digestOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : createHash('sha256').update(text).digest('base64');
}
