/**
 * Turns a history into what people ask for: which states ran, how long, how often they were tried, and what went wrong.
 *
 * Every event links to an earlier one of its thread, so each event after a StateEntered belongs to the visit of the event
 * it links to.
 * @module
 */
import type { StateVisit } from '../api/traces.js';
import type { Json } from '../asl/json.js';
import type { HistoryEvent } from '../asl/transition.js';

/**
 * Folds history events, oldest first, into visits in the order of their entry.
 * @example stateVisits(history).filter((visit) => visit.status === 'failed')
 */
export function stateVisits(history: readonly HistoryEvent[]): StateVisit[] {
  const visits: StateVisit[] = [];
  /** Visit that an event belongs to. */
  const byEvent = new Map<number, StateVisit>();
  /** Iterations in which an event happened. */
  const iterations = new Map<number, StateVisit['iterations']>();

  for (const event of history) {
    const { details, type } = event;
    const around = iterations.get(event.prev) ?? [];
    iterations.set(event.id, around);
    if (type.endsWith('StateEntered')) {
      const visit: StateVisit = {
        name: String(details.name),
        type: type.slice(0, -'StateEntered'.length),
        status: type.startsWith('Wait') ? 'waiting' : 'running',
        enteredEvent: event.id,
        enteredAt: event.at,
        iterations: around,
        attempts: 0,
        input: details.input as Json,
      };
      visits.push(visit);
      byEvent.set(event.id, visit);
      continue;
    }
    if (type === 'MapIterationStarted') {
      const state = String(details.name);
      iterations.set(event.id, [
        ...outside(around, state),
        { state, index: Number(details.index) },
      ]);
      const map = byEvent.get(event.prev);
      if (map !== undefined) byEvent.set(event.id, map);
      continue;
    }
    const visit = visitOf(event, byEvent, visits);
    if (visit === undefined) continue;
    byEvent.set(event.id, visit);
    apply(visit, event);
    // What follows a finished iteration belongs to the Map state around it.
    if (type.startsWith('MapState')) iterations.set(event.id, visit.iterations);
  }
  if (history.some((event) => END_EVENTS.has(event.type))) closeOpen(visits, history);
  return nested(visits, 0);
}

/** Puts what ran inside of a Map right after it, iteration by iteration. */
function nested(visits: readonly StateVisit[], depth: number): StateVisit[] {
  const own = visits.filter((visit) => visit.iterations.length === depth);
  const inner = visits.filter((visit) => visit.iterations.length > depth);
  if (inner.length === 0) return own;
  return own.flatMap((visit) => {
    if (visit.type !== 'Map') return [visit];
    const inside = inner
      .filter(
        ({ iterations, enteredEvent }) =>
          iterations[depth]?.state === visit.name &&
          visit.iterations.every(({ index }, i) => iterations[i]?.index === index) &&
          belongs(enteredEvent, visit, own),
      )
      .sort((a, b) => (a.iterations[depth]?.index ?? 0) - (b.iterations[depth]?.index ?? 0));
    return [visit, ...nested(inside, depth + 1)];
  });
}

/** A Map may be visited again in a loop: what was entered after its next visit belongs to that one. */
function belongs(event: number, visit: StateVisit, own: readonly StateVisit[]): boolean {
  const next = own.find(
    (other) =>
      other.name === visit.name &&
      other.enteredEvent > visit.enteredEvent &&
      other.iterations.every(({ index }, i) => visit.iterations[i]?.index === index),
  );
  return event > visit.enteredEvent && (next === undefined || event < next.enteredEvent);
}

const END_EVENTS = new Set(['ExecutionFailed', 'ExecutionTimedOut', 'ExecutionAborted']);

function outside(around: StateVisit['iterations'], state: string): StateVisit['iterations'] {
  const at = around.findIndex((iteration) => iteration.state === state);
  return at < 0 ? around : around.slice(0, at);
}

function visitOf(
  event: HistoryEvent,
  byEvent: Map<number, StateVisit>,
  visits: readonly StateVisit[],
): StateVisit | undefined {
  const { name } = event.details;
  const linked = byEvent.get(event.prev);
  if (
    event.type.endsWith('StateExited') &&
    linked?.name === name &&
    linked?.exitedAt === undefined
  ) {
    return linked;
  }
  if (event.type.endsWith('StateExited') || event.type === 'EvaluationFailed') {
    const wanted = event.type === 'EvaluationFailed' ? event.details.state : name;
    return visits.findLast((visit) => visit.name === wanted && visit.exitedAt === undefined);
  }
  if (/^(Map|Parallel)State(Started|Succeeded|Failed)$/.test(event.type)) {
    const type = event.type.startsWith('Map') ? 'Map' : 'Parallel';
    return visits.findLast((visit) => visit.type === type && visit.exitedAt === undefined);
  }
  return linked;
}

function apply(visit: StateVisit, event: HistoryEvent): void {
  const { type, details } = event;
  if (type.endsWith('StateExited')) {
    visit.exitedAt = event.at;
    visit.status = visit.error === undefined ? 'succeeded' : 'caught';
    if (details.output !== undefined) visit.output = details.output;
    return;
  }
  if (type.endsWith('Scheduled')) {
    visit.attempts += 1;
    visit.status = 'running';
    visit.resource = resourceOf(details);
    delete visit.error;
    delete visit.cause;
    return;
  }
  if (type.endsWith('Aborted')) {
    visit.status = 'aborted';
    visit.exitedAt = event.at;
    return;
  }
  if (
    /(Failed|TimedOut)$/.test(type) &&
    !type.startsWith('Execution') &&
    !type.startsWith('MapIteration')
  ) {
    visit.status = 'retrying';
    visit.error = typeof details.error === 'string' ? details.error : (visit.error ?? 'Failed');
    if (typeof details.cause === 'string') visit.cause = details.cause;
  }
}

function resourceOf(details: { [key: string]: Json }): string {
  const { resourceType, resource } = details;
  return typeof resourceType === 'string' ? `${resourceType}:${resource}` : String(resource);
}

/** The execution has ended: whatever was still open failed with it or was stopped by it. */
function closeOpen(visits: StateVisit[], history: readonly HistoryEvent[]): void {
  const end = history.findLast((event) => END_EVENTS.has(event.type));
  if (end === undefined || history.at(-1) !== end) return;
  const open = visits.filter((visit) => visit.exitedAt === undefined);
  const failing = open.filter((visit) => visit.error !== undefined || visit.type === 'Fail');
  for (const visit of open) {
    visit.exitedAt = end.at;
    const failed =
      failing.includes(visit) ||
      (end.type === 'ExecutionFailed' && failing.length === 0 && visit === open.at(-1));
    visit.status = failed ? 'failed' : 'aborted';
    if (!failed) continue;
    if (visit.error === undefined && typeof end.details.error === 'string')
      visit.error = end.details.error;
    if (visit.cause === undefined && typeof end.details.cause === 'string')
      visit.cause = end.details.cause;
  }
}
