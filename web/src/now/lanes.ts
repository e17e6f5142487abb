/**
 * The last 24 hours and the next one as lanes: one for each thing that is watched, in groups, with what ended, runs, and is
 * due. Places are per cent of the width, so that the drawing fits wherever it stands.
 * @module
 */
import type { CheckResult, Overview } from '../api/types.js';
import { subjectId, subjectName } from '../format/subject.js';
import type { Status } from '../parts/status.js';

export const BEFORE_MS = 24 * 3_600_000;
export const AFTER_MS = 3_600_000;
/** Bars are never narrower than this, per cent: what took a second is still there. */
const NARROWEST = 0.25;

export interface Bar {
  key: string;
  /** Per cent. */
  left: number;
  width: number;
  status: Status;
  execution?: string;
  startedAt: number;
  endedAt: number | undefined;
}

export interface Mark {
  key: string;
  left: number;
  /** What was due and did not come, or what is due. */
  kind: 'missed' | 'due' | 'start';
  at: number;
  words: string;
}

export interface Lane {
  key: string;
  team: string;
  name: string;
  pipeline?: string;
  bars: Bar[];
  marks: Mark[];
}

export interface LaneGroup {
  /** Value of the tag; empty: without it. */
  value: string;
  lanes: Lane[];
}

interface Parts {
  results: readonly CheckResult[];
  overview: Pick<Overview, 'now' | 'running' | 'late' | 'next'>;
  /** A tag, or `team`. */
  by: string;
}

/** Lanes by name, in groups by value; those without the tag come last. */
export function lanesOf({
  results,
  overview: { now, running, late, next },
  by,
}: Parts): LaneGroup[] {
  const lanes = new Map<string, Lane & { group: string }>();
  const lane = (
    key: string,
    made: () => { team: string; name: string; pipeline?: string; tags?: { [key: string]: string } },
  ): Lane => {
    let known = lanes.get(key);
    if (known === undefined) {
      const { tags, ...rest } = made();
      known = { key, ...rest, group: groupOf(rest.team, tags, by), bars: [], marks: [] };
      lanes.set(key, known);
    }
    return known;
  };
  const left = (at: number): number => ((at - now + BEFORE_MS) / (BEFORE_MS + AFTER_MS)) * 100;

  for (const result of results) {
    const { team, subject, at, status, number, pipeline, tags, execution } = result;
    const startedAt = result.startedAt ?? at;
    if (at < now - BEFORE_MS) continue;
    const start = Math.max(0, left(startedAt));
    lane(keyOf(team, subject, pipeline), () => ({
      ...{ team, name: subjectName(subject), tags },
      ...(pipeline === undefined ? {} : { pipeline }),
    })).bars.push({
      ...{ key: String(number), left: start, width: Math.max(NARROWEST, left(at) - start) },
      ...{ status, startedAt, endedAt: at },
      ...(execution === undefined ? {} : { execution }),
    });
  }
  for (const { id, pipeline, team, startedAt } of running) {
    const start = Math.max(0, left(startedAt));
    lane(`${team} ${pipeline}`, () => ({ team, name: pipeline, pipeline })).bars.push({
      ...{ key: id, left: start, width: Math.max(NARROWEST, left(now) - start) },
      ...{ status: 'RUNNING' as const, startedAt, endedAt: undefined, execution: id },
    });
  }
  for (const { team, subject, pipeline, due, sentence, tags } of late) {
    if (due === undefined || due < now - BEFORE_MS || due > now) continue;
    lane(keyOf(team, subject, pipeline), () => ({
      ...{ team, name: subjectName(subject), tags },
      ...(pipeline === undefined ? {} : { pipeline }),
    })).marks.push({
      ...{ key: `missed ${due} ${sentence}`, left: left(due), kind: 'missed' },
      ...{ at: due, words: sentence },
    });
  }
  for (const { at, pipeline, team, what, words } of next) {
    lane(`${team} ${pipeline}`, () => ({ team, name: pipeline, pipeline })).marks.push({
      ...{
        key: `${what} ${at} ${words}`,
        left: left(at),
        kind: what === 'start' ? 'start' : 'due',
      },
      ...{ at, words },
    });
  }
  return grouped([...lanes.values()]);
}

/** A lane of a pipeline is found by its executions too, which know no subject. */
function keyOf(
  team: string,
  subject: CheckResult['subject'],
  pipeline: string | undefined,
): string {
  const isOwn = subject.kind === 'pipeline' && pipeline !== undefined;
  return isOwn ? `${team} ${pipeline}` : `${team} ${subjectId(subject)}`;
}

function groupOf(team: string, tags: { [key: string]: string } | undefined, by: string): string {
  if (by === 'team') return team;
  const wanted = by.toLowerCase();
  return Object.entries(tags ?? {}).find(([key]) => key.toLowerCase() === wanted)?.[1] ?? '';
}

function grouped(lanes: readonly (Lane & { group: string })[]): LaneGroup[] {
  const groups = new Map<string, Lane[]>();
  for (const { group, ...lane } of lanes) {
    const known = groups.get(group);
    if (known === undefined) groups.set(group, [lane]);
    else known.push(lane);
  }
  const last = (value: string): number => (value === '' ? 1 : 0);
  return [...groups]
    .sort(([a], [b]) => last(a) - last(b) || (a < b ? -1 : 1))
    .map(([value, all]) => ({ value, lanes: all.sort((a, b) => (a.name < b.name ? -1 : 1)) }));
}
