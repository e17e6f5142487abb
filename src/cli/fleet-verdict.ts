/**
 * What came of the canaries of a change of template: the newest challenge of each pipeline of the fleet whose candidate uses the
 * new one counts, as long as the candidate is what the pipeline's file would be.
 * @module
 */
import type { Challenge, ChallengeDetail } from '../api/challengers.js';
import { PATHS, pathTo } from '../api/paths.js';
import type { PipelineDetail } from '../api/pipelines.js';
import type { Page } from '../api/values.js';
import { isObject } from '../asl/json.js';
import { rewriteTemplate } from '../pipelines/fleet/rewrite-template.js';
import { readSource } from '../pipelines/source-file.js';
import { pagesOf } from './all-pages.js';
import type { Client } from './client.js';
import { differingFrom } from './fleet-drift.js';
import { type FleetFolder, type FleetMember, memberKey } from './fleet-files.js';

export interface CanaryVerdict {
  readonly challenge: number;
  readonly pipeline: string;
  readonly team: string;
  readonly verdict: 'won' | 'lost' | 'undecided';
  /** Why it has not won. */
  readonly reason?: string;
}

/** Challenges that are looked through, the newest first. */
const MOST_CHALLENGES = 10_000;

/**
 * @param members that use the old template, or the new one already
 * @param clientOf asks about pipelines of a team
 */
export async function canaryVerdicts(
  { fleet, members, from, to }: CanariesOf,
  client: Client,
  clientOf: (team: string) => Client,
): Promise<CanaryVerdict[]> {
  const byKey = new Map(members.map((member) => [memberKey(member.plan), member]));
  const { items } = await pagesOf<Challenge>(MOST_CHALLENGES, (cursor) =>
    client.get<Page<Challenge>>(
      `${PATHS.challengers}?limit=1000${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    ),
  );
  const verdicts = new Map<string, CanaryVerdict>();
  for (const { number, pipeline: name, team } of items) {
    const key = memberKey({ name, team });
    const member = byKey.get(key);
    if (member === undefined || verdicts.has(key)) continue;
    const challenge = await client.get<ChallengeDetail>(
      pathTo(PATHS.challenger, { number: String(number) }),
    );
    if (templateOf(challenge.candidateText) !== to) continue;
    const version = challenge.candidateVersion;
    const candidate = await clientOf(team).get<PipelineDetail>(
      `${pathTo(PATHS.pipeline, { name })}?version=${version}`,
    );
    const changed = await changedSince(candidate, member, { fleet, from, to });
    verdicts.set(key, verdictOf(challenge, changed));
  }
  return [...verdicts.values()].sort((a, b) => a.challenge - b.challenge);
}

export interface CanariesOf {
  readonly fleet: FleetFolder;
  readonly members: readonly FleetMember[];
  /** The old template and the new one, `NAME@VERSION`. */
  readonly from: string;
  readonly to: string;
}

/** Names of what the file would say otherwise than the candidate that was tried. */
async function changedSince(
  candidate: PipelineDetail,
  { file, text, template }: FleetMember,
  { fleet, from, to }: Omit<CanariesOf, 'members'>,
): Promise<string[]> {
  const rewritten = template === to ? { text } : rewriteTemplate(text, from, to);
  if ('reason' in rewritten) return [rewritten.reason];
  const { plan } = await fleet.load(file, rewritten.text);
  return plan === undefined ? ['the file has mistakes now'] : differingFrom(plan, candidate);
}

function verdictOf(challenge: Challenge, changed: readonly string[]): CanaryVerdict {
  const { number, pipeline, team, state, verdict, reason, won, lost, target } = challenge;
  const canary = { challenge: number, pipeline, team };
  if (verdict === 'lost') {
    return { ...canary, verdict, reason: `${lost} of ${won + lost} comparisons lost` };
  }
  if (verdict === 'won' && changed.length === 0) return { ...canary, verdict };
  return {
    ...{ ...canary, verdict: 'undecided' },
    reason:
      verdict === 'won'
        ? `file or template have changed since it was tried: ${changed.join(', ')}`
        : state === 'running'
          ? `${won + lost} of ${target} comparisons decided`
          : (reason ?? 'it ended undecided'),
  };
}

function templateOf(text: string): unknown {
  const value = readSource('candidate', text, [])?.value;
  return value !== undefined && isObject(value) ? value.template : undefined;
}
