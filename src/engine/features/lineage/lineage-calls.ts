/**
 * `engine.lineage`: where data came from, what was made of it, and what others tell of theirs.
 * @module
 */
import type { Json } from '../../../asl/json.js';
import type { TracedTable } from '../../../datasets/lineage/column-lineage.js';
import { readEvent } from '../../../datasets/openlineage/read-event.js';
import type { DurableRequest } from '../../kernel/durable-request.js';
import { EngineError } from '../../kernel/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import { fromCursor, limitOf, type Page, toCursor } from '../../kernel/pages.js';
import { type OneTeam, type Scope, sees, teamOf, teamsIn } from '../../kernel/scope.js';
import type { Lineage } from './lineage.js';
import { TOLD_DATASETS, type ToldDatasetRow, type ToldFlowRow } from './lineage-tables.js';
import { type Beyond, neighbourhood, type Opened } from './neighbourhood.js';
import type { OutboxCounts } from './outbox.js';
import type { Direction, KnownDatasets, KnownVersion } from './peers.js';
import { type RepairStep, repairSteps } from './repair-steps.js';
import { columnLineageOf } from './run-facts.js';
import type { TakenRun } from './told-runs.js';
import { type Node, type Walked, walk } from './walk.js';

/** A version of ours, or data of others. Times in milliseconds since the epoch. */
export interface LineageNode {
  readonly id: Node;
  /** Hops from what was asked for. */
  readonly hop: number;
  readonly provider: 'millrace' | 'openlineage';
  /** Who owns it; of others whose token told of it. */
  readonly team: string;
  readonly name: string;
  readonly namespace?: string;
  readonly version?: string;
  readonly at: number;
  readonly isCurrent?: boolean;
  readonly state?: KnownVersion['state'];
  readonly pipeline?: string;
  readonly task?: string;
  readonly execution?: string;
  readonly codeVersion?: string;
  readonly interval?: string;
  readonly rows?: number;
  readonly columns?: TracedTable;
}

export interface LineageEdge {
  readonly output: Node;
  readonly input: Node;
  /** A job of others; absent: an execution of ours, that of the output. */
  readonly job?: { readonly namespace: string; readonly name: string; readonly run: string };
}

export interface LineageDetail {
  readonly direction: Direction;
  readonly hops: number;
  readonly nodes: readonly LineageNode[];
  readonly edges: readonly LineageEdge[];
  /** There is more in this direction. */
  readonly isCut: boolean;
}

export interface LineageQuery {
  /** `current`, or an id. Default: current. */
  readonly version?: string;
  /** Of data of others: the name is theirs. */
  readonly namespace?: string;
  readonly direction?: Direction;
  /** Default: 2; at most 20. */
  readonly hops?: number;
  /** Nodes. Default: 200; at most 1,000, with columns 200. */
  readonly limit?: number;
  readonly columns?: boolean;
}

/** What lies around a version, both ways. */
export interface LineageAround {
  /** Hops of the nodes: below 0 what it was made of, above 0 what was made of it. What was asked for first. */
  readonly nodes: readonly (LineageNode & { readonly up: Beyond; readonly down: Beyond })[];
  readonly edges: readonly (LineageEdge & {
    /** Through data of teams that are not seen. */
    readonly isIndirect: boolean;
  })[];
  /** The picture is full. */
  readonly isCut: boolean;
}

export interface AroundQuery extends Pick<LineageQuery, 'version' | 'namespace' | 'hops'> {
  /** Nodes of which more is wanted, in the order in which they were opened; at most 50. */
  readonly opened?: readonly Opened[];
}

export interface VersionRepair {
  readonly version: LineageNode;
  readonly steps: readonly RepairStep[];
  /** Versions that were made of it, and how many of them are not current any more. */
  readonly touched: number;
  readonly replaced: number;
  readonly isCut: boolean;
}

export interface LineageCalls {
  /** Throws DatasetNotFound, DatasetAmbiguous, DatasetVersionNotFound. */
  of(scope: Scope, name: string, query?: LineageQuery): Promise<LineageDetail>;
  /** Both ways, few neighbours of each node: as much as a picture holds. Throws as `of`. */
  around(scope: Scope, name: string, query?: AroundQuery): Promise<LineageAround>;
  /** What a bad version touched, and what to do. Throws as `of`. */
  repair(scope: Scope, name: string, version: string): Promise<VersionRepair>;
  /** Versions that an execution wrote and read: where a row with its stamp came from. Throws ExecutionNotFound. */
  ofExecution(
    scope: Scope,
    execution: string,
  ): Promise<{ written: LineageNode[]; read: LineageNode[] }>;
  /** Takes an event of OpenLineage. Throws LineageEventRefused, TooManyQueued. */
  take(scope: OneTeam, event: Json): Promise<TakenRun & { readonly ignored: readonly string[] }>;
  /** Data of others, what was told of last first. */
  told(
    scope: Scope,
    page?: { readonly limit?: number; readonly cursor?: string },
  ): Promise<Page<LineageNode>>;
  /** How events to others fare; undefined: none are sent. */
  sending(): OutboxCounts | undefined;
}

/** What calls need besides. */
export interface LineageParts {
  readonly lineage: Lineage;
  readonly datasets: KnownDatasets;
  /** Number of a version that somebody names. */
  numberOf(scope: Scope, name: string, version: string): Promise<number>;
  /** Number of an execution that somebody names. */
  executionOf(scope: Scope, id: string): Promise<number>;
  /** Whether `millrace repair` of one pipeline runs the other. */
  follows(first: KnownVersion, other: KnownVersion): boolean;
  readonly request: DurableRequest;
}

const HOPS = 2;
const MOST_HOPS = 20;
/** Of a picture: what is further away is opened node by node. */
const MOST_HOPS_AROUND = 5;
const MOST_OPENED = 50;
const NODES = 200;
const MOST_NODES = 1_000;
/** Events of others that wait for one another. */
const MOST_TAKING = 1_000;

export function lineageCalls(kernel: Kernel, parts: LineageParts): LineageCalls {
  const { lineage, datasets, request } = parts;
  const { reads } = kernel;
  /** One after the other: what one makes known the next must know. */
  let taking: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  function follow(
    scope: Scope,
    start: readonly Node[],
    direction: Direction,
    { hops = HOPS, limit = NODES }: Pick<LineageQuery, 'hops' | 'limit'>,
  ): Promise<Walked> {
    const bounds = { hops: within(hops, MOST_HOPS), nodes: within(limit, MOST_NODES) };
    return walk(kernel, datasets, start, direction, bounds, ({ team }) => sees(scope, team));
  }

  /** Whose nodes are. */
  async function teamsOf(nodes: readonly Node[]): Promise<Map<Node, string>> {
    const numbers = (kind: string): number[] =>
      nodes.filter((one) => one.startsWith(kind)).map((one) => Number(one.slice(1)));
    const versions = await datasets.versions(numbers('v'));
    const told = await toldRows(numbers('t'));
    return new Map([
      ...versions.map(({ number, team }): [Node, string] => [`v${number}`, team]),
      ...told.map(({ number, team }): [Node, string] => [`t${number}`, team]),
    ]);
  }

  async function nodesOf(
    scope: Scope,
    { nodes }: Pick<Walked, 'nodes'>,
    withColumns: boolean,
  ): Promise<LineageNode[]> {
    const numbers = (kind: string): number[] =>
      [...nodes.keys()].filter((one) => one.startsWith(kind)).map((one) => Number(one.slice(1)));
    const hopOf = (node: Node): number => nodes.get(node) ?? 0;
    const versions = (await datasets.versions(numbers('v'))).filter(({ team }) =>
      sees(scope, team),
    );
    const ours = versions.map((version) => versionNode(version, hopOf(`v${version.number}`)));
    const told = (await toldRows(numbers('t'))).filter(({ team }) => sees(scope, team));
    const theirs = told.map((row) => toldNode(row, hopOf(`t${row.number}`)));
    const all = [...ours, ...theirs].sort((a, b) => a.hop - b.hop || b.at - a.at);
    if (!withColumns) return all;
    return await Promise.all(
      all.map(async (node) => {
        const isOurs = node.provider === 'millrace';
        const columns = isOurs && (await columnLineageOf(kernel, Number(node.id.slice(1))));
        return columns ? { ...node, columns } : node;
      }),
    );
  }

  async function toldRows(numbers: readonly number[]): Promise<ToldDatasetRow[]> {
    const pages: ToldDatasetRow[][] = [];
    for (let at = 0; at < numbers.length; at += 500) {
      const number = numbers.slice(at, at + 500);
      pages.push(await reads.listRows(TOLD_DATASETS, { where: { number } }));
    }
    return pages.flat();
  }

  function versionNode(version: KnownVersion, hop: number): LineageNode {
    const {
      number,
      team,
      dataset: name,
      version: id,
      at,
      state,
      pipeline,
      interval,
      rows,
    } = version;
    return {
      ...{ id: `v${number}`, hop, provider: 'millrace', team, name, version: id, at },
      ...{ isCurrent: datasets.isCurrent(version), state, pipeline },
      ...{ task: version.stateName, execution: version.executionId },
      codeVersion: version.codeVersion,
      ...(interval === undefined ? {} : { interval }),
      ...(rows === undefined ? {} : { rows }),
    };
  }

  async function startOf(
    scope: Scope,
    name: string,
    { version = 'current', namespace }: LineageQuery,
  ): Promise<Node> {
    if (namespace === undefined) return `v${await parts.numberOf(scope, name, version)}`;
    const rows = await reads.listRows(TOLD_DATASETS, { where: { namespace, name }, limit: 1_000 });
    const [row, second] = rows.filter(({ team }) => sees(scope, team));
    if (row === undefined) throw new EngineError('DatasetNotFound', { name });
    if (second !== undefined) {
      const teams = rows.filter(({ team }) => sees(scope, team)).map(({ team }) => team);
      throw new EngineError('DatasetAmbiguous', { name, teams: teams.join(', ') });
    }
    return `t${row.number}`;
  }

  async function takeNow(scope: OneTeam, event: Json): ReturnType<LineageCalls['take']> {
    const read = readEvent(event);
    if ('problems' in read) {
      throw new EngineError('LineageEventRefused', { problems: read.problems.join('; ') });
    }
    const team = teamOf(scope);
    const needs = lineage.told.needs(team, read.run);
    const taken = await request<TakenRun>((settle) => ({
      refuse: settle.reject,
      needs: () => needs.all,
      perform: (turn) => {
        lineage.told.take(turn, team, read.run, needs, settle.resolve);
        return 'done';
      },
    }));
    return { ...taken, ignored: read.ignored };
  }

  return {
    async of(scope, name, query = {}) {
      const { direction = 'up', columns = false, hops = HOPS } = query;
      const start = await startOf(scope, name, query);
      const limit = columns ? within(query.limit ?? NODES, NODES) : query.limit;
      const walked = await follow(scope, [start], direction, {
        ...query,
        ...(limit === undefined ? {} : { limit }),
      });
      const nodes = await nodesOf(scope, walked, columns);
      const shown = new Set(nodes.map(({ id }) => id));
      const edges = walked.edges
        .filter(({ output, input }) => shown.has(output) && shown.has(input))
        .map(({ output, input, flow }): LineageEdge => {
          const row = flow === undefined ? undefined : walked.flows.get(flow);
          return { output, input, ...(row === undefined ? {} : { job: jobOf(row) }) };
        });
      return { direction, hops: within(hops, MOST_HOPS), nodes, edges, isCut: walked.isCut };
    },
    async around(scope, name, query = {}) {
      const start = await startOf(scope, name, query);
      const { edges, ...found } = await neighbourhood(
        kernel,
        datasets,
        start,
        within(query.hops ?? HOPS, MOST_HOPS_AROUND),
        (query.opened ?? []).slice(0, MOST_OPENED),
        { sees: (team) => sees(scope, team), teamsOf },
      );
      const none = { count: 0, isAtLeast: false, canOpen: false };
      const nodes = (await nodesOf(scope, found, false)).map((node) => ({
        ...node,
        ...(found.beyond.get(node.id) ?? { up: none, down: none }),
      }));
      const isStart = (node: LineageNode): number => (node.id === start ? 0 : 1);
      return {
        nodes: nodes.sort((a, b) => isStart(a) - isStart(b)),
        edges: edges.map(({ output, input, flow, isIndirect }) => {
          const row = flow === undefined ? undefined : found.flows.get(flow);
          return { output, input, isIndirect, ...(row === undefined ? {} : { job: jobOf(row) }) };
        }),
        isCut: found.isCut,
      };
    },
    async repair(scope, name, version) {
      const number = await parts.numberOf(scope, name, version);
      const [bad] = await datasets.versions([number]);
      if (bad === undefined) throw new EngineError('DatasetVersionNotFound', { name, version });
      const walked = await follow(scope, [`v${number}`], 'down', {
        hops: MOST_HOPS,
        limit: MOST_NODES,
      });
      const nodes = await nodesOf(scope, walked, false);
      const ids = nodes.filter(({ provider }) => provider === 'millrace').slice(1);
      const rows = await datasets.versions(ids.map(({ id }) => Number(id.slice(1))));
      const byNumber = new Map(rows.map((row) => [`v${row.number}`, row]));
      const touched = ids.flatMap(({ id }) => byNumber.get(id) ?? []);
      const steps = await repairSteps(datasets, bad, touched, (other) => parts.follows(bad, other));
      const foreign = nodes.filter(({ provider }) => provider === 'openlineage');
      const replaced = touched.filter((one) => !datasets.isCurrent(one)).length;
      return {
        version: versionNode(bad, 0),
        steps: [...steps, ...foreign.map(tellStep)],
        touched: touched.length + foreign.length,
        replaced,
        isCut: walked.isCut,
      };
    },
    async ofExecution(scope, id) {
      const { written, read } = await datasets.ofExecution(await parts.executionOf(scope, id));
      const shown = (versions: readonly KnownVersion[], hop: number): LineageNode[] =>
        versions.filter(({ team }) => sees(scope, team)).map((one) => versionNode(one, hop));
      return { written: shown(written, 0), read: shown(read, 1) };
    },
    async take(scope, event) {
      if (waiting >= MOST_TAKING) throw new EngineError('TooManyQueued', { queued: waiting });
      waiting += 1;
      const turn = taking.then(() => takeNow(scope, event));
      taking = turn.catch(() => undefined);
      try {
        return await turn;
      } finally {
        waiting -= 1;
      }
    },
    async told(scope, { limit: wanted, cursor } = {}) {
      const limit = limitOf(wanted);
      const [below] = cursor === undefined ? [] : fromCursor('told-datasets', cursor, 1);
      const team = teamsIn(scope);
      const found = await reads.listRows(TOLD_DATASETS, {
        ...(team === undefined ? {} : { where: { team } }),
        ...(below === undefined ? {} : { below: { number: below } }),
        order: { by: ['number'], down: true },
        limit: limit + 1,
      });
      const last = found[limit - 1];
      const isMore = found.length > limit && last !== undefined;
      return {
        items: found.slice(0, limit).map((row) => toldNode(row, 0)),
        ...(isMore ? { next: toCursor('told-datasets', [last.number]) } : {}),
      };
    },
    sending: () => lineage.outbox?.counts,
  };
}

function within(wanted: number, most: number): number {
  return Math.max(1, Math.min(most, wanted));
}

function jobOf({ namespace, job: name, run }: ToldFlowRow): NonNullable<LineageEdge['job']> {
  return { namespace, name, run };
}

function toldNode(
  { number, team, namespace, name, at, said }: ToldDatasetRow,
  hop: number,
): LineageNode {
  const { version, rows } = (said ?? {}) as { version?: string; rows?: number };
  return {
    ...{ id: `t${number}`, hop, provider: 'openlineage', team, namespace, name, at },
    ...(version === undefined ? {} : { version }),
    ...(rows === undefined ? {} : { rows }),
  };
}

function tellStep({ team, name, namespace = '' }: LineageNode): RepairStep {
  return {
    action: 'tell',
    team,
    dataset: name,
    reason: `it lies in ${namespace}, and others make it: tell them`,
  };
}
