/**
 * An OpenID Connect provider as openid-client speaks to it: authorization code with PKCE, state and nonce.
 * https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowAuth, RFC 7636, RFC 9700
 * @module
 */
import type { Configuration } from 'openid-client';

export interface OidcConfig {
  /** Where `/.well-known/openid-configuration` is found. Without https only on this machine. */
  issuer: string;
  clientId: string;
  /** Undefined: a public client, which PKCE alone protects. */
  clientSecret?: string;
  /** The claim that lists groups. */
  groupsClaim: string;
  /** Besides `openid profile email`. */
  scopes: readonly string[];
}

/** What is remembered of a login that has begun. */
export interface BegunLogin {
  state: string;
  nonce: string;
  verifier: string;
  redirectUri: string;
}

/** Who the provider says that somebody is. */
export interface Claims {
  subject: string;
  /** Names that it gives, the best first. */
  names: string[];
  email?: string;
  groups: string[];
}

/** What is wrong with the settings; the message tells the fix. */
export class OidcConfigError extends Error {
  override readonly name = 'OidcConfigError';
}

export interface OidcProvider {
  readonly issuer: string;
  /** The address to which a browser is sent. */
  begin(redirectUri: string): Promise<{ address: string; login: BegunLogin }>;
  /** Rejects when the answer is not one to this login. @param answer the address to which the browser came back */
  finish(login: BegunLogin, answer: URL): Promise<Claims>;
}

const TIMEOUT_SECONDS = 10;
const MOST_GROUPS = 1_000;

/**
 * @throws OidcConfigError when the issuer is no address that may be used
 * @example createOidcProvider({ issuer: 'https://id.example.com', clientId: 'millrace', groupsClaim: 'groups', scopes: [] })
 */
export function createOidcProvider(config: OidcConfig): OidcProvider {
  const issuer = issuerOf(config.issuer);
  let discovered: Promise<Configuration> | undefined;

  async function discover(): Promise<Configuration> {
    const client = await import('openid-client');
    const secret = config.clientSecret;
    return client.discovery(
      issuer,
      config.clientId,
      undefined,
      secret === undefined ? client.None() : client.ClientSecretPost(secret),
      {
        timeout: TIMEOUT_SECONDS,
        execute: issuer.protocol === 'http:' ? [client.allowInsecureRequests] : [],
      },
    );
  }

  /** The provider is looked up at the first login, and again after it was not there. */
  function configuration(): Promise<Configuration> {
    discovered ??= discover().catch((error: unknown) => {
      discovered = undefined;
      throw error;
    });
    return discovered;
  }

  return {
    issuer: issuer.href,
    async begin(redirectUri) {
      const client = await import('openid-client');
      const known = await configuration();
      const login = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
        redirectUri,
      };
      const address = client.buildAuthorizationUrl(known, {
        redirect_uri: redirectUri,
        scope: ['openid', 'profile', 'email', ...config.scopes].join(' '),
        code_challenge: await client.calculatePKCECodeChallenge(login.verifier),
        code_challenge_method: 'S256',
        state: login.state,
        nonce: login.nonce,
      });
      return { address: address.href, login };
    },
    async finish(login, answer) {
      const client = await import('openid-client');
      const known = await configuration();
      const tokens = await client.authorizationCodeGrant(known, answer, {
        pkceCodeVerifier: login.verifier,
        expectedState: login.state,
        expectedNonce: login.nonce,
        idTokenExpected: true,
      });
      const own = tokens.claims();
      if (own === undefined) throw new Error('The provider gave no ID token');
      // Providers put groups into the one or the other.
      const more =
        known.serverMetadata().userinfo_endpoint === undefined
          ? {}
          : await client.fetchUserInfo(known, tokens.access_token, own.sub);
      return claimsOf({ ...more, ...own }, config.groupsClaim);
    },
  };
}

function issuerOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isLoopback =
    url !== undefined && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback)) return url;
  throw new OidcConfigError(
    `'${text}' is no address of a provider: it must begin with https://, or be on this machine.`,
  );
}

function claimsOf(claims: { [name: string]: unknown }, groupsClaim: string): Claims {
  const { sub, email, email_verified: isVerified, preferred_username: preferred } = claims;
  const address = typeof email === 'string' && isVerified !== false ? email : undefined;
  const given = claims[groupsClaim];
  const groups = typeof given === 'string' ? [given] : Array.isArray(given) ? given : [];
  return {
    subject: String(sub),
    names: [preferred, address, sub].filter((name) => typeof name === 'string'),
    ...(address === undefined ? {} : { email: address }),
    groups: groups.filter((group) => typeof group === 'string').slice(0, MOST_GROUPS),
  };
}
