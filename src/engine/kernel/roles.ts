/**
 * Roles: what somebody may do with the things of a team.
 *
 * | role | may |
 * | --- | --- |
 * | viewer | read, but no rows of datasets |
 * | analyst | read rows of datasets, and ask SQL of them |
 * | operator | act on executions, backfills, tasks, checks; put events |
 * | editor | change definitions, monitors, rules, schedules, webhooks; and so run code with the team's secrets |
 * | admin | give access: tokens, access keys, users, secrets; read the audit log |
 * | worker | take tasks of the team and perform them, and nothing else; only tokens have it |
 *
 * Each role may what those before it may, but for `worker`: it may nothing of theirs, and of them only `admin` may what it may. Whoever is admin of all teams (`*`) administers the server.
 * @module
 */
import { EVERYTHING, ofTeams, type Scope } from './scope.js';

/** `worker`, and the others from the one that may least to the one that may most. */
export const ROLES = ['worker', 'viewer', 'analyst', 'operator', 'editor', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Roles by team; `*` is every team, whoever is there. */
export type Grants = { readonly [team: string]: Role };

const ALL = '*';

/** @example reaches('editor', 'operator') // true */
export function reaches(role: Role | undefined, needed: Role): boolean {
  if (role === 'worker' || needed === 'worker') return role === needed || role === 'admin';
  return role !== undefined && ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/** The role in a team; `*` asks for the role in all of them. */
export function roleIn(grants: Grants, team: string): Role | undefined {
  return higher(own(grants, ALL), own(grants, team));
}

/** Whose things somebody may do something with that needs a role. */
export function scopeWith(grants: Grants, needed: Role): Scope {
  if (reaches(own(grants, ALL), needed)) return EVERYTHING;
  return ofTeams(Object.keys(grants).filter((team) => reaches(own(grants, team), needed)));
}

/** The highest role that there is anywhere. */
export function highestOf(grants: Grants): Role {
  return Object.values(grants).reduce((one, other) => higher(one, other) ?? one, 'viewer');
}

/** The same role in some teams. @example grantsOf('editor', ['parcels']) // { parcels: 'editor' } */
export function grantsOf(role: Role, teams: readonly string[]): Grants {
  return Object.fromEntries(teams.map((team) => [team, role]));
}

/** What both give. @example both({ '*': 'admin' }, { parcels: 'viewer' }) // { parcels: 'viewer' } */
export function both(one: Grants, other: Grants): Grants {
  const teams = new Set([...Object.keys(one), ...Object.keys(other)]);
  const given = [...teams].flatMap((team): [string, Role][] => {
    const [a, b] = [roleIn(one, team), roleIn(other, team)];
    if (a === undefined || b === undefined) return [];
    if (reaches(a, b)) return [[team, b]];
    return reaches(b, a) ? [[team, a]] : [];
  });
  return Object.fromEntries(given);
}

/** Whether somebody may give these roles: who is admin of each of the teams. */
export function mayGive(giver: Grants, given: Grants): boolean {
  return Object.keys(given).every((team) => roleIn(giver, team) === 'admin');
}

function own(grants: Grants, team: string): Role | undefined {
  return Object.hasOwn(grants, team) ? grants[team] : undefined;
}

function higher(one: Role | undefined, other: Role | undefined): Role | undefined {
  if (one === undefined) return other;
  return other !== undefined && reaches(other, one) ? other : one;
}
