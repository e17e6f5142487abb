/**
 * What the owner of a pipeline lets other teams do with it: nothing, unless it says so.
 *
 *     allow: { start: [reports], read: [reports, search] }      in the pipeline file
 *     millrace:allow-start = "reports"                          as a tag, for machines that a client made
 *
 * | | |
 * | --- | --- |
 * | start | a task of another team's pipeline may start it |
 * | read | another team's pipelines hear of its outcomes: as upstreams, as events, and as results of what they have started |
 *
 * `*` stands for every team. Whoever is not named is answered as if there were no such pipeline.
 * @module
 */
import { ALLOW } from '../../pipelines/sections/allow-section.js';
import { sectionOf } from '../../pipelines/sections/section.js';
import type { LoadedMachine } from './active-execution.js';

export type Permission = 'start' | 'read';

/** Tags that say it for machines without a file. */
const TAGS: { readonly [permission in Permission]: string } = {
  start: 'millrace:allow-start',
  read: 'millrace:allow-read',
};
const EVERY_TEAM = '*';

/**
 * Whether a team may do this with a pipeline. Its own team may.
 * @example allows(machine, 'start', 'reports')
 */
export function allows(machine: LoadedMachine, permission: Permission, team: string): boolean {
  if (machine.record.team === team) return true;
  const teams = teamsAllowed(machine, permission);
  return teams.includes(team) || teams.includes(EVERY_TEAM);
}

/** Teams that the owner names. */
function teamsAllowed({ deployment }: LoadedMachine, permission: Permission): string[] {
  const tagged = Object.hasOwn(deployment.tags, TAGS[permission])
    ? deployment.tags[TAGS[permission]]
    : undefined;
  return [
    ...(sectionOf(ALLOW, deployment)?.[permission] ?? []),
    ...(tagged ?? '').split(/[\s]+/).filter((name) => name !== ''),
  ];
}
