/**
 * What lies around a version, for a picture: some hops either way, few neighbours of each node, and of each node how many more there are.
 *
 *     start ──few of each, hop by hop──▶ nodes ──more of those that were opened──▶ nodes ──hidden ones left out──▶ picture
 *
 * The whole walk is bounded, whatever is stored: a node asks for its newest neighbours, and is asked once in each direction.
 * @module
 */
import type { Kernel } from '../../kernel/kernel.js';
import type { ToldFlowRow } from './lineage-tables.js';
import type { Direction, KnownDatasets } from './peers.js';
import { type Edge, type Node, toldEdges } from './walk.js';

/** A node whose neighbours in one direction are wanted, all of them as far as that goes. */
export interface Opened {
  readonly node: Node;
  readonly direction: Direction;
}

/** Neighbours of a node in one direction that are not in the picture. */
export interface Beyond {
  readonly count: number;
  /** There may be more than were counted. */
  readonly isAtLeast: boolean;
  /** Opening the node shows some of them. */
  readonly canOpen: boolean;
}

export interface Neighbourhood {
  /** Hops from the start, by node: below 0 what it was made of, above 0 what was made of it. */
  readonly nodes: ReadonlyMap<Node, number>;
  /** `isIndirect`: through nodes that may not be seen. */
  readonly edges: readonly (Edge & { readonly isIndirect: boolean })[];
  readonly flows: ReadonlyMap<number, ToldFlowRow>;
  readonly beyond: ReadonlyMap<Node, { readonly up: Beyond; readonly down: Beyond }>;
  /** The picture is full: nodes that were wanted are not in it. */
  readonly isCut: boolean;
}

export interface Sight {
  /** Teams whose nodes and flows are seen. */
  sees(team: string): boolean;
  /** Teams of nodes; nodes that there are not are left out. */
  teamsOf(nodes: readonly Node[]): Promise<ReadonlyMap<Node, string>>;
}

/** Neighbours of a node that are shown without being asked for. */
export const FEW = 10;
/** Neighbours of an opened node that are shown. */
export const MANY = 100;
/** Nodes of a picture. */
export const MOST_NODES = 300;
/** Neighbours of a node that are counted. */
const MOST_COUNTED = 150;
/** Nodes that are looked at, shown or not: a row is read of each. */
const MOST_LOOKED_AT = 3_000;
/** Told edges that are read together. */
const MOST_TOLD = 4_000;
/** Nodes that ask the store at a time. */
const TOGETHER = 50;

/** @param opened in the order in which they were opened: one may be a neighbour of another */
export async function neighbourhood(
  { reads }: Pick<Kernel, 'reads'>,
  datasets: KnownDatasets,
  start: Node,
  hops: number,
  opened: readonly Opened[],
  sight: Sight,
): Promise<Neighbourhood> {
  const flows = new Map<number, ToldFlowRow>();
  const teams = new Map<Node, string>();
  const near = { up: new Map<Node, Near>(), down: new Map<Node, Near>() };
  const isSeen = (node: Node): boolean => {
    const team = teams.get(node);
    return team !== undefined && sight.sees(team);
  };
  let lookedAt = 0;

  /** Asks for the neighbours of nodes that were not asked yet. */
  async function look(nodes: readonly Node[], direction: Direction): Promise<void> {
    const known = near[direction];
    const unknown = nodes.filter((node) => !known.has(node));
    const told = await toldEdges(
      { reads, flows, seesFlow: ({ team }) => sight.sees(team) },
      unknown,
      direction,
      MOST_TOLD,
    );
    for (let at = 0; at < unknown.length; at += TOGETHER) {
      if (lookedAt >= MOST_LOOKED_AT) break;
      const some = unknown.slice(at, at + TOGETHER);
      for (const [node, found] of await Promise.all(some.map((one) => ownEdges(one, direction)))) {
        const theirs = told.filter((edge) => origin(edge, direction) === node);
        const all = [...found.edges, ...theirs];
        const isMore = found.isMore || all.length > MOST_COUNTED || told.length >= MOST_TOLD;
        known.set(node, { edges: all.slice(0, MOST_COUNTED), isMore });
      }
      const names = new Set(
        some.flatMap((node) => known.get(node)?.edges ?? []).map((edge) => end(edge, direction)),
      );
      const strangers = [...names].filter((node) => !teams.has(node));
      lookedAt += strangers.length;
      for (const [node, team] of await sight.teamsOf(strangers)) teams.set(node, team);
    }
  }

  async function ownEdges(node: Node, direction: Direction): Promise<[Node, Near]> {
    if (!node.startsWith('v')) return [node, { edges: [], isMore: false }];
    const number = Number(node.slice(1));
    const found = await datasets.newestEdges(direction, number, MOST_COUNTED + 1);
    const edges = found.map(({ output, input }) => ({ output: `v${output}`, input: `v${input}` }));
    return [node, { edges: edges.slice(0, MOST_COUNTED), isMore: edges.length > MOST_COUNTED }];
  }

  const nodes = new Map<Node, number>([[start, 0]]);
  let isCut = false;

  /** Takes up neighbours of a node; answers those that are new. */
  function take(node: Node, direction: Direction, most: number): Node[] {
    const taken: Node[] = [];
    let shown = 0;
    for (const edge of near[direction].get(node)?.edges ?? []) {
      const other = end(edge, direction);
      if (!teams.has(other)) continue;
      if (shown >= most) break;
      shown += 1;
      if (nodes.has(other)) continue;
      if (nodes.size >= MOST_NODES) {
        isCut = true;
        break;
      }
      nodes.set(other, (nodes.get(node) ?? 0) + (direction === 'up' ? -1 : 1));
      taken.push(other);
    }
    return taken;
  }

  for (const [node, team] of await sight.teamsOf([start])) teams.set(node, team);
  const isOpened = (node: Node, direction: Direction): boolean =>
    opened.some((one) => one.node === node && one.direction === direction);
  for (const direction of ['up', 'down'] as const) {
    let front = [start];
    for (let hop = 1; hop <= hops && front.length > 0; hop += 1) {
      await look(front, direction);
      front = front.flatMap((node) =>
        take(node, direction, isOpened(node, direction) ? MANY : FEW),
      );
    }
  }
  for (const { node, direction } of opened) {
    if (!nodes.has(node)) continue;
    await look([node], direction);
    take(node, direction, MANY);
  }

  const seen = [...nodes.keys()].filter(isSeen);
  for (const direction of ['up', 'down'] as const) await look([...nodes.keys()], direction);
  const beyond = new Map(
    seen.map((node) => [node, { up: leftOut(node, 'up'), down: leftOut(node, 'down') }]),
  );

  function leftOut(node: Node, direction: Direction): Beyond {
    const found = near[direction].get(node);
    if (found === undefined) return { count: 0, isAtLeast: true, canOpen: false };
    const visible = new Set(found.edges.map((edge) => end(edge, direction)).filter(isSeen));
    const count = [...visible].filter((other) => !nodes.has(other)).length;
    return {
      count,
      isAtLeast: found.isMore,
      canOpen: count > 0 && !isOpened(node, direction) && nodes.size < MOST_NODES,
    };
  }

  return {
    nodes: new Map([...nodes].filter(([node]) => isSeen(node))),
    edges: linesBetween(nodes, near.up, isSeen),
    flows,
    beyond,
    isCut,
  };
}

interface Near {
  /** The newest first. */
  readonly edges: readonly Edge[];
  readonly isMore: boolean;
}

function origin({ output, input }: Edge, direction: Direction): Node {
  return direction === 'up' ? output : input;
}

function end({ output, input }: Edge, direction: Direction): Node {
  return direction === 'up' ? input : output;
}

/** Edges between nodes that are seen, also over those that are not. */
function linesBetween(
  nodes: ReadonlyMap<Node, number>,
  up: ReadonlyMap<Node, Near>,
  isSeen: (node: Node) => boolean,
): (Edge & { isIndirect: boolean })[] {
  const lines = new Map<string, Edge & { isIndirect: boolean }>();
  for (const output of nodes.keys()) {
    if (!isSeen(output)) continue;
    const passed = new Set<Node>();
    const pending = [{ node: output, isIndirect: false }];
    for (let one = pending.pop(); one !== undefined; one = pending.pop()) {
      for (const edge of up.get(one.node)?.edges ?? []) {
        const { input } = edge;
        if (!nodes.has(input)) continue;
        const { isIndirect } = one;
        if (!isSeen(input)) {
          if (!passed.has(input)) pending.push({ node: input, isIndirect: true });
          passed.add(input);
          continue;
        }
        const key = `${output} ${input} ${isIndirect ? '' : (edge.flow ?? '')}`;
        lines.set(key, isIndirect ? { output, input, isIndirect } : { ...edge, isIndirect });
      }
    }
  }
  return [...lines.values()];
}
