/**
 * What of a fleet is not as it should be: in its files, and between files and what is deployed.
 * @module
 */

import { dirname } from 'node:path';
import type { Challenge } from '../api/challengers.js';
import { PATHS, pathTo } from '../api/paths.js';
import type { Pipeline, PipelineDetail } from '../api/pipelines.js';
import type { JsonObject } from '../asl/json.js';
import { differingParts } from '../pipelines/fleet/compare-deployed.js';
import { newerThan } from '../pipelines/fleet/template-reference.js';
import type { PipelinePlan } from '../pipelines/plan.js';
import type { Client } from './client.js';
import { type FleetFile, type FleetFolder, memberKey } from './fleet-files.js';

export type DriftKind =
  | 'cannot be loaded'
  | 'older template'
  | 'overrides its template'
  | 'not deployed'
  | 'differs from what is deployed'
  | 'a challenger was promoted';

export interface Drift {
  readonly pipeline: string;
  /** Absent when the file cannot be loaded. */
  readonly team?: string;
  readonly file: string;
  readonly kind: DriftKind;
  /** In words: versions, sections, parts. */
  readonly what: string;
}

/** What files alone tell. */
export function driftOfFiles({ files, templates }: FleetFolder): Drift[] {
  return files.flatMap((one) => {
    const found: Drift[] = [];
    const wrong = one.problems.find(({ severity }) => severity === 'error');
    if (one.plan === undefined) {
      found.push(drift(one, 'cannot be loaded', `${wrong?.code} ${wrong?.message}`));
    }
    const known = templates.get(dirname(one.file)) ?? new Set();
    const newer = one.template === undefined ? undefined : newerThan(one.template, known);
    if (newer !== undefined)
      found.push(drift(one, 'older template', `${one.template}, not ${newer}`));
    if (one.overrides.length > 0) {
      found.push(drift(one, 'overrides its template', one.overrides.join(', ')));
    }
    return found;
  });
}

/** Versions that are asked for at the same time. */
const AT_A_TIME = 8;

/**
 * What is deployed and not what the files say. Files with mistakes are left out: they deploy nothing.
 * @param clientOf asks about pipelines of a team
 */
export async function driftOfDeployed(
  files: readonly FleetFile[],
  client: Client,
  clientOf: (team: string) => Client,
): Promise<Drift[]> {
  const { items } = await client.get<{ items: Pipeline[] }>(PATHS.pipelines);
  const deployed = new Set(items.map(memberKey));
  const compare = async (one: FleetFile): Promise<Drift[]> => {
    const { plan } = one;
    if (plan === undefined) return [];
    if (!deployed.has(memberKey(plan))) {
      return [drift(one, 'not deployed', 'the server has no such pipeline')];
    }
    const path = pathTo(PATHS.pipeline, { name: plan.name });
    const current = await clientOf(plan.team).get<PipelineDetail>(path);
    const parts = differingFrom(plan, current);
    if (parts.length === 0) return [];
    const what = `version ${current.version}: ${parts.join(', ')}`;
    const challenge = await promotedAs(current, clientOf(plan.team));
    return challenge === undefined
      ? [drift(one, 'differs from what is deployed', what)]
      : [drift(one, 'a challenger was promoted', `${what}; by challenge ${challenge}`)];
  };
  const found: Drift[] = [];
  for (let at = 0; at < files.length; at += AT_A_TIME) {
    found.push(...(await Promise.all(files.slice(at, at + AT_A_TIME).map(compare))).flat());
  }
  return found;
}

/** The number of the challenge whose candidate became this version; undefined when a file was deployed. */
async function promotedAs(
  { name, version }: PipelineDetail,
  client: Client,
): Promise<number | undefined> {
  const query = new URLSearchParams({ pipeline: name, limit: '100' });
  const { items } = await client.get<{ items: Challenge[] }>(`${PATHS.challengers}?${query}`);
  return items.find(({ promotedVersion }) => promotedVersion === version)?.number;
}

/** Names of what differs between a file and a version that is deployed, or stored to be tried. */
export function differingFrom(plan: PipelinePlan, { deployment }: PipelineDetail): string[] {
  return differingParts(plan, { ...deployment, tags: deployment.tags as JsonObject });
}

function drift({ file, pipeline, plan }: FleetFile, kind: DriftKind, what: string): Drift {
  return { pipeline, ...(plan === undefined ? {} : { team: plan.team }), file, kind, what };
}
