/**
 * Who calls. Everything needs a token, except the exact addresses in `PUBLIC` and the console's own files.
 *
 * A token is 32 random bytes; the store keeps only its SHA-256. `login` tokens work once and become a `session` cookie;
 * `api` tokens come as `Authorization: Bearer`. Each gives a role in some teams, one of a user no more than this user has.
 * What that allows is decided in one place, `authorize.ts`.
 * @module
 */
import { createHash, randomBytes } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { both, type Grants, grantsOf, ROLES, type Role } from '../engine/kernel/roles.js';
import { EVERYTHING, type Scope, sees } from '../engine/kernel/scope.js';
import type { SecretRegistry } from '../secrets/secret-registry.js';
import type { Store, TokenRecord } from '../store/store.js';
import { HttpError } from './errors.js';
import { createRateLimit } from './rate-limit.js';

/** Who sent a request, before anybody asks what for. */
export interface Identity {
  label: string;
  /** The user whose token it is; absent: a program's. */
  user?: string;
  /** What it may do, by team. */
  grants: Grants;
  /** The role that the token itself gives. */
  role: Role;
  /** The hash of its token: which one it is, without being it. */
  token: string;
  /** Milliseconds since the epoch. */
  expiresAt?: number;
}

export const SESSION_COOKIE = 'millrace_session';
const LOGIN_LIFETIME_MS = 15 * 60_000;
export const SESSION_LIFETIME_MS: number = 30 * 24 * 3_600_000;
/** Of one address. A link that is valid is taken whatever came before it. */
const MAX_FAILED_LOGINS_PER_MINUTE = 30;
const REMEMBERED_MS = 5_000;
const MAX_REMEMBERED = 1_000;

/** Addresses that answer without a token, as `METHOD path`. Nothing is matched by prefix or suffix. */
export const PUBLIC: ReadonlySet<string> = new Set([
  'GET /api/v1/health',
  'GET /api/v1/openapi.json',
  'GET /schema/v1.json',
  'GET /login',
  // The link is what allows it: it is sealed, and does one thing once.
  'GET /act',
  'POST /act',
  'GET /login/oidc',
  'GET /login/oidc/callback',
  // Every request there is signed, which `wire/protocol.ts` verifies.
  'POST /',
]);

/** Routes, as `METHOD route`, whose every request is signed instead, which the route verifies. */
export const SIGNED: ReadonlySet<string> = new Set(['POST /api/v1/webhooks/:name']);

/** A token as people see it: its text is known to its owner alone. */
export interface TokenSummary {
  id: string;
  kind: 'api' | 'session';
  label: string;
  role: Role;
  /** Absent: all teams. */
  teams?: string[];
  /** The user whose it is. */
  user?: string;
  createdAt: number;
  expiresAt?: number;
}

export interface NewToken {
  label: string;
  /** Default: admin. */
  role?: Role;
  /** Default: all of them. */
  teams?: readonly string[];
  /** Whose it is. Default: a program's. */
  user?: string;
  /** Default: fifteen minutes of a login link, thirty days of a session, for ever of a token. */
  lifetimeMs?: number;
}

/** What is known of users. */
export interface KnownUsers {
  /** Their roles; undefined: there is no such user. */
  grantsOf(user: string): Grants | undefined;
}

export interface Authenticator {
  /** Answers who sent the request. @throws HttpError Unauthenticated */
  identify(request: FastifyRequest): Promise<Identity>;
  /** Makes a token and answers its text, which is nowhere kept. */
  issue(kind: TokenRecord['kind'], options: NewToken): Promise<string>;
  /**
   * Turns a login token into a session token, once.
   * @param address where the request comes from: failures are counted by it
   * @throws HttpError LoginExpired, TooManyRequests
   */
  redeem(login: string, address?: string): Promise<string>;
  /** The user, or the label, of a token; for the audit log. */
  nameOf(token: string): Promise<string>;
  /** Ends a token at once. */
  revoke(token: string): Promise<void>;
  /** Ends every token of a user at once. */
  revokeUser(user: string): Promise<void>;
  /** A user has other roles: who listens with their tokens must come anew. */
  changed(user: string): Promise<void>;
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
 * @param users whose tokens there may be. Default: nobody's
 */
export function createAuthenticator(
  store: Store,
  now: () => number,
  secrets?: SecretRegistry,
  users: KnownUsers = { grantsOf: () => undefined },
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
      role: options.role ?? 'admin',
      teams: options.teams ?? ['*'],
      createdAt: at,
      ...(options.user === undefined ? {} : { user: options.user }),
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
      const given = grantsOf(roleOf(record), record.teams);
      const { user } = record;
      const own = user === undefined ? undefined : users.grantsOf(user);
      // Of a user who is gone.
      if (user !== undefined && own === undefined) throw new HttpError('Unauthenticated');
      return {
        label: record.label,
        ...(user === undefined ? {} : { user }),
        grants: own === undefined ? given : both(given, own),
        role: roleOf(record),
        token: record.hash,
        ...(record.expiresAt === undefined ? {} : { expiresAt: record.expiresAt }),
      };
    },
    async nameOf(token) {
      const record = await find(token);
      return record?.user ?? record?.label ?? '';
    },
    async revoke(token) {
      await revokeHash(hashOf(token));
    },
    async changed(user) {
      for (const { hash, user: of } of await store.listTokens()) {
        if (of === user) for (const listener of [...listeners]) listener(hash);
      }
    },
    async revokeUser(user) {
      for (const { hash, user: of } of await store.listTokens()) {
        if (of === user) await revokeHash(hash);
      }
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
      const { label, teams, user } = record;
      return await issue('session', {
        label,
        teams,
        role: roleOf(record),
        ...(user === undefined ? {} : { user }),
      });
    },
  };
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

/** Whoever gives access to some teams sees the tokens for these, and none that is also for others. */
function isSeen(scope: Scope, { teams }: TokenRecord): boolean {
  if (scope === EVERYTHING) return true;
  return teams.every((team) => team !== '*' && sees(scope, team));
}

/** What is no role may nothing but read. */
function roleOf({ role }: TokenRecord): Role {
  return ROLES.find((one) => one === role) ?? 'viewer';
}

/** Nothing for a login link: it works once, and soon or never. */
function summaryOf(record: TokenRecord): TokenSummary[] {
  const { hash, kind, label, teams, createdAt, expiresAt, user } = record;
  if (kind === 'login') return [];
  return [
    {
      id: shortened(hash),
      kind,
      label,
      role: roleOf(record),
      ...(teams.includes('*') ? {} : { teams: [...teams] }),
      ...(user === undefined ? {} : { user }),
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

/** The value of a cookie of the request. */
export function cookieOf(
  request: FastifyRequest,
  name: string = SESSION_COOKIE,
): string | undefined {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const cut = part.indexOf('=');
    if (part.slice(0, cut).trim() === name) return part.slice(cut + 1).trim();
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
  if (!hosts.has(nameIn(host))) throw new HttpError('ForeignOrigin');
  const { origin } = request.headers;
  if (origin === undefined || request.method === 'GET' || request.method === 'HEAD') return;
  const from = URL.canParse(origin) ? new URL(origin) : undefined;
  if (from?.host !== host) throw new HttpError('ForeignOrigin');
  // A page that came without TLS may be anybody's, whatever name it stands under.
  if (request.protocol === 'https' && from.protocol !== 'https:') {
    throw new HttpError('ForeignOrigin');
  }
}

/**
 * The name in a Host header, without its port.
 * @example nameIn('Millrace.example:7350') // 'millrace.example'
 */
export function nameIn(host = ''): string {
  return host.replace(/:\d+$/, '').toLowerCase();
}
