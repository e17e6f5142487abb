/**
 * Lays state machines out as pictures: once a version, in a thread of its own, and remembered.
 * @module
 */
import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js';
import type { Graph } from '../../api/graph.js';
import type { MachineDefinition } from '../../asl/definition.js';
import { HttpError } from '../errors.js';
import { type Box, buildGraph } from './build-graph.js';
import { createElkThread } from './elk-thread.js';

export interface GraphLayouts {
  /**
   * Lays a definition out; remembers the answer by the digest of the version.
   * @throws HttpError GraphTooLarge
   */
  layout(digest: string, definition: MachineDefinition): Promise<Graph>;
  /**
   * Places what any other graph holds.
   * @throws HttpError GraphTooLarge
   */
  arrange(graph: ElkNode): Promise<ElkNode>;
  /** Ends the thread: it would keep the process from ending for as long as a minute. Nothing is laid out afterwards. */
  close(): Promise<void>;
}

const REMEMBERED = 500;
/** Larger ones take longer than anybody waits, and in the end the stack of the algorithm, which is recursive. */
const MOST_STATES = 2_000;
const MOST_LINES = 6_000;
/** Beyond so many states boxes are placed by a method that is less tidy and takes time in proportion. */
const TIDY_STATES = 300;

const ROOT_OPTIONS = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.json.edgeCoords': 'ROOT',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.layered.spacing.nodeNodeBetweenLayers': '44',
  'elk.spacing.nodeNode': '32',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
};
/** Room for a container's title above what it holds. */
const CONTAINER_OPTIONS = {
  'elk.padding': '[top=44,left=16,bottom=16,right=16]',
  'elk.layered.spacing.nodeNodeBetweenLayers': '40',
  'elk.contentAlignment': 'V_CENTER H_CENTER',
};

/** Pixels beside the name in a container's title. */
const TYPE_AND_STATUS = 96;

/**
 * Starts no thread before the first layout.
 * @example const graph = await createGraphLayouts().layout(digest, definition)
 */
export function createGraphLayouts(): GraphLayouts {
  const remembered = new Map<string, Promise<Graph>>();
  const thread = createElkThread();

  async function run(definition: MachineDefinition): Promise<Graph> {
    const root = buildGraph(definition);
    const size = sizeOf(root);
    if (size.states > MOST_STATES) {
      const why = `it has ${size.states} states, and ${MOST_STATES} can be shown`;
      throw new HttpError('GraphTooLarge', { why });
    }
    if (size.lines > MOST_LINES) {
      const why = `it has ${size.lines} transitions, and ${MOST_LINES} can be shown`;
      throw new HttpError('GraphTooLarge', { why });
    }
    const layoutOptions = {
      ...ROOT_OPTIONS,
      ...(size.states > TIDY_STATES
        ? { 'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF' }
        : {}),
    };
    const laidOut = await thread.layout({ ...toElk(root), layoutOptions });
    return toGraph(root, laidOut);
  }

  return {
    layout(digest, definition) {
      const known = remembered.get(digest);
      if (known !== undefined) return known;
      const graph = run(definition);
      if (remembered.size >= REMEMBERED) {
        remembered.delete(remembered.keys().next().value as string);
      }
      remembered.set(digest, graph);
      graph.catch((error: unknown) => {
        // What is too large stays so; anything else may go better the next time.
        if (!(error instanceof HttpError)) remembered.delete(digest);
      });
      return graph;
    },
    arrange: (graph) => thread.layout(graph),
    close: () => thread.close(),
  };
}

/** Without recursion by the number of states. */
function sizeOf(root: Box): { states: number; lines: number } {
  let states = 0;
  let lines = 0;
  const pending = [root];
  for (let box = pending.pop(); box !== undefined; box = pending.pop()) {
    if (box.kind === 'state') states += 1;
    lines += box.lines.length;
    for (const child of box.children) pending.push(child);
  }
  return { states, lines };
}

function toElk(box: Box): ElkNode {
  const node: ElkNode = { id: box.id === '' ? '#root' : box.id };
  if (box.children.length > 0) {
    node.children = box.children.map(toElk);
    const title = box.width + (box.kind === 'state' ? TYPE_AND_STATUS : 0);
    node.layoutOptions = {
      ...CONTAINER_OPTIONS,
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      // Height first: ELK turns the picture around for the direction DOWN, but not this size of inner containers.
      'elk.nodeSize.minimum': `(${box.height}, ${title})`,
    };
  } else {
    node.width = box.width;
    node.height = box.height;
  }
  node.edges = box.lines.map((line) => ({
    id: line.id,
    sources: [line.from],
    targets: [line.to],
    ...(line.label === undefined
      ? {}
      : { labels: [{ text: line.label, width: line.label.length * 6.4 + 8, height: 16 }] }),
  }));
  return node;
}

function toGraph(root: Box, laidOut: ElkNode): Graph {
  const graph: Graph = {
    width: laidOut.width ?? 0,
    height: laidOut.height ?? 0,
    nodes: [],
    edges: [],
  };
  collect(root, laidOut, undefined, graph);
  return graph;
}

function collect(box: Box, node: ElkNode, parent: string | undefined, graph: Graph): void {
  if (box.id !== '') {
    graph.nodes.push({
      id: box.id,
      kind: box.kind,
      name: box.name,
      type: box.type,
      x: node.x ?? 0,
      y: node.y ?? 0,
      width: node.width ?? box.width,
      height: node.height ?? box.height,
      ...(parent === undefined ? {} : { parent }),
      ...(box.resource === undefined ? {} : { resource: box.resource }),
    });
  }
  const edges = new Map((node.edges ?? []).map((edge) => [edge.id, edge]));
  for (const line of box.lines) {
    const edge = edges.get(line.id);
    graph.edges.push({
      id: line.id,
      from: line.from,
      to: line.to,
      kind: line.kind,
      points: edge === undefined ? [] : corners(edge),
      ...(line.label === undefined ? {} : { label: line.label }),
      ...labelPlace(edge),
    });
  }
  const own = box.id === '' ? undefined : box.id;
  const places = new Map(node.children?.map((child) => [child.id, child]));
  for (const child of box.children) {
    const childNode = places.get(child.id);
    if (childNode !== undefined) collect(child, childNode, own, graph);
  }
}

export function corners(edge: ElkExtendedEdge): { x: number; y: number }[] {
  return (edge.sections ?? []).flatMap((section) => [
    section.startPoint,
    ...(section.bendPoints ?? []),
    section.endPoint,
  ]);
}

function labelPlace(edge: ElkExtendedEdge | undefined): { labelAt?: { x: number; y: number } } {
  const label = edge?.labels?.[0];
  return label?.x === undefined || label.y === undefined
    ? {}
    : { labelAt: { x: label.x, y: label.y } };
}
