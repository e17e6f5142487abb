/**
 * What dbt leaves behind when it has ended: `run_results.json`, and the list of nodes with what each of them needs.
 *
 * Source: https://docs.getdbt.com/reference/artifacts/run-results-json
 * @module
 */
import type { Json, JsonObject } from '../connector.js';

/** One model, test, seed or snapshot. */
export interface DbtNode {
  /** `model.shop.orders`. */
  node: string;
  status: 'succeeded' | 'failed' | 'warned' | 'skipped';
  seconds: number;
  /** Rows that it wrote, where the database tells. */
  rows?: number;
  /** What dbt says of it when it did not succeed. */
  message?: string;
}

export interface DbtSummary {
  invocation: string;
  version: string;
  seconds: number;
  succeeded: number;
  failed: number;
  warned: number;
  skipped: number;
  /** What did not succeed first, then the slowest; at most 200. */
  nodes: DbtNode[];
  /** Nodes that are not shown. */
  more: number;
}

const MOST_NODES = 200;
const LONGEST_MESSAGE = 1_000;

/** dbt's words for what came of a node. */
const STATUS: { readonly [word: string]: DbtNode['status'] } = {
  success: 'succeeded',
  pass: 'succeeded',
  'no-op': 'succeeded',
  warn: 'warned',
  error: 'failed',
  fail: 'failed',
  'runtime error': 'failed',
  'partial success': 'failed',
  skipped: 'skipped',
};

/**
 * @param results the content of `run_results.json`
 * @example summarizeResults({ results: [{ unique_id: 'model.a.b', status: 'success' }] }).succeeded // 1
 */
export function summarizeResults(results: Json): DbtSummary {
  const all = object(results);
  const metadata = object(all.metadata);
  const nodes = (Array.isArray(all.results) ? all.results : []).map((one) => nodeOf(object(one)));
  const count = (status: DbtNode['status']): number =>
    nodes.filter((node) => node.status === status).length;
  const order: DbtNode['status'][] = ['failed', 'warned', 'skipped', 'succeeded'];
  const shown = nodes
    .sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status) || b.seconds - a.seconds)
    .slice(0, MOST_NODES);
  return {
    invocation: text(metadata.invocation_id),
    version: text(metadata.dbt_version),
    seconds: number(all.elapsed_time),
    ...{ succeeded: count('succeeded'), failed: count('failed') },
    ...{ warned: count('warned'), skipped: count('skipped') },
    nodes: shown,
    more: nodes.length - shown.length,
  };
}

function nodeOf(one: JsonObject): DbtNode {
  const status = STATUS[text(one.status)] ?? 'failed';
  const rows = object(one.adapter_response).rows_affected;
  const message = text(one.message).slice(0, LONGEST_MESSAGE);
  return {
    node: text(one.unique_id).slice(0, 500),
    status,
    seconds: Math.round(number(one.execution_time) * 1000) / 1000,
    // -1: the database does not tell.
    ...(typeof rows === 'number' && rows >= 0 ? { rows } : {}),
    ...(status === 'succeeded' || message === '' ? {} : { message }),
  };
}

/** A node as `dbt list` prints it. */
interface ListedNode {
  readonly id: string;
  readonly name: string;
  readonly needs: readonly string[];
}

/**
 * Nodes in layers: those of a layer need none of the same and only what lies before it. What is not in the list is needed for nothing.
 * @param printed what `dbt list --output json` printed; lines that are no JSON are dbt's talk
 * @throws Error when nodes need each other
 * @example layersOf('{"unique_id": "model.a.b", "name": "b", "depends_on": {"nodes": []}}') // [['b']]
 */
export function layersOf(printed: string): string[][] {
  const nodes = printed.split('\n').flatMap((line) => listed(line));
  const waiting = new Map(nodes.map((node) => [node.id, node]));
  const layers: string[][] = [];
  while (waiting.size > 0) {
    const ready = [...waiting.values()].filter(
      ({ needs, id }) => !needs.some((need) => need !== id && waiting.has(need)),
    );
    if (ready.length === 0)
      throw new Error(`nodes need each other: ${[...waiting.keys()].slice(0, 5).join(', ')}`);
    for (const { id } of ready) waiting.delete(id);
    layers.push(ready.map(({ name }) => name).sort());
  }
  return layers;
}

function listed(line: string): ListedNode[] {
  if (!line.startsWith('{')) return [];
  let value: JsonObject;
  try {
    value = object(JSON.parse(line) as Json);
  } catch {
    return [];
  }
  const { nodes } = object(value.depends_on);
  const id = text(value.unique_id);
  const name = text(value.name);
  if (id === '' || name === '') return [];
  const needs = (Array.isArray(nodes) ? nodes : []).filter((one) => typeof one === 'string');
  return [{ id, name, needs }];
}

function object(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

function number(value: Json | undefined): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
