/**
 * Puts visits into the order that people read: what happened inside a Parallel or Map stands below it, one group a branch
 * or iteration.
 *
 * The server lists visits by time, so those of branches and iterations come mixed. Where a state belongs is told by the
 * graph (its id is the JSON pointer of the state); in which iteration a visit was is told by the visit.
 * @module
 */
import type { GraphNode, StateVisit, VisitStatus } from '../../api/types.js';

/** One step on the way from the top of the machine to a state. */
interface Scope {
  state: string;
  kind: 'Branch' | 'Iteration';
  /** Counts from 0. */
  index: number;
}

export interface VisitNode {
  visit: StateVisit;
  groups: GroupNode[];
}

export interface GroupNode {
  key: string;
  kind: 'Branch' | 'Iteration';
  index: number;
  children: VisitNode[];
}

export type StateRow =
  | { kind: 'visit'; key: string; depth: number; visit: StateVisit }
  | {
      kind: 'group';
      key: string;
      depth: number;
      label: string;
      status: VisitStatus;
      from: number;
      to: number | undefined;
      open: boolean;
    };

/** Name of a state to the branches and Maps around it, outermost first. Maps have no index: each visit has its own. */
export type Surroundings = Map<string, { state: string; branch: number | undefined }[]>;

/** Up to so many iterations are shown open. */
const OPEN_ITERATIONS = 3;

/**
 * Reads the surroundings of all states from a graph.
 * @example surroundings(graph.nodes).get('Load') // [{ state: 'EachCounty', branch: undefined }]
 */
export function surroundings(nodes: readonly GraphNode[]): Surroundings {
  const found: Surroundings = new Map();
  for (const node of nodes) {
    if (node.kind !== 'state') continue;
    // /States/NAME, then /Branches/N/States/NAME or /ItemProcessor/States/NAME and so on.
    const parts = node.id.split('/').slice(1).map(unescapePointer);
    const around: { state: string; branch: number | undefined }[] = [];
    let at = 0;
    while (at + 2 < parts.length) {
      const state = parts[at + 1] ?? '';
      const branches = parts[at + 2] === 'Branches';
      around.push({ state, branch: branches ? Number(parts[at + 3]) : undefined });
      at += branches ? 4 : 3;
    }
    found.set(node.name, around);
  }
  return found;
}

/**
 * Visits as a tree, in the order of their entry.
 * @param known undefined while the graph is not there: then Maps only are known, from the visits
 */
export function stateTree(
  visits: readonly StateVisit[],
  known: Surroundings | undefined,
): VisitNode[] {
  const roots: VisitNode[] = [];
  /** Latest visit of a state in its scopes. */
  const latest = new Map<string, VisitNode>();
  for (const visit of visits) {
    const node: VisitNode = { visit, groups: [] };
    const scopes = scopesOf(visit, known);
    latest.set(placeKey(scopes, visit.name), node);
    const inner = scopes.at(-1);
    const parent =
      inner === undefined ? undefined : latest.get(placeKey(scopes.slice(0, -1), inner.state));
    if (inner === undefined || parent === undefined) {
      roots.push(node);
      continue;
    }
    let group = parent.groups.find(({ index }) => index === inner.index);
    if (group === undefined) {
      const key = `${parent.visit.enteredEvent}/${inner.index}`;
      group = { key, kind: inner.kind, index: inner.index, children: [] };
      parent.groups.push(group);
    }
    group.children.push(node);
  }
  return roots;
}

/**
 * The rows to show. Branches are open; iterations are when they are few or went wrong, until somebody decides otherwise.
 * @param chosen key of a group to whether it was opened or closed by hand
 */
export function stateRows(
  tree: readonly VisitNode[],
  chosen: ReadonlyMap<string, boolean>,
  depth = 0,
): StateRow[] {
  const rows: StateRow[] = [];
  for (const { visit, groups } of tree) {
    rows.push({ kind: 'visit', key: `v${visit.enteredEvent}`, depth, visit });
    for (const group of groups.toSorted((a, b) => a.index - b.index)) {
      const status = groupStatus(group);
      const wanted =
        group.kind === 'Branch' || groups.length <= OPEN_ITERATIONS || status === 'failed';
      const open = chosen.get(group.key) ?? wanted;
      const times = group.children.map((child) => child.visit);
      const running = times.some((one) => one.exitedAt === undefined);
      rows.push({
        kind: 'group',
        key: group.key,
        depth: depth + 1,
        label: `${group.kind} ${group.kind === 'Branch' ? group.index + 1 : group.index}`,
        status,
        from: Math.min(...times.map((one) => one.enteredAt)),
        to: running ? undefined : Math.max(...times.map((one) => one.exitedAt ?? 0)),
        open,
      });
      if (open) rows.push(...stateRows(group.children, chosen, depth + 2));
    }
  }
  return rows;
}

/** The status that a group as a whole has: the worst of its last words. */
export function groupStatus(group: GroupNode): VisitStatus {
  const statuses = new Set(group.children.map((child) => child.visit.status));
  const order: VisitStatus[] = ['failed', 'running', 'retrying', 'waiting', 'aborted'];
  return order.find((status) => statuses.has(status)) ?? 'succeeded';
}

function scopesOf(visit: StateVisit, known: Surroundings | undefined): Scope[] {
  const around = known?.get(visit.name);
  if (around === undefined) {
    return visit.iterations.map(({ state, index }) => ({ state, kind: 'Iteration', index }));
  }
  return around.map(({ state, branch }) => {
    if (branch !== undefined) return { state, kind: 'Branch', index: branch };
    const iteration = visit.iterations.find((one) => one.state === state);
    return { state, kind: 'Iteration', index: iteration?.index ?? 0 };
  });
}

function placeKey(scopes: readonly Scope[], name: string): string {
  return JSON.stringify([scopes.map(({ state, index }) => [state, index]), name]);
}

function unescapePointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}
