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
import { newerThan } from '../pipelines/fleet/template-reference.js';
import { readSource } from '../pipelines/source-file.js';
import { pagesOf } from './all-pages.js';
import type { Client } from './client.js';
import { differingFrom } from './fleet-drift.js';
import { type FleetFolder, type FleetMember, memberKey } from './fleet-files.js';

export interface CanaryVerdict {
  readonly challenge: number;
  readonly pipeline: string;
  readonly team: string;
  /** `promoting`: it is about to become the current version. */
  readonly state: Challenge['state'];
  readonly verdict: 'won' | 'lost' | 'undecided';
  /** Why it has not won. */
  readonly reason?: string;
}

/** One of any change of template. */
export interface TriedCanary extends CanaryVerdict {
  /** The reference of the template that it tries. */
  readonly template: string;
}

/** Challenges that are looked through, the newest first. */
const MOST_CHALLENGES = 10_000;
/** Challenges of the pipelines of a fleet whose candidates are looked at, the newest first. */
const MOST_TRIED = 200;
/** Challenges that are asked for at the same time. */
const AT_A_TIME = 8;

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
  const verdicts = new Map<string, CanaryVerdict>();
  for (const { number, pipeline: name, team } of await challenges(client)) {
    const key = memberKey({ name, team });
    const member = byKey.get(key);
    if (member === undefined || verdicts.has(key)) continue;
    const challenge = await detailOf(number, client);
    if (templateOf(challenge.candidateText) !== to) continue;
    verdicts.set(key, await judged(challenge, member, { fleet, from, to }, clientOf(team)));
  }
  return [...verdicts.values()].sort((a, b) => a.challenge - b.challenge);
}

/**
 * The newest challenge of each pipeline of a fleet and each template that it tries.
 * @param clientOf asks about pipelines of a team
 */
export async function triedCanaries(
  fleet: FleetFolder,
  client: Client,
  clientOf: (team: string) => Client,
): Promise<TriedCanary[]> {
  const members = new Map<string, FleetMember & { readonly template: string }>();
  for (const one of fleet.files) {
    const { plan, template } = one;
    if (plan !== undefined && template !== undefined && !members.has(memberKey(plan))) {
      members.set(memberKey(plan), { ...one, plan, template });
    }
  }
  const all = (await challenges(client)).filter(({ pipeline: name, team }) =>
    members.has(memberKey({ name, team })),
  );
  const newest = all.slice(0, MOST_TRIED);
  const tried = new Map<string, TriedCanary>();
  for (let at = 0; at < newest.length; at += AT_A_TIME) {
    const some = newest.slice(at, at + AT_A_TIME).map(({ number }) => detailOf(number, client));
    for (const challenge of await Promise.all(some)) {
      const { pipeline: name, team } = challenge;
      const member = members.get(memberKey({ name, team }));
      const to = templateOf(challenge.candidateText);
      if (member === undefined || typeof to !== 'string') continue;
      const from = member.template;
      // Another change of the file than its template is no canary of it.
      if (from !== to && newerThan(from, [to]) === undefined) continue;
      const key = `${to}\n${memberKey({ name, team })}`;
      if (tried.has(key)) continue;
      const verdict = await judged(challenge, member, { fleet, from, to }, clientOf(team));
      tried.set(key, { ...verdict, template: to });
    }
  }
  return [...tried.values()].sort((a, b) => a.challenge - b.challenge);
}

async function challenges(client: Client): Promise<readonly Challenge[]> {
  const { items } = await pagesOf<Challenge>(MOST_CHALLENGES, (cursor) =>
    client.get<Page<Challenge>>(
      `${PATHS.challengers}?limit=1000${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    ),
  );
  return items;
}

async function detailOf(number: number, client: Client): Promise<ChallengeDetail> {
  return await client.get<ChallengeDetail>(pathTo(PATHS.challenger, { number: String(number) }));
}

async function judged(
  challenge: ChallengeDetail,
  member: FleetMember,
  change: Omit<CanariesOf, 'members'>,
  client: Client,
): Promise<CanaryVerdict> {
  const path = pathTo(PATHS.pipeline, { name: challenge.pipeline });
  const candidate = await client.get<PipelineDetail>(
    `${path}?version=${challenge.candidateVersion}`,
  );
  return verdictOf(challenge, await changedSince(candidate, member, change));
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
  const canary = { challenge: number, pipeline, team, state };
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
