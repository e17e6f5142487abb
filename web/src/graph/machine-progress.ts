/**
 * How far an execution came through its machine: a status for each state, and the ways it took.
 * @module
 */
import type { Graph, GraphNode, StateVisit, VisitStatus } from '../api/types.js';

export interface StateProgress {
  /** The worst of what goes on now, else of how visits ended. */
  status: VisitStatus;
  /** Visits by status. */
  counts: Map<VisitStatus, number>;
  visits: number;
  /** Longest of the visits that ended, milliseconds. */
  longest: number | undefined;
}

export interface MachineProgress {
  /** By name of the state. */
  states: Map<string, StateProgress>;
  /** Id of each line that was taken to whether it lies on the way to the failure. */
  taken: Map<string, 'taken' | 'failed'>;
}

const WORST_FIRST: readonly VisitStatus[] = [
  'failed',
  'running',
  'retrying',
  'waiting',
  'aborted',
  'caught',
  'succeeded',
];

/**
 * @param visits in the order of their entry
 * @example machineProgress(graph, visits).states.get('Load')?.status // 'failed'
 */
export function machineProgress(graph: Graph, visits: readonly StateVisit[]): MachineProgress {
  const nodes = new Map(
    graph.nodes.filter(({ kind }) => kind === 'state').map((node) => [node.name, node]),
  );
  return { states: stateProgress(visits), taken: takenLines(graph, nodes, visits) };
}

function stateProgress(visits: readonly StateVisit[]): Map<string, StateProgress> {
  const states = new Map<string, StateProgress>();
  for (const { name, status, enteredAt, exitedAt } of visits) {
    const known = states.get(name);
    const took = exitedAt === undefined ? undefined : exitedAt - enteredAt;
    const counts = known?.counts ?? new Map<VisitStatus, number>();
    counts.set(status, (counts.get(status) ?? 0) + 1);
    states.set(name, {
      status: WORST_FIRST.find((candidate) => counts.has(candidate)) ?? status,
      counts,
      visits: (known?.visits ?? 0) + 1,
      longest: took === undefined ? known?.longest : Math.max(took, known?.longest ?? 0),
    });
  }
  return states;
}

/**
 * Visits of one scope (the machine, a branch, one iteration) follow each other: each pair of neighbours went along the
 * line between their states.
 */
function takenLines(
  graph: Graph,
  nodes: ReadonlyMap<string, GraphNode>,
  visits: readonly StateVisit[],
): MachineProgress['taken'] {
  const lines = new Map<string, Graph['edges']>();
  for (const edge of graph.edges) {
    const key = `${edge.from}\n${edge.to}`;
    lines.set(key, [...(lines.get(key) ?? []), edge]);
  }
  const taken: MachineProgress['taken'] = new Map();
  const latest = new Map<string, StateVisit>();
  const ways = new Map<string, string[]>();
  for (const visit of visits) {
    const node = nodes.get(visit.name);
    if (node === undefined) continue;
    const scope = scopeOf(visit, node);
    const before = latest.get(scope);
    latest.set(scope, visit);
    const from = before === undefined ? '#start' : (nodes.get(before.name)?.id ?? '');
    const between = lines.get(`${from}\n${node.id}`) ?? [];
    const caught = before?.status === 'caught';
    const edge = between.find(({ kind }) => (kind === 'catch') === caught) ?? between[0];
    if (edge === undefined) continue;
    taken.set(edge.id, 'taken');
    ways.set(scope, [...(ways.get(scope) ?? []), edge.id]);
  }
  for (const [scope, visit] of latest) {
    const node = nodes.get(visit.name);
    if (visit.status === 'failed') {
      for (const id of ways.get(scope) ?? []) taken.set(id, 'failed');
    } else if (visit.exitedAt !== undefined && node?.parent === undefined) {
      const last = lines.get(`${node?.id}\n#end`)?.[0];
      if (last !== undefined) taken.set(last.id, 'taken');
    }
  }
  return taken;
}

function scopeOf(visit: StateVisit, node: GraphNode): string {
  return JSON.stringify([
    node.parent ?? '',
    visit.iterations.map(({ state, index }) => [state, index]),
  ]);
}

/** What to say of a state that was visited often, such as inside a Map; empty for one visit. */
export function countsText({ counts, visits }: StateProgress): string {
  if (visits < 2) return '';
  return WORST_FIRST.filter((status) => counts.has(status))
    .map((status) => `${counts.get(status)} ${status === 'aborted' ? 'stopped' : status}`)
    .join(', ');
}
