/**
 * A file of monitors: what is watched over time, beside the pipelines and for things that no pipeline file describes.
 *
 *     team: parcels
 *     monitors:
 *       - { name: failing-counties, scope: { include: [county] }, groupBy: county, critical: 2 }
 *
 * @module
 */
import { z } from 'zod';
import { isObject } from '../../asl/json.js';
import type { Monitor } from '../../monitoring/monitors/monitor.js';
import { isDeployable, type Problem, sortProblems } from '../problem.js';
import { NAME_MESSAGE, NAME_PATTERN } from '../schema.js';
import { checked, type FileKind } from '../schema-problems.js';
import { problemAt, readSource } from '../source-file.js';
import { readMonitor, type WrittenMonitor, writtenMonitor } from './written-monitor.js';

/** Monitors of one file at most. */
const MOST = 1_000;
const TEAM = 'default';

const schema = z.strictObject({
  team: z.string().regex(NAME_PATTERN, NAME_MESSAGE).optional(),
  monitors: z.array(writtenMonitor).max(MOST),
});

const FIELDS: readonly string[] = Object.keys(writtenMonitor.shape);
const KIND: FileKind = {
  name: 'monitor',
  begin: 'monitors: [...]',
  fields: (path) => {
    if (path.length === 0) return ['team', 'monitors'];
    if (path.length === 2) return FIELDS;
    if (path.at(-1) === 'scope') return ['include', 'exclude', 'kind', 'pipeline'];
    return ['from', 'until', 'timezone', 'days', 'except', 'also'];
  },
};

/** A monitor as a file says it, with what it means. */
export interface DeclaredMonitor {
  readonly team: string;
  readonly name: string;
  readonly written: WrittenMonitor;
  readonly monitor: Monitor;
}

/**
 * Reads a file of monitors.
 * @returns none when anything in it is wrong, and everything that is wrong, each at its place
 * @example loadMonitors('watch.yaml', 'monitors: [{ name: all }]').monitors?.length // 1
 */
export function loadMonitors(
  file: string,
  text: string,
): { monitors?: readonly DeclaredMonitor[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const source = readSource(file, text, problems);
  if (source === undefined) return { problems };
  const { team = TEAM, monitors: list = [] } = checked(schema, source, KIND, problems);
  const monitors: DeclaredMonitor[] = [];
  const seen = new Map<string, number>();
  for (const [index, written] of (isDeployable(problems) ? list : []).entries()) {
    const { monitor, problems: own } = readMonitor(written, team);
    for (const { field, message, fix } of own) {
      problems.push(problemAt(source, ['monitors', index, ...field], 'MILL1304', message, { fix }));
    }
    const first = seen.get(written.name);
    seen.set(written.name, first ?? index);
    if (first !== undefined) {
      const message = `monitor "${written.name}" is in the list already, as number ${first + 1}`;
      const fix = 'give one of the two another name';
      problems.push(problemAt(source, ['monitors', index, 'name'], 'MILL1304', message, { fix }));
    }
    if (monitor !== undefined) monitors.push({ team, name: monitor.name, written, monitor });
  }
  const told = sortProblems(problems).map((problem) => ({ ...problem, ...teamOf(source.value) }));
  return isDeployable(problems) ? { monitors, problems: told } : { problems: told };
}

/** Whose file it is, as far as that can be read: problems are shown to their team. */
function teamOf(value: unknown): { team?: string } {
  const team = isObject(value as never) ? (value as { team?: unknown }).team : undefined;
  if (team === undefined) return { team: TEAM };
  return typeof team === 'string' ? { team } : {};
}
