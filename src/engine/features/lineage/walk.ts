/**
 * Walks from a version to what it was made of, or what was made of it, hop by hop: a few queries each, whatever is stored.
 * @module
 */
import type { Kernel } from '../../kernel/kernel.js';
import { TOLD_EDGES, TOLD_FLOWS, type ToldFlowRow } from './lineage-tables.js';
import type { Direction, KnownDatasets } from './peers.js';

/** `v12`: a version of ours; `t5`: a dataset of others. */
export type Node = string;

/** One was made of the other. */
export interface Edge {
  readonly output: Node;
  readonly input: Node;
  /** Number of the flow of others by which it was; absent: an execution of ours. */
  readonly flow?: number;
}

export interface Walked {
  /** Hops from the first, by node; the first has 0. */
  readonly nodes: ReadonlyMap<Node, number>;
  readonly edges: readonly Edge[];
  readonly flows: ReadonlyMap<number, ToldFlowRow>;
  /** There is more, in this direction. */
  readonly isCut: boolean;
}

/** Nodes of a walk, and edges of one hop. */
export interface WalkBounds {
  readonly hops: number;
  readonly nodes: number;
}

const EDGES_FACTOR = 4;
/** Nodes or flows that one query names. */
const TOGETHER = 500;

/**
 * @param team sees flows of these teams alone; undefined: of all
 */
export async function walk(
  { reads }: Pick<Kernel, 'reads'>,
  datasets: KnownDatasets,
  start: readonly Node[],
  direction: Direction,
  bounds: WalkBounds,
  seesFlow: (flow: ToldFlowRow) => boolean,
): Promise<Walked> {
  const nodes = new Map<Node, number>(start.map((node) => [node, 0]));
  const edges = new Map<string, Edge>();
  const flows = new Map<number, ToldFlowRow>();
  let front = [...start];
  let isCut = false;
  for (let hop = 1; front.length > 0; hop += 1) {
    // One more is asked for: whether there is more is said, not guessed.
    const limit = (bounds.nodes + 1) * EDGES_FACTOR;
    const found = await step({ reads, datasets, flows, seesFlow }, front, direction, limit);
    const next: Node[] = [];
    for (const edge of found) {
      const node = direction === 'up' ? edge.input : edge.output;
      const isNew = !nodes.has(node);
      if (isNew && (hop > bounds.hops || nodes.size >= bounds.nodes)) {
        isCut = true;
        continue;
      }
      if (hop > bounds.hops) continue;
      if (isNew) {
        nodes.set(node, hop);
        next.push(node);
      }
      edges.set(`${edge.output} ${edge.input}`, edge);
    }
    if (found.length >= limit) isCut = true;
    if (hop > bounds.hops || (isCut && nodes.size >= bounds.nodes)) break;
    front = next;
  }
  return { nodes, edges: [...edges.values()], flows, isCut };
}

interface Steps {
  readonly reads: Kernel['reads'];
  readonly datasets: KnownDatasets;
  readonly flows: Map<number, ToldFlowRow>;
  seesFlow(flow: ToldFlowRow): boolean;
}

async function step(
  steps: Steps,
  front: readonly Node[],
  direction: Direction,
  limit: number,
): Promise<Edge[]> {
  const numbers = front.filter((node) => node.startsWith('v')).map((node) => Number(node.slice(1)));
  const own = await steps.datasets.edges(direction, numbers, limit);
  const ours = own.map(({ output, input }): Edge => ({ output: `v${output}`, input: `v${input}` }));
  return [...ours, ...(await toldEdges(steps, front, direction, limit))];
}

/** Through the flows of others: from what they read to what they wrote, or back. */
export async function toldEdges(
  { reads, flows, seesFlow }: Omit<Steps, 'datasets'>,
  front: readonly Node[],
  direction: Direction,
  limit: number,
): Promise<Edge[]> {
  const [near, far] = direction === 'down' ? (['in', 'out'] as const) : (['out', 'in'] as const);
  const here = (
    await paged(front, (node) =>
      reads.listRows(TOLD_EDGES, {
        where: { node, way: near },
        order: { by: ['node', 'way', 'number'] },
        limit,
      }),
    )
  ).flat();
  if (here.length === 0) return [];
  const unknown = [...new Set(here.map(({ flow }) => flow))].filter((flow) => !flows.has(flow));
  for (const page of await paged(unknown, (number) =>
    reads.listRows(TOLD_FLOWS, { where: { number } }),
  )) {
    for (const flow of page) flows.set(flow.number, flow);
  }
  const seen = here.filter(({ flow }) => {
    const row = flows.get(flow);
    return row !== undefined && seesFlow(row);
  });
  const there = (
    await paged([...new Set(seen.map(({ flow }) => flow))], (flow) =>
      reads.listRows(TOLD_EDGES, {
        where: { flow, way: far },
        order: { by: ['flow', 'way', 'number'] },
        limit,
      }),
    )
  ).flat();
  return seen.flatMap(({ flow, node }) =>
    there
      .filter((one) => one.flow === flow && one.node !== node)
      .map(
        (one): Edge =>
          direction === 'down'
            ? { output: one.node, input: node, flow }
            : { output: node, input: one.node, flow },
      ),
  );
}

async function paged<Key, Row>(
  keys: readonly Key[],
  read: (some: Key[]) => Row[] | Promise<Row[]>,
): Promise<Row[][]> {
  const pages: Row[][] = [];
  for (let at = 0; at < keys.length; at += TOGETHER) {
    pages.push(await read(keys.slice(at, at + TOGETHER)));
  }
  return pages;
}
