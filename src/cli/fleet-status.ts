/**
 * How far a fleet is: who follows which version of its template, and what came of those that try another one.
 * @module
 */
import type { Drift } from './fleet-drift.js';
import type { FleetFolder } from './fleet-files.js';
import { fleetUse } from './fleet-text.js';
import type { TriedCanary } from './fleet-verdict.js';
import { printable, table } from './text.js';

export interface TemplateStatus {
  readonly template: string;
  /** The newest version, when this is an older one. */
  readonly newest?: string;
  /** That use it, by their files. */
  readonly pipelines: number;
  /** Of those: nothing is told of them as drift. */
  readonly follow: number;
  readonly drift: number;
  /** Pipelines that have tried it: the newest challenge of each. */
  readonly canaries: readonly TriedCanary[];
}

/** Of every template that lies in the folder, is used or was tried. */
export function fleetStatus(
  fleet: FleetFolder,
  drift: readonly Drift[],
  canaries: readonly TriedCanary[],
): TemplateStatus[] {
  const drifting = new Set(drift.map(({ file }) => file));
  const known = fleetUse(fleet);
  const named = new Set(known.map(({ template }) => template));
  const gone = [...new Set(canaries.map(({ template }) => template))]
    .filter((template) => !named.has(template))
    .sort()
    .map((template) => ({ template, pipelines: [] }));
  return [...known, ...gone].map(({ pipelines, ...said }): TemplateStatus => {
    const count = pipelines.filter(({ file }) => drifting.has(file)).length;
    return {
      ...said,
      pipelines: pipelines.length,
      follow: pipelines.length - count,
      drift: count,
      canaries: canaries.filter(({ template }) => template === said.template),
    };
  });
}

/** One line for each template, and then one for each canary. */
export function statusText(templates: readonly TemplateStatus[]): string {
  const lines = table(
    ['template', 'newest', 'pipelines', 'follow it', 'with drift', 'canaries'],
    templates.map(({ template, newest, pipelines, follow, drift, canaries }) => [
      ...[printable(template), newest ?? '', String(pipelines), String(follow), String(drift)],
      canaryWords(canaries),
    ]),
  );
  const tried = templates.flatMap(({ canaries }) => canaries);
  if (tried.length === 0) return lines;
  const each = table(
    ['challenge', 'pipeline', 'team', 'tries', 'verdict', 'why'],
    tried.map(({ challenge, pipeline, team, template, state, verdict, reason }) => [
      ...[String(challenge), printable(pipeline), printable(team), printable(template)],
      ...[state === 'running' ? 'under way' : verdict, printable(reason ?? '')],
    ]),
  );
  return `${lines}\n\n${each}`;
}

/** @example canaryWords(canaries) // '1 under way, 3 won' */
function canaryWords(canaries: readonly TriedCanary[]): string {
  const running = canaries.filter(({ state }) => state === 'running').length;
  const of = (wanted: TriedCanary['verdict']): number =>
    canaries.filter(({ state, verdict }) => state !== 'running' && verdict === wanted).length;
  const counts: [number, string][] = [
    [running, 'under way'],
    ...(['won', 'lost', 'undecided'] as const).map((each): [number, string] => [of(each), each]),
  ];
  return counts
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(', ');
}
