/**
 * Logging in by an OpenID Connect provider.
 *
 *     browser ─▶ /login/oidc ─▶ provider ─▶ /login/oidc/callback ─▶ roles of its groups ─▶ session
 *                 └─ state, in a cookie of this browser and in memory, once, for ten minutes
 *
 * Whoever is in no group that gives a role gets nothing, and loses what groups have given before.
 * @module
 */
import { createHash } from 'node:crypto';
import type { UserCalls } from '../../engine/features/users/users.js';
import { type Grants, type Role, reaches } from '../../engine/kernel/roles.js';
import type { GroupRoles } from '../../pipelines/oidc-roles-file.js';
import type { Authenticator } from '../auth.js';
import { HttpError } from '../errors.js';
import { createRateLimit } from '../rate-limit.js';
import type { BegunLogin, Claims, OidcProvider } from './provider.js';

export interface OidcDesk {
  /**
   * Begins a login. @param to where the browser wants to go afterwards
   * @throws HttpError TooManyRequests, ProviderUnavailable
   */
  begin(request: { redirectUri: string; to: string; address: string }): Promise<{
    address: string;
    /** Goes into a cookie of the browser that begins, so that no other one can finish. */
    state: string;
  }>;
  /**
   * Finishes one: answers the session.
   * @param state of the cookie
   * @throws HttpError LoginRefused, NoRole, ProviderUnavailable
   */
  finish(request: { state: string | undefined; answer: URL; address: string }): Promise<{
    session: string;
    user: string;
    to: string;
  }>;
}

const PATIENCE_MS = 10 * 60_000;
const MOST_BEGUN = 1_000;
const MOST_A_MINUTE = 30;
/** What names of users look like; see `api/users.ts`. */
const USER_NAME = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,79}$/;

export function createOidcDesk(options: {
  provider: OidcProvider;
  groups: GroupRoles;
  users: UserCalls;
  authenticator: Authenticator;
  now: () => number;
  /** Told why a login came to nothing. */
  onProblem: (problem: string) => void;
}): OidcDesk {
  const { provider, groups, users, authenticator, now, onProblem } = options;
  const begun = new Map<string, { login: BegunLogin; to: string; until: number }>();
  const begins = createRateLimit(MOST_A_MINUTE, now);

  function rolesOf(named: readonly string[]): Grants {
    const all: { [team: string]: Role } = {};
    for (const group of named) {
      for (const [team, role] of Object.entries(groups.get(group) ?? {})) {
        if (!reaches(all[team], role)) all[team] = role;
      }
    }
    return all;
  }

  return {
    async begin({ redirectUri, to, address }) {
      if (!begins.take(address)) throw new HttpError('TooManyRequests', { what: 'logins' });
      const started = await provider.begin(redirectUri).catch((error: unknown) => {
        onProblem(`the provider ${provider.issuer} does not answer: ${messageOf(error)}`);
        throw new HttpError('ProviderUnavailable');
      });
      const at = now();
      for (const [state, { until }] of begun) if (until <= at) begun.delete(state);
      // The oldest goes: who floods loses their own, or makes somebody begin again.
      if (begun.size >= MOST_BEGUN) begun.delete(begun.keys().next().value ?? '');
      const { state } = started.login;
      begun.set(state, { login: started.login, to, until: at + PATIENCE_MS });
      return { address: started.address, state };
    },
    async finish({ state, answer, address }) {
      const known = state === undefined ? undefined : begun.get(state);
      if (state !== undefined) begun.delete(state);
      if (known === undefined || known.until <= now()) throw new HttpError('LoginRefused');
      let claims: Claims;
      try {
        claims = await provider.finish(known.login, answer);
      } catch (error) {
        onProblem(`a login from ${address} was refused: ${messageOf(error)}`);
        throw new HttpError('LoginRefused');
      }
      const { subject, email } = claims;
      const user = nameOf(claims, provider.issuer);
      const isIn = await users.arrive({
        name: user,
        ...(email === undefined ? {} : { email }),
        identity: { issuer: provider.issuer, subject },
        roles: rolesOf(claims.groups),
      });
      if (!isIn) {
        await authenticator.revokeUser(user);
        throw new HttpError('NoRole', { user });
      }
      await authenticator.changed(user);
      const session = await authenticator.issue('session', { label: user, user });
      return { session, user, to: known.to };
    },
  };
}

function nameOf({ names, subject }: Claims, issuer: string): string {
  const given = names.find((name) => USER_NAME.test(name));
  if (given !== undefined) return given;
  return `oidc-${createHash('sha256').update(`${issuer} ${subject}`).digest('hex').slice(0, 16)}`;
}

/** Codes and tokens stand in no message of the library; of what a provider sends nothing is taken but a code of RFC 6749. */
function messageOf(failure: unknown): string {
  const { message, code, error } = failure as { message?: string; code?: string; error?: string };
  const told = error !== undefined && /^[a-z_]{1,60}$/.test(error) ? error : undefined;
  return [told, code, message].filter(Boolean).join(' ').slice(0, 300);
}
