/**
 * As whom calls are made: a role of the account that is assumed for an hour, a profile, or what AWS's client finds.
 *
 *     keys of the environment │ profile │ default chain ──▶ STS AssumeRole (external id, session of a team)
 *                                                              └──▶ kept until 5 minutes before they expire, or AWS says so
 *
 * Whatever is secret about them is declared before anybody can see it, and forgotten after it has expired.
 * @module
 */
import type { AwsAccount } from './aws.js';

/** What AWS's clients sign with. */
export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

export type Environment = { readonly [name: string]: string | undefined };

/** Masks what it is told. */
export interface SecretDeclarations {
  declare(value: string): void;
  forget(value: string): void;
}

/** Makes a call to AWS's token service with given keys; rejects when it was refused. */
export type AssumeRole = (
  account: AwsAccount,
  base: Keys | KeySource,
  input: { RoleArn: string; RoleSessionName: string; ExternalId?: string },
) => Promise<Keys>;

/** Finds keys when they are needed. */
export type KeySource = () => Promise<Keys>;

/** Keys and how often they were made anew, so that a client which was made with older ones is known. */
export interface Held {
  readonly keys: Keys | KeySource;
  readonly generation: number;
}

/** Milliseconds before their end at which keys are made anew. */
const EARLY = 300_000;
/** Milliseconds between two renewals that calls ask for: a role that was taken away must not be assumed at every call. */
const RENEWAL_PAUSE = 5_000;
/** Sessions that are kept: of each account one for each team. */
const MOST_SESSIONS = 10_000;

interface Session {
  keys: Promise<Keys>;
  madeAt: number;
  /** Infinite for keys without an end. */
  until: number;
  generation: number;
  declared: readonly string[];
}

export interface CredentialsConfig {
  readonly environment: Environment;
  readonly secrets: SecretDeclarations;
  readonly now: () => number;
  readonly assume: AssumeRole;
  /** Milliseconds within which a second renewal is not made. Default: 5,000. */
  readonly renewalPause?: number;
}

/** Credentials of all accounts. */
export class Credentials {
  readonly #config: CredentialsConfig;
  readonly #sessions = new Map<string, Session>();
  readonly #sources = new Map<string, KeySource>();
  #generation = 0;

  constructor(config: CredentialsConfig) {
    this.#config = config;
  }

  /**
   * @param team for whom; undefined: this server
   * @throws whatever the token service says
   */
  async of(account: AwsAccount, team: string | undefined): Promise<Held> {
    if (account.role === undefined) {
      return { keys: this.#baseOf(account), generation: 0 };
    }
    const key = sessionKey(account, team);
    const now = this.#config.now();
    const known = this.#sessions.get(key);
    const session =
      known !== undefined && known.until - EARLY > now ? known : this.#begin(key, account, team);
    const { generation } = session;
    return { keys: await session.keys, generation };
  }

  /**
   * A call with keys of this generation was told that they have expired.
   * @returns whether the next ones are others; false for those that were made just now
   */
  renew(account: AwsAccount, team: string | undefined, generation: number): boolean {
    const known = this.#sessions.get(sessionKey(account, team));
    if (account.role === undefined || known === undefined) return false;
    if (known.generation !== generation) return true;
    const pause = this.#config.renewalPause ?? RENEWAL_PAUSE;
    if (this.#config.now() - known.madeAt < pause) return false;
    known.until = 0;
    return true;
  }

  /** As in AWS's own order, a profile goes before keys of the environment. */
  #baseOf({ profile }: AwsAccount): Keys | KeySource {
    const { environment, secrets } = this.#config;
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_PROFILE } =
      environment;
    const named = profile ?? AWS_PROFILE;
    if (named === undefined && AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY) {
      return {
        accessKeyId: AWS_ACCESS_KEY_ID,
        secretAccessKey: AWS_SECRET_ACCESS_KEY,
        ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),
      };
    }
    const known = this.#sources.get(named ?? '');
    if (known !== undefined) return known;
    const source = keySource(named, secrets);
    this.#sources.set(named ?? '', source);
    return source;
  }

  #begin(key: string, account: AwsAccount, team: string | undefined): Session {
    const { secrets, now, assume } = this.#config;
    const before = this.#sessions.get(key);
    this.#generation += 1;
    const session: Session = {
      keys: Promise.reject(new Error('not yet')),
      madeAt: now(),
      // Nobody begins a second one while this one is being made.
      until: Number.POSITIVE_INFINITY,
      generation: this.#generation,
      declared: [],
    };
    const { arn, externalId } = account.role as NonNullable<AwsAccount['role']>;
    session.keys.catch(() => undefined);
    session.keys = assume(account, this.#baseOf(account), {
      RoleArn: arn,
      RoleSessionName: sessionName(team),
      ...(externalId === undefined ? {} : { ExternalId: externalId }),
    }).then(
      (keys) => {
        const values = [keys.secretAccessKey, keys.sessionToken ?? ''].filter(Boolean);
        for (const value of values) secrets.declare(value);
        session.declared = values;
        session.until = keys.expiration?.getTime() ?? Number.POSITIVE_INFINITY;
        // Those before have been out of use for the whole life of these.
        for (const value of before?.declared ?? []) {
          if (!values.includes(value)) secrets.forget(value);
        }
        return keys;
      },
      (error: unknown) => {
        if (this.#sessions.get(key) === session) this.#sessions.delete(key);
        throw error;
      },
    );
    session.keys.catch(() => undefined);
    if (this.#sessions.size >= MOST_SESSIONS) this.#sessions.clear();
    this.#sessions.set(key, session);
    return session;
  }
}

/** One for each profile: it keeps what it found, and finds anew what has expired. */
function keySource(profile: string | undefined, secrets: SecretDeclarations): KeySource {
  let found: Promise<KeySource> | undefined;
  return async () => {
    found ??= import('@aws-sdk/credential-providers').then(({ fromIni, fromNodeProviderChain }) =>
      profile === undefined ? fromNodeProviderChain() : fromIni({ profile }),
    );
    const keys = await (await found)();
    secrets.declare(keys.secretAccessKey);
    if (keys.sessionToken !== undefined) secrets.declare(keys.sessionToken);
    return keys;
  };
}

function sessionKey({ name }: AwsAccount, team: string | undefined): string {
  return `${name} ${team ?? ''}`;
}

/** 2 to 64 of the characters that AWS allows. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
function sessionName(team: string | undefined): string {
  return `millrace-${team ?? 'server'}`.replace(/[^\w+=,.@-]/g, '-').slice(0, 64);
}
