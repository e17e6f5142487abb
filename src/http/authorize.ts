/**
 * What a caller may do: the one place where a role is compared with what a route needs. Handlers check nothing.
 *
 *     token ──▶ roles by team ─┐
 *     route ──▶ what it needs ─┼──▶ scope: the teams whose things this request may be about
 *     ?team= ──────────────────┘        none: 403 · something of another team: 404, as if there were none
 *
 * A route says what it needs in the contract (`needs` of `api/route.ts`). One that says nothing, and changes something, is for
 * those who administer the server.
 * @module
 */
import type { FastifyRequest } from 'fastify';
import type { Need } from '../api/route.js';
import { type Grants, mayGive, type Role, roleIn, scopeWith } from '../engine/kernel/roles.js';
import {
  EVERYTHING,
  narrowed,
  type OneTeam,
  ofTeam,
  type Scope,
  sees,
  teamsIn,
} from '../engine/kernel/scope.js';
import type { Identity } from './auth.js';
import { HttpError } from './errors.js';

/** Who sent a request, and about whose things it is. */
export interface Principal extends Identity {
  /** The teams where its role suffices for this route, and of these the one that `?team=` names. */
  scope: Scope;
  /** Of some teams it sees more than it may do here: what is not found may be theirs. */
  isPartly: boolean;
}

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal;
  }
  interface FastifyContextConfig {
    /** What a route needs that is not in the contract. */
    needs?: Need;
  }
}

/** Whose things somebody makes who sees all teams and names none. */
const DEFAULT_TEAM = 'default';

/** What the route of a request needs. */
export function needOf({ method, routeOptions }: FastifyRequest): Need {
  const { needs } = (routeOptions.schema ?? {}) as { needs?: Need };
  const said = needs ?? routeOptions.config.needs;
  if (said !== undefined) return said;
  return method === 'GET' || routeOptions.url === undefined ? 'viewer' : 'server';
}

/**
 * Answers whose things the request may be about.
 * @throws HttpError Forbidden, ServerForbidden
 * @example request.principal = authorize(await authenticator.identify(request), needOf(request), teamIn(request))
 */
export function authorize(identity: Identity, need: Need, team: string | undefined): Principal {
  const { grants } = identity;
  const role: Role = need === 'server' ? 'admin' : need === 'nobody' ? 'viewer' : need;
  if (need === 'server' && roleIn(grants, '*') !== 'admin') throw new HttpError('ServerForbidden');
  const may = scopeWith(grants, role);
  const seen = scopeWith(grants, 'viewer');
  const refuse = (): never => {
    throw new HttpError('Forbidden', { role });
  };
  if (isEmpty(may)) return refuse();
  const scope = narrowed(may, team);
  if (isEmpty(scope) && team !== undefined && sees(seen, team)) return refuse();
  return { ...identity, scope, isPartly: team === undefined && isWider(seen, may) };
}

/** The team that a request is about the things of only (`?team=NAME`). */
export function teamIn({ query }: FastifyRequest): string | undefined {
  const { team } = (query ?? {}) as { team?: unknown };
  return typeof team === 'string' ? team : undefined;
}

/**
 * The team that what a request makes belongs to, where the request does not say: the first of those that it is about.
 * @throws HttpError TeamForbidden when it is about no team that the caller may make things in
 */
export function ownTeam({ scope }: Principal): OneTeam {
  const [team] = teamsIn(scope) ?? [DEFAULT_TEAM];
  if (team === undefined) throw new HttpError('TeamForbidden');
  return ofTeam(team);
}

/**
 * The team that a body names for what it makes.
 * @throws HttpError TeamForbidden when the caller may make nothing there
 */
export function expectTeam({ scope }: Principal, team: string): string {
  if (!sees(scope, team)) throw new HttpError('TeamForbidden');
  return team;
}

/**
 * Nobody gives others more than they may give.
 * @throws HttpError TeamForbidden
 */
export function expectGiver({ grants }: Principal, given: Grants): void {
  if (!mayGive(grants, given)) throw new HttpError('TeamForbidden');
}

function isEmpty(scope: Scope): boolean {
  return scope !== EVERYTHING && scope.teams.length === 0;
}

function isWider(seen: Scope, may: Scope): boolean {
  if (may === EVERYTHING) return false;
  return seen === EVERYTHING || seen.teams.length > may.teams.length;
}
