/**
 * Lineage as a picture: data and the jobs that made it, from left to right, and a box wherever there is more than is shown.
 *
 *     orders/raw ──▶ (orders-by-town) ──▶ orders/by-town ──▶ 40 more
 * @module
 */
import type { ElkNode } from 'elkjs/lib/elk-api.js';
import type { LineageBox, LineageGraph, LineageLine } from '../../api/lineage-graph.js';
import type { LineageAround } from '../../engine/features/lineage/lineage-calls.js';
import { corners } from './layouts.js';

const OPTIONS = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.layered.spacing.nodeNodeBetweenLayers': '40',
  'elk.spacing.nodeNode': '14',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
};
/** Beyond so many boxes they are placed by a method that is less tidy and takes time in proportion. */
const TIDY_BOXES = 300;
const SIZES = {
  data: { height: 50, least: 150, most: 260 },
  job: { height: 30, least: 90, most: 200 },
  more: { height: 28, least: 84, most: 120 },
};
/** Room for text in a box, in pixels a character at the console's font size. */
const CHARACTER = 7.4;
const BESIDE_NAME = 40;

/** A box before it has a place. */
type Unplaced = LineageBox extends infer One
  ? One extends LineageBox
    ? Omit<One, 'x' | 'y'>
    : never
  : never;

/**
 * @param arrange places what a graph holds
 * @example await lineageGraph(await engine.lineage.around(scope, 'orders/raw'), layouts.arrange)
 */
export async function lineageGraph(
  around: LineageAround,
  arrange: (graph: ElkNode) => Promise<ElkNode>,
): Promise<LineageGraph> {
  const boxes = new Map<string, Unplaced>();
  const lines = new Map<string, Omit<LineageLine, 'points'>>();
  const put = (box: Unplaced): void => {
    if (!boxes.has(box.id)) boxes.set(box.id, box);
  };
  const join = (from: string, to: string, kind: LineageLine['kind']): void => {
    const id = `${from}→${to}`;
    if (!lines.has(id)) lines.set(id, { id, from, to, kind });
  };

  for (const { up, down, ...node } of around.nodes) {
    const { id, name, execution, pipeline, team } = node;
    put({ kind: 'data', id, ...sized('data', name), node });
    let entrance = id;
    if (execution !== undefined && pipeline !== undefined) {
      entrance = `e${execution}`;
      put({
        ...{ kind: 'job' as const, id: entrance, ...sized('job', pipeline) },
        job: { provider: 'millrace', team, name: pipeline, execution },
      });
      join(entrance, id, 'made');
    }
    for (const [direction, beyond] of [
      ['up', up],
      ['down', down],
    ] as const) {
      if (beyond.count === 0) continue;
      const more = `${id}.${direction}`;
      const words = `${beyond.count}${beyond.isAtLeast ? '+' : ''} more`;
      put({ kind: 'more', id: more, ...sized('more', words), of: id, direction, ...beyond });
      if (direction === 'up') join(more, entrance, 'more');
      else join(id, more, 'more');
    }
  }
  const executions = new Map(around.nodes.map(({ id, execution }) => [id, execution]));
  for (const { output, input, job, isIndirect } of around.edges) {
    if (isIndirect) {
      join(input, output, 'indirect');
      continue;
    }
    const execution = executions.get(output);
    const through =
      job === undefined
        ? execution === undefined
          ? undefined
          : `e${execution}`
        : `j${job.namespace} ${job.name} ${job.run}`;
    if (through === undefined) {
      join(input, output, 'made');
      continue;
    }
    if (job !== undefined) {
      const { namespace, name, run } = job;
      put({
        ...{ kind: 'job' as const, id: through, ...sized('job', name) },
        job: { provider: 'openlineage', namespace, name, run },
      });
    }
    join(input, through, 'read');
    join(through, output, 'made');
  }
  return await placed(around, [...boxes.values()], [...lines.values()], arrange);
}

async function placed(
  { nodes, isCut }: LineageAround,
  boxes: readonly Unplaced[],
  lines: readonly Omit<LineageLine, 'points'>[],
  arrange: (graph: ElkNode) => Promise<ElkNode>,
): Promise<LineageGraph> {
  const layoutOptions = {
    ...OPTIONS,
    ...(boxes.length > TIDY_BOXES ? { 'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF' } : {}),
  };
  // Names that others gave are no ids for the layout.
  const short = new Map(boxes.map(({ id }, at) => [id, `n${at}`]));
  const laidOut = await arrange({
    id: 'root',
    layoutOptions,
    children: boxes.map(({ width, height }, at) => ({ id: `n${at}`, width, height })),
    edges: lines.map(({ from, to }, at) => ({
      id: `l${at}`,
      sources: [short.get(from) ?? ''],
      targets: [short.get(to) ?? ''],
    })),
  });
  const places = new Map(laidOut.children?.map((child) => [child.id, child]));
  const bends = new Map(laidOut.edges?.map((edge) => [edge.id, corners(edge)]));
  return {
    start: nodes[0]?.id ?? '',
    width: laidOut.width ?? 0,
    height: laidOut.height ?? 0,
    boxes: boxes.map((box, at): LineageBox => {
      const { x = 0, y = 0 } = places.get(`n${at}`) ?? {};
      return { ...box, x, y };
    }),
    lines: lines.map((line, at) => ({ ...line, points: bends.get(`l${at}`) ?? [] })),
    isCut,
  };
}

function sized(kind: keyof typeof SIZES, text: string): { width: number; height: number } {
  const { height, least, most } = SIZES[kind];
  const wanted = Math.ceil(text.length * CHARACTER) + BESIDE_NAME;
  return { width: Math.min(most, Math.max(least, wanted)), height };
}
