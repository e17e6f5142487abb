/**
 * Who may do what. Everything needs a token, except the exact addresses in `PUBLIC` and the console's own files.
 *
 * A token is 32 random bytes; the store keeps only its SHA-256. `login` tokens work once and become a `session` cookie;
 * `api` tokens come as `Authorization: Bearer`. Which teams a token may see goes into every query; a thing of another
 * team is answered like one that does not exist.
 * @module
 */
import { createHash, randomBytes } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import {
  EVERYTHING,
  narrowed,
  type OneTeam,
  ofTeam,
  ofTeams,
  type Scope,
  sees,
  teamsIn,
} from '../engine/kernel/scope.js';
import type { SecretRegistry } from '../secrets/secret-registry.js';
import type { Store, TokenRecord } from '../store/store.js';
import { HttpError } from './errors.js';
import { createRateLimit } from './rate-limit.js';

export type Role = 'viewer' | 'operator';

/** Who sent a request. */
export interface Principal {
  label: string;
  role: Role;
  /** Whose things the request is about: those that its token sees, and of these the team's that `?team=` names. */
  scope: Scope;
  /** May do what concerns the server and all teams, whatever team this request is about. */
  administers: boolean;
  /** The hash of its token: which one it is, without being it. */
  token: string;
  /** Milliseconds since the epoch. */
  expiresAt?: number;
}

export const SESSION_COOKIE = 'millrace_session';
const LOGIN_LIFETIME_MS = 15 * 60_000;
const SESSION_LIFETIME_MS = 30 * 24 * 3_600_000;
/** Of one address. A link that is valid is taken whatever came before it. */
const MAX_FAILED_LOGINS_PER_MINUTE = 30;
const REMEMBERED_MS = 5_000;
const MAX_REMEMBERED = 1_000;
/** Whose things somebody makes who sees all teams and names none. */
const DEFAULT_TEAM = 'default';

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal;
  }
}

/** Addresses that answer without a token, as `METHOD path`. Nothing is matched by prefix or suffix. */
export const PUBLIC: ReadonlySet<string> = new Set([
  'GET /api/v1/health',
  'GET /api/v1/openapi.json',
  'GET /schema/v1.json',
  'GET /login',
  // The link is what allows it: it is sealed, and does one thing once.
  'GET /act',
  'POST /act',
  // Every request there is signed, which `wire/protocol.ts` verifies.
  'POST /',
]);

/** Routes, as `METHOD route`, whose every request is signed instead, which the route verifies. */
export const SIGNED: ReadonlySet<string> = new Set(['POST /api/v1/webhooks/:name']);

/** What anybody may do who is logged in, also those who may only read: it concerns nothing but their own session. */
export const OWN_SESSION: ReadonlySet<string> = new Set(['POST /api/v1/logout']);

/** A token as people see it: its text is known to its owner alone. */
export interface TokenSummary {
  id: string;
  kind: 'api' | 'session';
  label: string;
  role: Role;
  /** Absent: all teams. */
  teams?: string[];
  createdAt: number;
  expiresAt?: number;
}

export interface Authenticator {
  /** Answers who sent the request, and about whose things. @throws HttpError Unauthenticated */
  identify(request: FastifyRequest): Promise<Principal>;
  /** Makes a token and answers its text, which is nowhere kept. */
  issue(
    kind: TokenRecord['kind'],
    options: { label: string; role?: Role; teams?: readonly string[]; lifetimeMs?: number },
  ): Promise<string>;
  /**
   * Turns a login token into a session token, once.
   * @param address where the request comes from: failures are counted by it
   * @throws HttpError LoginExpired, TooManyRequests
   */
  redeem(login: string, address?: string): Promise<string>;
  /** Ends a token at once. */
  revoke(token: string): Promise<void>;
  /** Tokens and sessions that are good, the oldest first. */
  list(scope: Scope): Promise<TokenSummary[]>;
  /** What a token is listed and revoked by. */
  idOf(token: string): string;
  /** Ends the token of an id at once; false when there is none, or the scope does not see it. */
  revokeById(scope: Scope, id: string): Promise<boolean>;
  /** The same by the hash of a token, which is all that a list of them knows. True when there was one. */
  revokeHash(hash: string): Promise<boolean>;
  /** Tells the hash of every token that is revoked, at once, until the answer is called. */
  onEnded(listener: (hash: string) => void): () => void;
}

/**
 * @param now milliseconds since the epoch
 * @param secrets is told every token that is seen here, so that none of them appears anywhere
 */
export function createAuthenticator(
  store: Store,
  now: () => number,
  secrets?: SecretRegistry,
): Authenticator {
  const failures = createRateLimit(MAX_FAILED_LOGINS_PER_MINUTE, now);
  const listeners = new Set<(hash: string) => void>();
  /** What the store said lately, by hash: a busy client does not cost a query a request. */
  const known = new Map<string, { record: TokenRecord; until: number }>();

  async function find(token: string): Promise<TokenRecord | undefined> {
    const hash = hashOf(token);
    const remembered = known.get(hash);
    if (remembered !== undefined && remembered.until > now()) return remembered.record;
    const record = await store.findToken(hash);
    if (known.size >= MAX_REMEMBERED) known.clear();
    if (record === undefined) known.delete(hash);
    else {
      known.set(hash, { record, until: now() + REMEMBERED_MS });
      secrets?.declare(token);
    }
    return record;
  }

  const issue: Authenticator['issue'] = async (kind, options) => {
    const token = randomBytes(32).toString('base64url');
    secrets?.declare(token);
    const at = now();
    const lifetime =
      options.lifetimeMs ??
      (kind === 'login' ? LOGIN_LIFETIME_MS : kind === 'session' ? SESSION_LIFETIME_MS : undefined);
    await store.insertToken({
      hash: hashOf(token),
      kind,
      label: options.label,
      role: options.role ?? 'operator',
      teams: options.teams ?? ['*'],
      createdAt: at,
      ...(lifetime === undefined ? {} : { expiresAt: at + lifetime }),
    });
    return token;
  };

  async function revokeHash(hash: string): Promise<boolean> {
    known.delete(hash);
    const wasThere = await store.deleteToken(hash);
    // Somebody may have asked for it meanwhile.
    known.delete(hash);
    for (const listener of [...listeners]) listener(hash);
    return wasThere;
  }

  return {
    issue,
    async identify(request) {
      const token = bearerOf(request) ?? cookieOf(request);
      if (token === undefined) throw new HttpError('Unauthenticated');
      const record = await find(token);
      if (record === undefined || record.kind === 'login' || expired(record, now())) {
        throw new HttpError('Unauthenticated');
      }
      const role = record.role === 'viewer' ? 'viewer' : 'operator';
      const seen = record.teams.includes('*') ? EVERYTHING : ofTeams(record.teams);
      return {
        label: record.label,
        role,
        scope: narrowed(seen, teamIn(request)),
        administers: seen === EVERYTHING && role === 'operator',
        token: record.hash,
        ...(record.expiresAt === undefined ? {} : { expiresAt: record.expiresAt }),
      };
    },
    async revoke(token) {
      await revokeHash(hashOf(token));
    },
    async list(scope) {
      const at = now();
      const found = await store.listTokens();
      return found
        .filter((record) => isSeen(scope, record) && !expired(record, at))
        .flatMap(summaryOf);
    },
    idOf: (token) => shortened(hashOf(token)),
    async revokeById(scope, id) {
      const found = (await store.listTokens()).find(({ hash }) => shortened(hash) === id);
      return found && isSeen(scope, found) ? await revokeHash(found.hash) : false;
    },
    revokeHash,
    onEnded(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    async redeem(login, address = '') {
      const hash = hashOf(login);
      const record = await store.findToken(hash);
      const valid = record?.kind === 'login' && !expired(record, now());
      // Only the answer is bounded: who has a valid link and shares an address with a guesser gets in.
      if (record === undefined || !valid || !(await store.deleteToken(hash))) {
        if (failures.take(address)) throw new HttpError('LoginExpired');
        throw new HttpError('TooManyRequests', { what: 'failed logins' });
      }
      const { label, teams, role } = record;
      return await issue('session', {
        label,
        teams,
        role: role === 'viewer' ? 'viewer' : 'operator',
      });
    },
  };
}

/**
 * A key or a secret opens a team's things: only who sees all teams may give one away.
 * @throws HttpError TeamForbidden
 */
export function expectAdministrator({ administers }: Principal): void {
  if (!administers) throw new HttpError('TeamForbidden');
}

/**
 * The team that what a request makes belongs to, where the request does not say: the first of those that it is about.
 * @throws HttpError TeamForbidden when it is about no team that the token sees
 */
export function ownTeam({ scope }: Principal): OneTeam {
  const [team] = teamsIn(scope) ?? [DEFAULT_TEAM];
  if (team === undefined) throw new HttpError('TeamForbidden');
  return ofTeam(team);
}

/** The team that a request is about the things of only (`?team=NAME`). */
function teamIn({ query }: FastifyRequest): string | undefined {
  const { team } = (query ?? {}) as { team?: unknown };
  return typeof team === 'string' ? team : undefined;
}

/** The SHA-256 of a token, in hex: what the store knows of it. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Characters of a token's hash that make its id: too few to be one, enough to be the only one. */
const ID_LENGTH = 16;

function shortened(hash: string): string {
  return hash.slice(0, ID_LENGTH);
}

/** A token for all teams is one for each of them. */
function isSeen(scope: Scope, { teams }: TokenRecord): boolean {
  return teams.includes('*') || teams.some((team) => sees(scope, team));
}

/** Nothing for a login link: it works once, and soon or never. */
function summaryOf(record: TokenRecord): TokenSummary[] {
  const { hash, kind, label, role, teams, createdAt, expiresAt } = record;
  if (kind === 'login') return [];
  return [
    {
      id: shortened(hash),
      kind,
      label,
      role: role === 'viewer' ? 'viewer' : 'operator',
      ...(teams.includes('*') ? {} : { teams: [...teams] }),
      createdAt,
      ...(expiresAt === undefined ? {} : { expiresAt }),
    },
  ];
}

function expired(record: TokenRecord, at: number): boolean {
  return record.expiresAt !== undefined && record.expiresAt <= at;
}

function bearerOf(request: FastifyRequest): string | undefined {
  const header = request.headers.authorization;
  return header?.startsWith('Bearer ') ? header.slice(7) : undefined;
}

function cookieOf(request: FastifyRequest): string | undefined {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const cut = part.indexOf('=');
    if (part.slice(0, cut).trim() === SESSION_COOKIE) return part.slice(cut + 1).trim();
  }
  return undefined;
}

/**
 * Refuses requests that a foreign page could make a browser send: another Origin, or a Host name that is not ours
 * (DNS rebinding).
 * @param hosts names under which this server may be addressed, without port
 * @throws HttpError ForeignOrigin
 */
export function checkOrigin(request: FastifyRequest, hosts: ReadonlySet<string>): void {
  const host = request.headers.host ?? '';
  if (!hosts.has(hostName(host))) throw new HttpError('ForeignOrigin');
  const { origin } = request.headers;
  if (origin === undefined || request.method === 'GET' || request.method === 'HEAD') return;
  let originHost: string;
  try {
    originHost = new URL(origin).host;
  } catch {
    throw new HttpError('ForeignOrigin');
  }
  if (originHost !== host) throw new HttpError('ForeignOrigin');
}

function hostName(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase();
}
