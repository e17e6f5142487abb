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
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Aws, AwsAccount, AwsAnswer, AwsCall, AwsCount } from './aws.js';
import { BUDGET_LIMITS, type BudgetLimits, Budgets } from './budgets.js';
import { type ActionPart, type AnyClient, type ClientPart, loadClient } from './client-packages.js';
import {
  Credentials,
  type Environment,
  type Keys,
  type SecretDeclarations,
} from './credentials.js';
import { type Exchange, readBodies, watchExchange } from './exchange.js';
import { failureOf, type Refusal, refusal } from './refusals.js';
import { toAws, toClient, untypedToAws, untypedToClient } from './shapes.js';

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

export interface AwsLimits extends BudgetLimits {
  /** Milliseconds until a connection is there. Default: 10,000. */
  readonly connectMs: number;
  /** Milliseconds until a call has its answer. Default: 60,000. */
  readonly callMs: number;
  /** The same of calls that wait for work over there. Default: 910,000. */
  readonly longCallMs: number;
  /** How often a call is sent, at most. Default: 5. */
  readonly attempts: number;
  /** The first pause before it is sent again, and the longest, in milliseconds. Default: 200 and 20,000. */
  readonly firstPause: number;
  readonly longestPause: number;
  /** Bytes of an answer. Default: 16 MiB. */
  readonly answerBytes: number;
  /** Clients that are kept. Default: 1,000. */
  readonly clients: number;
}

export const AWS_LIMITS: AwsLimits = {
  ...BUDGET_LIMITS,
  connectMs: 10_000,
  callMs: 60_000,
  longCallMs: 910_000,
  attempts: 5,
  firstPause: 200,
  longestPause: 20_000,
  answerBytes: 16_777_216,
  clients: 1_000,
};

/** Calls that answer when something over there has been done, which may take a quarter of an hour. */
const LONG: ReadonlySet<string> = new Set([
  'lambda:invoke',
  'sfn:startsyncexecution',
  'bedrockruntime:invokemodel',
  'bedrockruntime:converse',
  'sagemakerruntime:invokeendpoint',
]);

/** Actions that change nothing, by their names. */
const READS =
  /^(get|list|describe|batchGet|head|query|scan|search|lookup|check|select|filter)[A-Z]/;
/** Beginning with such a word, and still no reads. */
const NO_READS = /^get(QueueUrlAndCreate|Or[A-Z])/;

/**
 * Whether an action only reads, so that it may be performed once more.
 * @example isRead('describeJobs') // true
 */
export function isRead(action: string): boolean {
  return READS.test(action) && !NO_READS.test(action);
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

class Calls implements Aws {
  readonly #accounts: ReadonlyMap<string, AwsAccount>;
  readonly #limits: AwsLimits;
  readonly #budgets: Budgets;
  readonly #credentials: Credentials;
  readonly #random: () => number;
  readonly #clients = new Map<string, AnyClient>();
  readonly #counts = new Map<string, { -readonly [name in keyof AwsCount]: AwsCount[name] }>();
  readonly #closing = new AbortController();
  // Shared by all clients: a region's addresses are the same for all accounts.
  readonly #agents = {
    httpAgent: new HttpAgent({ keepAlive: true, maxSockets: 512, maxFreeSockets: 64 }),
    httpsAgent: new HttpsAgent({ keepAlive: true, maxSockets: 512, maxFreeSockets: 64 }),
  };

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
    this.#agents.httpAgent.destroy();
    this.#agents.httpsAgent.destroy();
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
    const converted =
      schemas === undefined
        ? { type: 'value' as const, value: untypedToClient(input, service) }
        : toClient(schemas.input, input, service);
    if (converted.type === 'problems') {
      const { problems } = converted;
      return { ...refusal('invalid', 'InvalidParameters', problems.join('; ')), problems };
    }
    const value = converted.value as object;
    const isLong = LONG.has(`${service}:${name.toLowerCase()}`);
    return { call, account, part: loaded.part, action, value, isLong };
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
      const held = await this.#credentials.of(account, team);
      generation = held.generation;
      const key = [account.name, team ?? '', place.region, service, generation].join(' ');
      const client = this.#clientFor(key, part, account, place.region, held.keys);
      const command = new action.Command(value);
      exchange = watchExchange(command, this.#limits.answerBytes);
      const output = await raceOf(client.send(command, { abortSignal }), abortSignal);
      const bodies = await raceOf(readBodies(output), abortSignal);
      const shown =
        action.schemas === undefined
          ? untypedToAws(output, service, style)
          : toAws(action.schemas.output, output, style, bodies);
      return {
        type: 'answered',
        answer: {
          type: 'answered',
          output: shown as { [name: string]: never },
          metadata: metadataOf(exchange, output),
        },
      };
    } catch (error) {
      const isGivenUp = signal?.aborted || this.#closing.signal.aborted;
      const isOver = exchange?.isTooLarge
        ? 'large'
        : isGivenUp
          ? 'aborted'
          : deadline.signal.aborted
            ? 'late'
            : undefined;
      return { type: 'failed', generation, ...failureOf(error, part.name, isOver) };
    } finally {
      deadline.clear();
    }
  }

  #clientFor(
    key: string,
    { Client }: ClientPart,
    account: AwsAccount,
    region: string,
    credentials: Keys | (() => Promise<Keys>),
  ): AnyClient {
    const known = this.#clients.get(key);
    if (known !== undefined) {
      // The one that was used last is the last to go.
      this.#clients.delete(key);
      this.#clients.set(key, known);
      return known;
    }
    const client = new Client(this.#settings(account, region, credentials));
    this.#clients.set(key, client);
    if (this.#clients.size > this.#limits.clients) {
      const [oldest] = this.#clients.keys();
      // Its connections are everybody's: it is only forgotten.
      if (oldest !== undefined) this.#clients.delete(oldest);
    }
    return client;
  }

  #settings(
    { endpoint }: AwsAccount,
    region: string,
    credentials: Keys | (() => Promise<Keys>),
  ): object {
    return {
      region,
      credentials,
      maxAttempts: 1,
      // A queue's URL is what a definition says: what is signed goes to AWS alone.
      useQueueUrlAsEndpoint: false,
      ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
      requestHandler: {
        connectionTimeout: this.#limits.connectMs,
        // The deadline of the whole call ends it; the client's own would only be told otherwise.
        requestTimeout: 0,
        ...this.#agents,
      },
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
    const client = new STSClient(this.#settings(account, region, base));
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
