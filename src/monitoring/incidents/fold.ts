/**
 * Which trouble comes of which: an upstream's failure owns what is late, missing or failed downstream of it.
 *
 *     listings FAILED ──▶ searches MISSING ──▶ report LATE        one incident: listings; the others are folded in
 *
 * The graph is walked from the thing that is in trouble, and no further than what lies around it: a walk costs what it visits,
 * not what there is. What was in trouble of its own accord before the upstream was, is not explained by it.
 * @module
 */
import { type Incident, isOpen } from './incident.js';

/** Things that one walk visits: beyond, nobody could say that this is the cause. */
const MOST_VISITED = 10_000;

/** What is upstream or downstream of a subject, by keys of subjects. */
export interface Neighbours {
  upstream(subject: string): readonly string[];
  downstream(subject: string): readonly string[];
}

/** Incidents of a subject that are open, of whatever team and tags. */
export type OpenOf = (subject: string) => readonly Incident[];

/**
 * The incident that explains one: of the nearest upstream that is in trouble, at its own root.
 * @param subject key of the subject that the incident is of
 * @param byNumber finds an incident that is open
 * @example causeOf(report, 'aws:1:r:job:report', neighbours, openOf, byNumber)?.number // 42
 */
export function causeOf(
  incident: Incident,
  subject: string,
  neighbours: Neighbours,
  openOf: OpenOf,
  byNumber: (number: number) => Incident | undefined,
): Incident | undefined {
  for (const level of levels(subject, (one) => neighbours.upstream(one))) {
    const found = level
      .flatMap((one) => openOf(one))
      .map((one) => (one.cause === undefined ? one : byNumber(one.cause)))
      .filter((one) => one !== undefined && explains(one, incident))
      .sort((a, b) => (a?.number ?? 0) - (b?.number ?? 0));
    if (found[0] !== undefined) return found[0];
  }
  return undefined;
}

/** Incidents downstream of one that it explains, themselves not folded in anywhere; the nearest first. */
export function effectsOf(
  incident: Incident,
  subject: string,
  neighbours: Neighbours,
  openOf: OpenOf,
): Incident[] {
  const found: Incident[] = [];
  for (const level of levels(subject, (one) => neighbours.downstream(one))) {
    for (const one of level.flatMap((key) => openOf(key))) {
      if (one.cause === undefined && explains(incident, one)) found.push(one);
    }
  }
  return found;
}

/** Whether the trouble of one explains that of another, if it lies upstream of it. */
export function explains(cause: Incident, effect: Incident): boolean {
  if (cause.number === effect.number || !isOpen(cause) || cause.cause !== undefined) return false;
  // Something that is only unlike itself stops nobody.
  if (!STOPS.has(cause.last.kind)) return false;
  if (effect.last.kind === 'late' || effect.last.kind === 'missing') return true;
  return effect.since >= cause.since;
}

const STOPS: ReadonlySet<string> = new Set(['failed', 'late', 'missing', 'alert']);

/** The subjects around one, nearest first, each once; without itself. */
function* levels(
  start: string,
  next: (subject: string) => readonly string[],
): Generator<readonly string[]> {
  const seen = new Set([start]);
  let level: readonly string[] = [start];
  while (level.length > 0 && seen.size < MOST_VISITED) {
    const further: string[] = [];
    for (const one of level) {
      for (const other of next(one)) {
        if (seen.has(other) || seen.size >= MOST_VISITED) continue;
        seen.add(other);
        further.push(other);
      }
    }
    if (further.length > 0) yield further;
    level = further;
  }
}
