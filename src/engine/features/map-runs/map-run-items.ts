/**
 * The children that a map run has yet to begin, read as they are needed: a page of items, selected and batched, is in
 * memory at a time, whatever the number of items.
 *
 *     items given or ItemSource ──page──▶ ItemSelector ──▶ ItemBatcher ──▶ take(n)
 *
 * What has been taken is in the store before more is taken, and the store knows how many items that were. After a restart
 * reading begins there.
 * @module
 */
import type { ErrorOutput, ExecutionContext } from '../../../asl/execution-state.js';
import { isObject, type Json } from '../../../asl/json.js';
import { exceedsBytes, MAX_PAYLOAD_BYTES } from '../../../asl/limits.js';
import {
  type Batch,
  type Batcher,
  createBatcher,
  ITEM_READER_FAILED,
  type MapItem,
  selectMapItem,
} from '../../../asl/map-run.js';
import type { MapRunRequest } from '../../../asl/transition.js';
import type { ActiveExecution } from '../../kernel/active-execution.js';
import { isMadeOverApi } from '../../kernel/code-grants.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { FilePlace, ItemPage, OpenedItems } from '../../kernel/ports.js';

/** A child before it is begun. */
export interface NextChild extends Batch {
  map?: NonNullable<ExecutionContext['Map']>;
}

/** The run cannot go on. */
export class MapRunFailure extends Error {
  readonly output: ErrorOutput;

  constructor(output: ErrorOutput) {
    super(output.Cause ?? output.Error ?? 'failed');
    this.output = output;
  }
}

type Parts = Pick<Kernel, 'itemSource' | 'time' | 'random' | 'evaluate' | 'folders'>;

export class MapRunItems {
  readonly #kernel: Parts;
  readonly #request: MapRunRequest;
  readonly #parent: ActiveExecution;
  readonly #opened: OpenedItems;
  readonly #batcher: Batcher;
  /** Items read so far. */
  #index: number;
  #ready: NextChild[] = [];
  #isAtEnd = false;

  private constructor(
    kernel: Parts,
    request: MapRunRequest,
    parent: ActiveExecution,
    opened: OpenedItems,
    from: number,
  ) {
    this.#kernel = kernel;
    this.#request = request;
    this.#parent = parent;
    this.#opened = opened;
    this.#batcher = createBatcher(request.batcher);
    this.#index = from;
  }

  /**
   * Opens the items of a request.
   * @param from items that have children already
   * @throws MapRunFailure
   */
  static async open(
    kernel: Parts,
    request: MapRunRequest,
    parent: ActiveExecution,
    place: FilePlace,
    from: number,
  ): Promise<MapRunItems> {
    const opened = request.reader
      ? await reading(kernel.itemSource.open(request.reader, place, from))
      : givenItems(request.items, from);
    return new MapRunItems(kernel, request, parent, opened, from);
  }

  get version(): string {
    return this.#opened.version;
  }

  /** Items of the whole run. Throws MapRunFailure. */
  count(): Promise<number> {
    return reading(this.#opened.count());
  }

  /** Up to `max` children; none when all have been taken. Throws MapRunFailure. */
  async take(max: number): Promise<NextChild[]> {
    while (this.#ready.length < max && !this.#isAtEnd) await this.#read();
    return this.#ready.splice(0, max);
  }

  close(): Promise<void> {
    return this.#opened.close();
  }

  async #read(): Promise<void> {
    const page = await reading(this.#opened.next());
    if (page.items.length === 0) {
      this.#isAtEnd = true;
      const rest = this.#batcher.rest();
      if (rest) this.#ready.push(rest);
      return;
    }
    const { hasSelector, batcher } = this.#request;
    for (const Value of page.items) {
      const item: MapItem = { Index: this.#index, Value, ...sourceOf(page) };
      this.#index += 1;
      const input = hasSelector ? await this.#select(item) : Value;
      if (exceedsBytes(input, MAX_PAYLOAD_BYTES)) throw tooLarge(item.Index);
      const batch = this.#batcher.add(input);
      if (!batch) continue;
      this.#ready.push(
        batcher === undefined ? { ...batch, map: { Item: { Index: item.Index, Value } } } : batch,
      );
    }
  }

  async #select(item: MapItem): Promise<Json> {
    const { time, random, evaluate } = this.#kernel;
    const { machine, creation, state } = this.#parent;
    const selected = await selectMapItem(
      machine.compiled(creation.pointer),
      state.context,
      this.#request,
      item,
      { at: time.now(), seed: random.seed() },
      evaluate,
    );
    if ('failure' in selected) throw new MapRunFailure(selected.failure);
    return selected.input;
  }
}

/** Where the files of a map run lie. @param run its id */
export function placeOf(
  kernel: Pick<Kernel, 'folders'>,
  active: ActiveExecution,
  run: string,
): FilePlace {
  const { deployment } = active.machine;
  return {
    // A state machine that came over the API has no folder: what it reads here is what its team was given.
    folder: isMadeOverApi(deployment)
      ? kernel.folders.bucketsOf(deployment.team)
      : deployment.folder,
    workFolder: kernel.folders.of(deployment.team, active.creation.id),
    spool: kernel.folders.spoolOf(run),
  };
}

function tooLarge(index: number): MapRunFailure {
  return new MapRunFailure({
    Error: 'States.DataLimitExceeded',
    Cause: `Item ${index} is larger than ${MAX_PAYLOAD_BYTES} bytes, the most that an execution may get. Make it smaller with an ItemSelector, or give its address instead.`,
  });
}

async function reading<Value>(work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    const Cause = error instanceof Error ? error.message : String(error);
    throw new MapRunFailure({ Error: ITEM_READER_FAILED, Cause });
  }
}

function sourceOf({ source }: ItemPage): { Source?: string } {
  return source === undefined ? {} : { Source: source };
}

/** Items from the input of the state: an array, or the members of an object. */
function givenItems(given: Json | undefined, from: number): OpenedItems {
  const items = Array.isArray(given)
    ? given
    : isObject(given)
      ? Object.entries(given).map(([Key, Value]) => ({ Key, Value }))
      : [];
  let rest = items.slice(from);
  return {
    version: '',
    count: () => Promise.resolve(items.length),
    next() {
      const page = { items: rest, source: 'STATE_DATA' };
      rest = [];
      return Promise.resolve(page);
    },
    close: () => Promise.resolve(),
  };
}
