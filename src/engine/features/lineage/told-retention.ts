/**
 * Forgets what others have told of their data and have not told again for very long. It is done whenever they tell something, a little
 * at a time: who tells much has much forgotten, and who tells nothing keeps what there is.
 *
 *     run without a word for 7 days ──▶ forgotten
 *     flow not seen for 400 days ──▶ forgotten, with its edges
 *     dataset not told of for 400 days, and of no flow any more ──▶ forgotten
 *
 * A run that ends more than 400 days after it has named an input has lost that one: what runs have said so far is not searched for each
 * dataset.
 *
 * Versions of ours have a retention of their own (`features/datasets`).
 * @module
 */
import type { Kernel } from '../../kernel/kernel.js';
import type { Need } from '../../kernel/needs.js';
import type { Turn } from '../../kernel/turn.js';
import {
  TOLD_DATASETS,
  TOLD_EDGES,
  TOLD_FLOWS,
  TOLD_RUNS,
  type ToldDatasetRow,
  type ToldEdgeRow,
} from './lineage-tables.js';

const DAY = 86_400_000;
/** Milliseconds that a run may say nothing before what it has said is forgotten. */
const RUN_KEPT = 7 * DAY;
/** Milliseconds for which flows and datasets are kept after they were told last: more than a year, for what runs once in one. */
export const TOLD_KEPT: number = 400 * DAY;
/** Rows of each kind that one event has forgotten. A flow has up to 400 edges. */
const RUNS_TOGETHER = 100;
const FLOWS_TOGETHER = 10;
const DATASETS_TOGETHER = 20;

/**
 * @param now epoch milliseconds
 * @example forgetTold(turn, kernel, kernel.time.now())
 */
export function forgetTold(turn: Turn, { store }: Pick<Kernel, 'store'>, now: number): void {
  const before = now - TOLD_KEPT;
  const runs = {
    key: 'told runs that say nothing any more',
    read: () =>
      store.listRows(TOLD_RUNS, {
        below: { at: now - RUN_KEPT },
        order: { by: ['at', 'team', 'run'] },
        limit: RUNS_TOGETHER,
      }),
  };
  const flows = {
    key: 'told flows that nobody tells of any more',
    read: () =>
      store.listRows(TOLD_FLOWS, {
        below: { at: before },
        order: { by: ['at', 'number'] },
        limit: FLOWS_TOGETHER,
      }),
  };
  const datasets = {
    key: 'told datasets that nobody tells of any more',
    read: () =>
      store.listRows(TOLD_DATASETS, {
        below: { at: before },
        order: { by: ['at', 'number'] },
        limit: DATASETS_TOGETHER,
      }),
  };
  turn.also({
    needs: () => [runs, flows, datasets],
    perform: (later) => {
      for (const { team, run } of later.known(runs)) later.remove(TOLD_RUNS, [team, run]);
      for (const { number } of later.known(flows)) forgetFlow(later, store, number);
      for (const row of later.known(datasets)) forgetDataset(later, store, row, now);
      return 'done';
    },
  });
}

type Store = Pick<Kernel['store'], 'listRows'>;

/** Unless it is told again by the event itself, which has been taken before. */
function forgetFlow(turn: Turn, store: Store, flow: number): void {
  const edges = {
    key: `edges of the told flow ${flow}`,
    read: () => store.listRows(TOLD_EDGES, { where: { flow } }),
  };
  turn.also({
    needs: () => [edges],
    perform: (later) => {
      if (later.isWritten(TOLD_FLOWS, [flow])) return 'done';
      for (const { number } of later.known(edges)) later.remove(TOLD_EDGES, [number]);
      later.remove(TOLD_FLOWS, [flow]);
      return 'done';
    },
  });
}

function forgetDataset(turn: Turn, store: Store, row: ToldDatasetRow, now: number): void {
  const { number } = row;
  const node = `t${number}`;
  const edge: Need<ToldEdgeRow[]> = {
    key: `an edge of the told dataset ${number}`,
    read: () => store.listRows(TOLD_EDGES, { where: { node }, limit: 1 }),
  };
  turn.also({
    needs: () => [edge],
    perform: (later) => {
      if (later.isWritten(TOLD_DATASETS, [number])) return 'done';
      const [of] = later.known(edge);
      if (of === undefined) later.remove(TOLD_DATASETS, [number]);
      // Its flow goes in this turn: whether it is of another one is known when the next event comes.
      else if (later.isWritten(TOLD_EDGES, [of.number])) return 'done';
      // A run that took very long has named it long before it ended: looked at again when as much time has passed.
      else later.put(TOLD_DATASETS, { ...row, at: now });
      return 'done';
    },
  });
}
