/**
 * Scope: whose things a caller sees. Every call of the facade that reads, or acts on a thing that somebody names, takes one
 * first; what is outside of it is answered like what nobody has.
 *
 *     token, ?team= ──▶ http/auth.ts ───────┬──▶ scope ──▶ engine.executions.describe(scope, id)
 *     access key    ──▶ http/wire/caller.ts ─┘
 *
 * @module
 */

/** The things of some teams, none of them (`[]`) included; or of every team, whoever is there. */
export type Scope = TeamsScope | typeof EVERYTHING;

export interface TeamsScope {
  readonly teams: readonly string[];
}

/** Of exactly one team: what the APIs of AWS call an account. What is made there is that team's. */
export interface OneTeam extends TeamsScope {
  readonly teams: readonly [string];
}

/** Sees the things of all teams: administrators, and the server itself. */
export const EVERYTHING = 'everything' as const;

/** @example sees(ofTeam('parcels'), 'claims') // false */
export function sees(scope: Scope, team: string): boolean {
  return scope === EVERYTHING || scope.teams.includes(team);
}

/** @example ofTeam('parcels') // { teams: ['parcels'] } */
export function ofTeam(team: string): OneTeam {
  return { teams: [team] };
}

/** @example ofTeams(['parcels', 'claims']) // { teams: ['parcels', 'claims'] } */
export function ofTeams(teams: readonly string[]): Scope {
  return { teams };
}

/** The team whose scope it is. */
export function teamOf({ teams: [team] }: OneTeam): string {
  return team;
}

/**
 * What of a scope is one team's: nothing when the scope does not see the team. Without a team all of it.
 * @example narrowed(ofTeam('parcels'), 'claims') // { teams: [] }
 */
export function narrowed(scope: Scope, team: string | undefined): Scope {
  if (team === undefined) return scope;
  return sees(scope, team) ? ofTeam(team) : ofTeams([]);
}

/** The teams as a query of the store takes them; undefined: it asks for all. */
export function teamsIn(scope: Scope): readonly string[] | undefined {
  return scope === EVERYTHING ? undefined : scope.teams;
}
