/**
 * Takes what others tell of their runs: which data they read and wrote.
 *
 *     START, RUNNING ──▶ what the run has said so far │ COMPLETE ──▶ the flow of its job, once for the same inputs and outputs
 *                                                     │ FAIL, ABORT ──▶ forgotten: what it wrote, if anything, is not said to be good
 * @module
 */
import type { Json } from '../../../asl/json.js';
import { type OwnDataset, ownDataset } from '../../../datasets/openlineage/own-dataset.js';
import {
  type Named,
  type ToldDataset,
  type ToldRun,
  toldName,
} from '../../../datasets/openlineage/read-event.js';
import { hashOf } from '../../kernel/derived-id.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Need } from '../../kernel/needs.js';
import type { Turn } from '../../kernel/turn.js';
import {
  TOLD_DATASETS,
  TOLD_EDGES,
  TOLD_FLOWS,
  TOLD_RUNS,
  type ToldDatasetRow,
  type ToldFlowRow,
} from './lineage-tables.js';
import type { KnownDatasets, KnownVersion } from './peers.js';
import { forgetTold } from './told-retention.js';

/** Nodes of one run, from all of its events. */
const MOST_NODES = 400;

/** What became of an event. */
export interface TakenRun {
  /** Nodes that are known now, of its inputs and of its outputs. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** A flow was made, or seen again. */
  readonly flow?: number;
}

/** What must be known of the store before an event is taken. */
export interface ToldNeeds {
  readonly all: readonly Need<unknown>[];
  readonly datasets: ReadonlyMap<string, Need<ToldDatasetRow | undefined>>;
  readonly versions: ReadonlyMap<string, Need<KnownVersion | undefined>>;
}

export class ToldRuns {
  readonly #kernel: Kernel;
  readonly #datasets: KnownDatasets;
  #lastDataset = 0;
  #lastFlow = 0;
  #lastEdge = 0;

  constructor(kernel: Kernel, datasets: KnownDatasets) {
    this.#kernel = kernel;
    this.#datasets = datasets;
  }

  async open(): Promise<void> {
    const { store } = this.#kernel;
    this.#lastDataset = await store.lastNumber(TOLD_DATASETS);
    this.#lastFlow = await store.lastNumber(TOLD_FLOWS);
    this.#lastEdge = await store.lastNumber(TOLD_EDGES);
  }

  /** What is read before `take`. */
  needs(team: string, run: ToldRun): ToldNeeds {
    const { store } = this.#kernel;
    const datasets = new Map<string, Need<ToldDatasetRow | undefined>>();
    const versions = new Map<string, Need<KnownVersion | undefined>>();
    for (const [at, one] of [run.inputs, run.outputs].flatMap((some, way) =>
      some.map((dataset) => [way, dataset] as const),
    )) {
      const name = toldName(one);
      const own = this.#own(team, one, at === 1);
      const version = own?.version;
      if (own !== undefined && version !== undefined) {
        const key = `version ${own.team} ${own.name} ${version}`;
        const read = (): Promise<KnownVersion | undefined> =>
          this.#datasets.find(own.team, own.name, version);
        versions.set(name, { key, read });
      }
      const key = keyOf(team, one);
      const read = async (): Promise<ToldDatasetRow | undefined> => {
        const [row] = await store.listRows(TOLD_DATASETS, { where: { key }, limit: 1 });
        return row;
      };
      datasets.set(name, { key: `told ${key}`, read });
    }
    return { all: [...datasets.values(), ...versions.values()], datasets, versions };
  }

  /** Takes a run into the turn. What follows, follows in later parts of the same turn. */
  take(
    turn: Turn,
    team: string,
    run: ToldRun,
    needs: ToldNeeds,
    taken: (result: TakenRun) => void,
  ): void {
    const now = this.#kernel.time.now();
    const node = (one: ToldDataset, isOutput: boolean): string =>
      this.#node(turn, team, one, isOutput, needs, now);
    const inputs = run.inputs.map((one) => node(one, false));
    const outputs = run.outputs.map((one) => node(one, true));
    const before = {
      key: `told run ${team} ${run.runId}`,
      read: () => this.#kernel.store.findRow(TOLD_RUNS, [team, run.runId]),
    };
    turn.also({
      needs: () => [before],
      perform: (later) => {
        const known = later.known(before);
        const all = {
          inputs: merged(known?.inputs, inputs),
          outputs: merged(known?.outputs, outputs),
        };
        this.#progress(later, team, run, all, known !== undefined, taken);
        return 'done';
      },
    });
    forgetTold(turn, this.#kernel, now);
  }

  #progress(
    turn: Turn,
    team: string,
    run: ToldRun,
    { inputs, outputs }: { inputs: string[]; outputs: string[] },
    isKnown: boolean,
    taken: (result: TakenRun) => void,
  ): void {
    const { state, runId } = run;
    const now = this.#kernel.time.now();
    const isOver = state === 'COMPLETE' || state === 'FAIL' || state === 'ABORT';
    if (isOver && isKnown) turn.remove(TOLD_RUNS, [team, runId]);
    if (!isOver) turn.put(TOLD_RUNS, { team, run: runId, inputs, outputs, at: now });
    const isFlow = state === 'COMPLETE' && inputs.length + outputs.length > 0;
    if (!isFlow) {
      turn.afterCommit(() => taken({ inputs, outputs }));
      return;
    }
    const { namespace, name: job } = run.job;
    const key = hashOf(
      JSON.stringify([team, namespace, job, inputs.toSorted(), outputs.toSorted()]),
    );
    const need = {
      key: `told flow ${key}`,
      read: async () => {
        const found = await this.#kernel.store.listRows(TOLD_FLOWS, { where: { key }, limit: 1 });
        return found[0];
      },
    };
    turn.also({
      needs: () => [need],
      perform: (later) => {
        const flow = this.#flow(later, team, run, key, later.known(need), { inputs, outputs });
        later.afterCommit(() => taken({ inputs, outputs, flow }));
        return 'done';
      },
    });
  }

  #flow(
    turn: Turn,
    team: string,
    run: ToldRun,
    key: string,
    known: ToldFlowRow | undefined,
    { inputs, outputs }: { inputs: readonly string[]; outputs: readonly string[] },
  ): number {
    const { namespace, name: job } = run.job;
    const isNew = known === undefined;
    if (isNew) this.#lastFlow += 1;
    const number = known?.number ?? this.#lastFlow;
    const lineage = run.outputs.flatMap((one, at) =>
      one.lineage === undefined ? [] : [[outputs[at] ?? toldName(one), one.lineage] as const],
    );
    const columns = lineage.length === 0 ? known?.columns : Object.fromEntries(lineage);
    turn.put(TOLD_FLOWS, {
      ...{ number, team, key, namespace, job, run: run.runId },
      at: this.#kernel.time.now(),
      runs: (known?.runs ?? 0) + (known?.run === run.runId ? 0 : 1),
      ...(run.integration === undefined ? {} : { integration: run.integration }),
      ...(columns === undefined ? {} : { columns: columns as unknown as Json }),
    });
    if (!isNew) return number;
    for (const [way, nodes] of [
      ['in', inputs],
      ['out', outputs],
    ] as const) {
      for (const node of nodes) {
        this.#lastEdge += 1;
        turn.put(TOLD_EDGES, { number: this.#lastEdge, flow: number, node, way });
      }
    }
    return number;
  }

  #node(
    turn: Turn,
    team: string,
    one: ToldDataset,
    isOutput: boolean,
    { datasets, versions }: ToldNeeds,
    now: number,
  ): string {
    const own = this.#own(team, one, isOutput);
    if (own !== undefined) {
      const need = versions.get(toldName(one));
      const version = need === undefined ? undefined : turn.known(need);
      const [current] = this.#datasets.current(own.team, own.name).slice(-1);
      const found = version ?? (own.version === undefined ? current : undefined);
      if (found !== undefined) return `v${found.number}`;
    }
    const need = datasets.get(toldName(one));
    const known = need === undefined ? undefined : turn.known(need);
    if (known === undefined) this.#lastDataset += 1;
    const number = known?.number ?? this.#lastDataset;
    const { namespace, name, also: _, lineage: __, ...said } = one;
    const isSaid = Object.keys(said).length > 0;
    turn.put(TOLD_DATASETS, {
      ...{ number, team, key: keyOf(team, one), namespace, name, at: now },
      ...(isSaid
        ? { said: said as unknown as Json }
        : known?.said === undefined
          ? {}
          : { said: known.said }),
    });
    return `t${number}`;
  }

  /** A dataset of ours: of the team itself, or that it may read. Only the team's own may be said to have been written. */
  #own(team: string, one: ToldDataset, isOutput: boolean): OwnDataset | undefined {
    for (const named of [one, ...one.also]) {
      const own = ownDataset(named, this.#datasets.root, one.version);
      if (own === undefined) continue;
      const isAllowed =
        own.team === team || (!isOutput && this.#datasets.mayRead(team, own.team, own.name));
      if (isAllowed) return own;
    }
    return undefined;
  }
}

function keyOf(team: string, { namespace, name }: Named): string {
  return hashOf(JSON.stringify([team, namespace, name]));
}

function merged(known: Json | undefined, more: readonly string[]): string[] {
  const before = Array.isArray(known) ? known.filter((one) => typeof one === 'string') : [];
  return [...new Set([...before, ...more])].slice(0, MOST_NODES);
}
