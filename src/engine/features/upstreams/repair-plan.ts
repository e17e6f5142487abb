/**
 * What must run again after an execution was repaired: pipelines that depend on it, directly or through others, and have
 * worked on the same interval with what was there before.
 *
 *     fresh   its latest execution began after all it is made from had ended
 *     stale   it began before, or something that it is made from is stale itself
 *
 * A pipeline that has not run for the interval is no part of it: its own trigger starts it in time. A plan is read from
 * the store and changes nothing; when pipelines follow by themselves it becomes shorter by itself.
 * @module
 */
import { pipelineKey, pipelineOf, pipelineOfKey } from '../../../store/pipeline-ref.js';
import type { ExecutionRecord, PipelineRef } from '../../../store/store.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Upstreams } from './upstreams.js';

export interface RepairItem {
  pipeline: string;
  team: string;
  /**
   * start: everything that it is made from is there. later: something before it must run first. wait: it runs now.
   * blocked: something that it is made from ended without success.
   */
  action: 'start' | 'later' | 'wait' | 'blocked';
  reason: string;
  /** Id of its latest execution for the interval. */
  latest: string;
  /** For `start`: the name to start it by, the same for the same outcome of what it is made from. */
  name?: string;
}

export interface RepairPlan {
  /** Id of the execution that was repaired. */
  execution: string;
  /** Absent: it is for none, so nothing follows from it. */
  interval?: string;
  /** Why there can be nothing to repair. */
  problem?: string;
  /** Upstreams before what depends on them. */
  items: RepairItem[];
}

/** How the data of one pipeline stands; `end` says when it was made. */
type Standing = { type: 'fresh'; end: number } | { type: 'stale' } | { type: 'failed' };

/** Plans a repair of what follows from an execution. */
export async function planRepair(
  kernel: Pick<Kernel, 'store'>,
  upstreams: Upstreams,
  record: ExecutionRecord,
): Promise<RepairPlan> {
  const { id, interval, stoppedAt, header } = record;
  const repaired = pipelineKey(pipelineOf(record));
  const about = { execution: id, ...(interval === undefined ? {} : { interval }) };
  if (interval === undefined) return { ...about, problem: 'it is for no interval', items: [] };
  if (header.status !== 'SUCCEEDED' || stoppedAt === undefined) {
    return { ...about, problem: `it is ${header.status}`, items: [] };
  }
  const order = orderOf(repaired, (key) => upstreams.dependentsOf(key));
  const standings = new Map<string, Standing>([[repaired, { type: 'fresh', end: stoppedAt }]]);
  const items: RepairItem[] = [];
  for (const key of order) {
    if (key === repaired) continue;
    const pipeline = pipelineOfKey(key);
    const [latest] = await kernel.store.listExecutions({ pipeline, interval, limit: 1 });
    if (latest === undefined) continue;
    const above = [...standings].filter(([upstream]) =>
      upstreams.dependentsOf(upstream).includes(key),
    );
    if (above.length === 0) continue;
    const { standing, item } = judge(latest, above);
    standings.set(key, standing);
    if (item) items.push(item);
  }
  return { ...about, items };
}

/**
 * Whether a repair of the first pipeline runs the other: it depends on it, directly or through others.
 * @example follows(upstreams, { team: 'parcels', name: 'listings' }, { team: 'parcels', name: 'searches' })
 */
export function follows(upstreams: Upstreams, first: PipelineRef, other: PipelineRef): boolean {
  const key = pipelineKey(first);
  const below = orderOf(key, (one) => upstreams.dependentsOf(one));
  return pipelineKey(other) !== key && below.includes(pipelineKey(other));
}

function judge(
  latest: ExecutionRecord,
  above: readonly [key: string, Standing][],
): { standing: Standing; item?: RepairItem } {
  const { pipeline, team, id, startedAt, stoppedAt, header, interval = '' } = latest;
  const base = { pipeline, team, latest: id };
  const failed = above.find(([, { type }]) => type === 'failed');
  const stale = above.find(([, { type }]) => type === 'stale');
  if (failed) {
    const reason = `${nameOf(failed[0])} ended without success`;
    return { standing: { type: 'failed' }, item: { ...base, action: 'blocked', reason } };
  }
  if (stale) {
    const reason = `${nameOf(stale[0])} must run first`;
    return { standing: { type: 'stale' }, item: { ...base, action: 'later', reason } };
  }
  const ends = above.flatMap(([key, one]) =>
    one.type === 'fresh' ? [{ name: nameOf(key), end: one.end }] : [],
  );
  const newest = ends.reduce((a, b) => (b.end > a.end ? b : a));
  if (header.status === 'RUNNING') {
    return {
      standing: { type: 'stale' },
      item: { ...base, action: 'wait', reason: 'it runs now' },
    };
  }
  if (startedAt >= newest.end) {
    if (header.status !== 'SUCCEEDED') return { standing: { type: 'failed' } };
    return { standing: { type: 'fresh', end: stoppedAt ?? startedAt } };
  }
  const name = `repair-${interval.replaceAll(/[^A-Za-z0-9-]/g, '')}-${newest.end}`;
  const reason = `it began before ${newest.name} ended`;
  return { standing: { type: 'stale' }, item: { ...base, action: 'start', reason, name } };
}

function nameOf(key: string): string {
  return pipelineOfKey(key).name;
}

/** A pipeline and all that follows from it, each after what it follows from. Circles are cut. */
function orderOf(first: string, dependentsOf: (pipeline: string) => string[]): string[] {
  const done: string[] = [];
  const seen = new Set<string>();
  const visit = (pipeline: string): void => {
    if (seen.has(pipeline)) return;
    seen.add(pipeline);
    for (const dependent of dependentsOf(pipeline)) visit(dependent);
    done.push(pipeline);
  };
  visit(first);
  return done.reverse();
}
