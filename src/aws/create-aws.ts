/**
 * Calls to AWS: the port `Aws` on AWS's own clients.
 *
 *     call ──▶ account and region? ──▶ client loaded? ──▶ input fits? ──▶ turn ──▶ sent ──▶ answered
 *               │no                     │no               │no             ▲         └──▶ throttled, broken: once more, later
 *               └───────────────────────┴─────────────────┴──▶ refused    └─────────────────┘
 *
 * The clients' own retries are off: how often and when is decided here, where all calls of an account are known. A call whose
 * answer was lost is sent once more only if that does no harm.
 * @module
 */

import { isLong, isRead } from './action-kinds.js';
import type { Aws, AwsAccount, AwsAnswer, AwsCall, AwsCount } from './aws.js';
import { Budgets } from './budgets.js';
import { type ActionPart, type AnyClient, type ClientPart, loadClient } from './client-packages.js';
import {
  Credentials,
  type Environment,
  type Keys,
  type SecretDeclarations,
} from './credentials.js';
import { type Exchange, readBodies, watchExchange } from './exchange.js';
import { AWS_LIMITS, type AwsLimits } from './limits.js';
import { failureOf, type Refusal, refusal } from './refusals.js';
import { toAws, toClient, untypedToAws, untypedToClient } from './shapes.js';
import { openTransport, type Transport } from './transport.js';

export interface AwsConfig {
  readonly accounts: readonly AwsAccount[];
  /** Where keys, profile and region are looked for. */
  readonly environment: Environment;
  /** Told what is secret. */
  readonly secrets: SecretDeclarations;
  /** Default: `AWS_LIMITS`. */
  readonly limits?: Partial<AwsLimits>;
  /** Milliseconds since the epoch. Default: this machine's clock. */
  readonly now?: () => number;
  /** From 0 up to 1. Default: this machine's. */
  readonly random?: () => number;
}

/**
 * Opens no connection and loads nothing until the first call.
 * @example
 * const aws = createAws({ accounts, environment: process.env, secrets });
 * await aws.call({ place: { account: 'lake', region: 'eu-central-1' }, service: 'glue', action: 'listJobs', input: {} });
 */
export function createAws(config: AwsConfig): Aws {
  return new Calls(config);
}

/** A call whose place, service, action and input are known to be right. */
interface Prepared {
  readonly call: AwsCall;
  readonly account: AwsAccount;
  readonly part: ClientPart;
  readonly action: ActionPart;
  readonly value: object;
  readonly isLong: boolean;
}

type Tried =
  | { readonly type: 'answered'; readonly answer: AwsAnswer }
  | {
      readonly type: 'failed';
      readonly refusal: Refusal;
      readonly isUnperformed: boolean;
      readonly generation: number;
    };

/** Nobody could be found as whom to call. */
class Unassumed {
  readonly error: unknown;
  constructor(error: unknown) {
    this.error = error;
  }
}

class Calls implements Aws {
  readonly #accounts: ReadonlyMap<string, AwsAccount>;
  readonly #limits: AwsLimits;
  readonly #budgets: Budgets;
  readonly #credentials: Credentials;
  readonly #random: () => number;
  readonly #clients = new Map<string, AnyClient>();
  readonly #counts = new Map<string, { -readonly [name in keyof AwsCount]: AwsCount[name] }>();
  readonly #closing = new AbortController();
  #transport: Promise<Transport> | undefined;

  constructor(config: AwsConfig) {
    const now = config.now ?? Date.now;
    this.#accounts = new Map(config.accounts.map((account) => [account.name, account]));
    this.#limits = { ...AWS_LIMITS, ...config.limits };
    this.#budgets = new Budgets(this.#limits, now);
    this.#random = config.random ?? Math.random;
    this.#credentials = new Credentials({
      environment: config.environment,
      secrets: config.secrets,
      now,
      assume: (...asked) => this.#assume(...asked),
    });
  }

  accounts(): readonly AwsAccount[] {
    return [...this.#accounts.values()];
  }

  counts(): readonly AwsCount[] {
    return [...this.#counts.values()].map((count) => ({ ...count }));
  }

  close(): void {
    this.#closing.abort();
    this.#budgets.close();
    for (const client of this.#clients.values()) client.destroy();
    this.#clients.clear();
    void this.#transport?.then(({ destroy }) => destroy());
  }

  async call(call: AwsCall): Promise<AwsAnswer> {
    try {
      const prepared = await this.#prepare(call);
      return 'type' in prepared ? prepared : await this.#perform(prepared);
    } catch (error) {
      return refusal('invalid', 'InternalError', (error as Error).message);
    }
  }

  async #prepare(call: AwsCall): Promise<Prepared | Refusal> {
    const { place, service, action: name, input } = call;
    const account = this.#accounts.get(place.account);
    if (account === undefined) {
      return refusal('invalid', 'UnknownAccount', `There is no account "${place.account}".`);
    }
    if (!account.regions.includes(place.region)) {
      const text = `Account "${account.name}" is not used in region "${place.region}".`;
      return refusal('invalid', 'UnknownRegion', text);
    }
    const loaded = await loadClient(service);
    if (loaded.type === 'absent') return refusal('invalid', 'UnknownService', loaded.problem);
    const action = loaded.part.action(name);
    if (action === undefined) {
      return refusal('invalid', 'UnknownAction', `Service "${service}" has no action "${name}".`);
    }
    const { schemas } = action;
    const streams = [schemas?.input, schemas?.output].some((shape) =>
      shape?.getEventStreamMember(),
    );
    if (streams) {
      const text = `${service}:${name} speaks in a stream of events, which a call here cannot.`;
      return refusal('invalid', 'UnknownAction', text);
    }
    const converted =
      schemas === undefined
        ? { type: 'value' as const, value: untypedToClient(input, service) }
        : toClient(schemas.input, input, service);
    if (converted.type === 'problems') {
      const { problems } = converted;
      return { ...refusal('invalid', 'InvalidParameters', problems.join('; ')), problems };
    }
    const value = converted.value as object;
    const { part } = loaded;
    return { call, account, part, action, value, isLong: isLong(service, name) };
  }

  async #perform(prepared: Prepared): Promise<AwsAnswer> {
    const { call, account } = prepared;
    const isRepeatable = call.isRepeatable ?? isRead(call.action);
    let hasRenewed = false;
    for (let attempt = 1; ; attempt += 1) {
      const turn = await this.#budgets.take({
        place: `${account.account} ${call.place.region}`,
        api: `${call.service}:${call.action}`,
        urgency: call.urgency ?? 'task',
        isLong: prepared.isLong,
        signal: call.signal,
      });
      if (turn === 'aborted') return refusal('aborted', 'Aborted', 'The call was given up.');
      if (turn === 'crowded') {
        const text = 'Too many calls wait for their turn.';
        return refusal('throttled', 'SdkClientException', text);
      }
      const tried = await this.#try(prepared).catch((error: unknown): Tried => {
        return {
          type: 'failed',
          generation: 0,
          ...failureOf(error, prepared.part.name, undefined),
        };
      });
      if (tried.type === 'failed' && tried.refusal.kind === 'throttled') turn.throttled();
      else turn.done();
      this.#count(prepared, tried);
      if (tried.type === 'answered') return tried.answer;
      const { kind } = tried.refusal;
      if (kind === 'expired') {
        if (hasRenewed || !this.#credentials.renew(account, call.team, tried.generation)) {
          return tried.refusal;
        }
        hasRenewed = true;
        continue;
      }
      const passes = kind === 'throttled' || kind === 'server' || kind === 'unreachable';
      const isHarmless = isRepeatable || tried.isUnperformed;
      if (!passes || !isHarmless || attempt >= this.#limits.attempts) return tried.refusal;
      if (!(await this.#pause(attempt, call.signal))) {
        return refusal('aborted', 'Aborted', 'The call was given up.');
      }
    }
  }

  /** One sending. */
  async #try({ call, account, part, action, value, isLong }: Prepared): Promise<Tried> {
    const { service, place, team, signal, style = 'model' } = call;
    let generation = 0;
    let exchange: Exchange | undefined;
    const deadline = deadlineOf(isLong ? this.#limits.longCallMs : this.#limits.callMs);
    const signals = [deadline.signal, this.#closing.signal, ...(signal ? [signal] : [])];
    const abortSignal = AbortSignal.any(signals);
    try {
      const held = await raceOf(this.#credentials.of(account, team), abortSignal).catch(
        (error: unknown) => new Unassumed(error),
      );
      // The call itself was not sent.
      if (held instanceof Unassumed) {
        const isOver = this.#overBy(signal, deadline.signal, undefined);
        const { refusal: refused } = failureOf(held.error, 'STS', isOver);
        const told = { ...refused, isModelled: false };
        return { type: 'failed', generation, refusal: told, isUnperformed: true };
      }
      generation = held.generation;
      const key = [account.name, team ?? '', place.region, service, generation].join(' ');
      const settings = await this.#settings(account, place.region, held.keys);
      const client = this.#clientFor(key, part, settings);
      const command = new action.Command(value);
      exchange = watchExchange(command, this.#limits.answerBytes);
      const output = await raceOf(client.send(command, { abortSignal }), abortSignal);
      const bodies = await raceOf(readBodies(output), abortSignal);
      const shown =
        action.schemas === undefined
          ? untypedToAws(output, service, style)
          : toAws(
              action.schemas.output,
              output,
              style,
              bodies,
              call.bodies === 'base64' ? 'base64' : 'utf8',
            );
      return {
        type: 'answered',
        answer: {
          type: 'answered',
          output: shown as { [name: string]: never },
          metadata: metadataOf(exchange, output),
        },
      };
    } catch (error) {
      const isOver = this.#overBy(signal, deadline.signal, exchange);
      return { type: 'failed', generation, ...failureOf(error, part.name, isOver) };
    } finally {
      deadline.clear();
    }
  }

  /** Why a call ended here rather than over there. */
  #overBy(
    signal: AbortSignal | undefined,
    deadline: AbortSignal,
    exchange: Exchange | undefined,
  ): 'large' | 'aborted' | 'late' | undefined {
    if (exchange?.isTooLarge) return 'large';
    if (signal?.aborted || this.#closing.signal.aborted) return 'aborted';
    return deadline.aborted ? 'late' : undefined;
  }

  #clientFor(key: string, { Client }: ClientPart, settings: object): AnyClient {
    const known = this.#clients.get(key);
    if (known !== undefined) {
      // The one that was used last is the last to go.
      this.#clients.delete(key);
      this.#clients.set(key, known);
      return known;
    }
    const client = new Client(settings);
    this.#clients.set(key, client);
    if (this.#clients.size > this.#limits.clients) {
      const [oldest] = this.#clients.keys();
      // Its connections are everybody's: it is only forgotten.
      if (oldest !== undefined) this.#clients.delete(oldest);
    }
    return client;
  }

  async #settings(
    { endpoint }: AwsAccount,
    region: string,
    credentials: Keys | (() => Promise<Keys>),
  ): Promise<object> {
    this.#transport ??= openTransport(this.#limits.connectMs);
    const { handler } = await this.#transport;
    return {
      region,
      credentials,
      maxAttempts: 1,
      // A queue's URL is what a definition says: what is signed goes to AWS alone.
      useQueueUrlAsEndpoint: false,
      ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
      requestHandler: handler,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      logger: SILENT,
    };
  }

  async #assume(
    account: AwsAccount,
    base: Keys | (() => Promise<Keys>),
    input: { RoleArn: string; RoleSessionName: string; ExternalId?: string },
  ): Promise<Keys> {
    const { STSClient, AssumeRoleCommand } = await import('@aws-sdk/client-sts');
    const [region = 'us-east-1'] = account.regions;
    const client = new STSClient(await this.#settings(account, region, base));
    const deadline = deadlineOf(this.#limits.callMs);
    const abortSignal = AbortSignal.any([deadline.signal, this.#closing.signal]);
    try {
      const { Credentials: made } = await raceOf(
        client.send(new AssumeRoleCommand(input), { abortSignal }),
        abortSignal,
      );
      if (!made?.AccessKeyId || !made.SecretAccessKey) throw new Error('no credentials were given');
      return {
        accessKeyId: made.AccessKeyId,
        secretAccessKey: made.SecretAccessKey,
        ...(made.SessionToken === undefined ? {} : { sessionToken: made.SessionToken }),
        ...(made.Expiration === undefined ? {} : { expiration: made.Expiration }),
      };
    } finally {
      deadline.clear();
    }
  }

  #count({ call, account }: Prepared, tried: Tried): void {
    const { service, action, place } = call;
    const key = [account.name, place.region, service, action].join(' ');
    let count = this.#counts.get(key);
    if (count === undefined) {
      const { region } = place;
      count = {
        account: account.name,
        region,
        service,
        action,
        answered: 0,
        refused: 0,
        throttled: 0,
      };
      this.#counts.set(key, count);
    }
    if (tried.type === 'answered') count.answered += 1;
    else if (tried.refusal.kind === 'throttled') count.throttled += 1;
    else count.refused += 1;
  }

  /** Full jitter: whoever failed together does not come back together. */
  #pause(attempt: number, signal: AbortSignal | undefined): Promise<boolean> {
    const { firstPause, longestPause } = this.#limits;
    const most = Math.min(longestPause, firstPause * 2 ** attempt);
    return new Promise((resolve) => {
      const end = (isOver: boolean): void => {
        clearTimeout(timer);
        for (const one of [signal, this.#closing.signal]) one?.removeEventListener('abort', stop);
        resolve(isOver);
      };
      const stop = (): void => end(false);
      const timer = setTimeout(() => end(true), this.#random() * most);
      for (const one of [signal, this.#closing.signal]) {
        if (one?.aborted) end(false);
        one?.addEventListener('abort', stop, { once: true });
      }
    });
  }
}

const SILENT = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

function deadlineOf(milliseconds: number): { signal: AbortSignal; clear(): void } {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), milliseconds);
  return { signal: controller.signal, clear: () => clearTimeout(timer) };
}

/** The clients do not give up everywhere when they are told to: while they look for credentials, or read a body. */
function raceOf<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new Error('given up'));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

function metadataOf(
  { statusCode, headers }: Exchange,
  output: unknown,
): {
  requestId: string;
  statusCode: number;
  headers: { [name: string]: string };
} {
  const { $metadata: told = {} } = output as {
    $metadata?: { requestId?: string; httpStatusCode?: number };
  };
  return {
    requestId: told.requestId ?? headers['x-amzn-requestid'] ?? headers['x-amz-request-id'] ?? '',
    statusCode: told.httpStatusCode ?? statusCode,
    headers,
  };
}
