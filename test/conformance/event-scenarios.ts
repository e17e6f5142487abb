/**
 * Replays recorded calls of EventBridge, with the AWS SDK for JavaScript as the client.
 *
 * Recordings leave out what the tests had made beforehand: it is told from the answers and made here. What a request
 * took from an earlier answer is told from its member.
 * @module
 */
import * as sdk from '@aws-sdk/client-eventbridge';
import { Answers, type Members, type Value } from './answers.js';
import type { ApiScenario, RecordedCall } from './api-scenarios.js';

const TOKEN =
  /<<[^<>]*>[^<>]*>|<[A-Za-z][^<>\s]*>|tok\d{4}x|\b(target-arn|connection-arn|api-destination-arn|event-id)\b/g;
const DATES = /(Date|Time|timestamp)$/;
const PREFIX = 'arn:aws:events:us-east-1:111111111111';
/** Milliseconds that a listing or description is repeated until it is as recorded. */
const PATIENCE = 4_000;
const HOUR = 3_600_000;

/** The first difference between a scenario and the server's answers. */
export async function replayEvents(
  scenario: ApiScenario,
  endpoint: string,
  credentials: { accessKeyId: string; secretAccessKey: string },
): Promise<string | undefined> {
  const client = new sdk.EventBridgeClient({
    endpoint,
    region: 'us-east-1',
    credentials,
    maxAttempts: 1,
  });
  try {
    return await new EventReplay(scenario, client).run();
  } finally {
    client.destroy();
  }
}

class EventReplay {
  readonly #scenario: ApiScenario;
  readonly #client: sdk.EventBridgeClient;
  readonly #answers: Answers;
  readonly #made: Set<string> = new Set();
  /** ARNs in answers, by member, the latest last. */
  readonly #arns: Map<string, string[]> = new Map();
  /** Bus of each archive that was made beforehand, by ARN. */
  readonly #archives: Map<string, string> = new Map();
  #latestArn = '';
  #nextToken = '';
  #buses: string[] = [];

  constructor(scenario: ApiScenario, client: sdk.EventBridgeClient) {
    this.#scenario = scenario;
    this.#client = client;
    this.#answers = new Answers(TOKEN, DATES, scenario.lossy);
  }

  async run(): Promise<string | undefined> {
    for (const [index, call] of this.#scenario.calls.entries()) {
      await this.#prepare(call);
      const difference = await this.#call(index, call);
      if (difference !== undefined) return `call ${index} ${call.operation}: ${difference}`;
    }
    return undefined;
  }

  async #call(index: number, call: RecordedCall): Promise<string | undefined> {
    const request = this.#fill(call.request, '', call) as Members;
    const until = Date.now() + PATIENCE;
    for (;;) {
      const before = new Map(this.#answers.bound);
      const difference = await this.#once(index, call, request);
      const isOver = Date.now() > until || !/^(list|describe)_/.test(call.operation) || call.fails;
      if (difference === undefined || isOver) return difference;
      this.#answers.bound.clear();
      for (const [token, value] of before) this.#answers.bound.set(token, value);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async #once(index: number, call: RecordedCall, request: Members): Promise<string | undefined> {
    let answer: Members;
    try {
      answer = await this.#send(call.operation, request);
    } catch (error) {
      const { name, message } = error as Error;
      if (!call.fails) return `was refused with ${name}: ${message}`;
      const { code, message: text } = call.error ?? { code: null, message: null };
      if (text?.startsWith('Parameter validation failed')) return undefined;
      if (code && code !== name) return `refused with ${name}, not ${code} (${message})`;
      return text
        ? this.#answers.compare(text, message, `/calls/${index}/error/message`)
        : undefined;
    }
    if (call.fails) return `succeeded, but was refused with ${JSON.stringify(call.error)}`;
    this.#remember(call, request, answer);
    for (const [number, expected] of (call.responses ?? []).entries()) {
      const at = `/calls/${index}/responses/${number}`;
      const difference = this.#answers.compare(expected, answer, at);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }

  async #send(operation: string, request: Members): Promise<Members> {
    const name = operation
      .split('_')
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
      .join('');
    const Command = (sdk as unknown as Record<string, new (input: Members) => never>)[
      `${name}Command`
    ];
    if (Command === undefined) throw new Error(`The SDK has no ${name}Command`);
    const { $metadata: _, ...answer } = (await this.#client.send(
      new Command(request),
    )) as unknown as Members;
    return answer;
  }

  #remember({ operation }: RecordedCall, request: Members, answer: Members): void {
    if (typeof answer.NextToken === 'string') this.#nextToken = answer.NextToken;
    for (const [name, value] of Object.entries(answer)) {
      if (!/Arn$/.test(name) || typeof value !== 'string') continue;
      this.#arns.set(name, [...(this.#arns.get(name) ?? []), value]);
      this.#latestArn = value;
    }
    if (operation === 'create_event_bus') this.#buses.push(String(request.Name));
  }

  /** Makes what the test had before its first recorded call. */
  async #prepare(call: RecordedCall): Promise<void> {
    const { operation, request } = call;
    if (operation === 'start_replay') await this.#prepareReplay(call);
    if (call.fails) {
      if (call.error?.code === 'ResourceAlreadyExistsException') await this.#makeFirst(call);
      return;
    }
    if (/_(connection|api_destination|archive)s?$/.test(operation)) await this.#prepareNamed(call);
    const bus = request.EventBusName;
    const isOfRule = /rule|target/.test(operation);
    if (isOfRule && typeof bus === 'string' && /^<[^<>]+>$/.test(bus)) await this.#prepareBus(bus);
  }

  /** What is refused because it is there already, and no recorded call has made. */
  async #makeFirst(call: RecordedCall): Promise<void> {
    const { calls } = this.#scenario;
    const before = calls.slice(0, calls.indexOf(call));
    if (before.some(({ operation }) => operation === call.operation)) return;
    const request = this.#fill(call.request, '', call) as Members;
    this.#remember(call, request, await this.#send(call.operation, request));
  }

  async #prepareBus(token: string): Promise<void> {
    if (this.#answers.bound.has(token)) return;
    const told = JSON.stringify(this.#scenario.calls);
    // A rule of the default bus has no bus in its ARN.
    const isCustom = told.includes(`:rule/${token}/`);
    const name = isCustom ? this.#nameFor(token) : 'default';
    this.#answers.bound.set(token, name);
    if (isCustom) await this.#makeBus(name);
  }

  async #makeBus(name: string): Promise<void> {
    await this.#send('create_event_bus', { Name: name });
    this.#buses.push(name);
  }

  async #prepareNamed(call: RecordedCall): Promise<void> {
    const [, kind = ''] = /_(connection|api_destination|archive)s?$/.exec(call.operation) ?? [];
    const isMade = this.#scenario.calls.some(({ operation }) => operation === `create_${kind}`);
    if (isMade || this.#made.has(kind)) return;
    this.#made.add(kind);
    const described = this.#scenario.calls.find(
      ({ operation }) => operation === `describe_${kind}`,
    );
    const told = described?.responses?.[0] ?? {};
    const token = String(call.request.Name ?? call.request.NamePrefix ?? `made-${kind}`);
    if (kind === 'connection') await this.#makeConnection(this.#nameFor(token), told);
    if (kind === 'api_destination') await this.#makeApiDestination(this.#nameFor(token), told);
    if (kind === 'archive') await this.#prepareArchive(told);
  }

  /** Secrets are not told: any will do. */
  async #makeConnection(name: string, told: Members): Promise<string> {
    const parameters = (told.AuthParameters ?? {
      ApiKeyAuthParameters: { ApiKeyName: 'key' },
    }) as { [kind: string]: Members };
    const { BasicAuthParameters, ApiKeyAuthParameters, OAuthParameters } = parameters;
    const secret = 'secret';
    const answer = await this.#send('create_connection', {
      Name: name,
      AuthorizationType: told.AuthorizationType ?? 'API_KEY',
      AuthParameters: {
        ...parameters,
        ...(BasicAuthParameters
          ? { BasicAuthParameters: { ...BasicAuthParameters, Password: secret } }
          : {}),
        ...(ApiKeyAuthParameters
          ? { ApiKeyAuthParameters: { ...ApiKeyAuthParameters, ApiKeyValue: secret } }
          : {}),
        ...(OAuthParameters
          ? {
              OAuthParameters: {
                ...OAuthParameters,
                ClientParameters: {
                  ...(OAuthParameters.ClientParameters as Members),
                  ClientSecret: secret,
                },
              },
            }
          : {}),
      },
    });
    return String(answer.ConnectionArn);
  }

  async #makeApiDestination(name: string, told: Members): Promise<void> {
    const isActive = told.ApiDestinationState !== 'INACTIVE';
    const oauth = {
      AuthorizationType: 'OAUTH_CLIENT_CREDENTIALS',
      AuthParameters: {
        OAuthParameters: {
          AuthorizationEndpoint: 'https://example.com/oauth',
          ClientParameters: { ClientID: 'client' },
          HttpMethod: 'POST',
        },
      },
    };
    const connection = await this.#makeConnection('connection', isActive ? {} : oauth);
    this.#answers.bound.set('connection-arn', connection);
    await this.#send('create_api_destination', {
      Name: name,
      ConnectionArn: connection,
      InvocationEndpoint: told.InvocationEndpoint ?? 'https://example.com',
      HttpMethod: told.HttpMethod ?? 'POST',
      ...(told.Description === undefined ? {} : { Description: told.Description }),
    });
  }

  async #prepareArchive(told: Members): Promise<void> {
    const lists = this.#scenario.calls.filter(({ operation }) => operation === 'list_archives');
    const found = lists.flatMap((call) => {
      const [archive] = (call.responses?.[0]?.Archives ?? []) as Members[];
      return archive === undefined ? [] : [{ archive, prefix: call.request.NamePrefix }];
    });
    const [first] = found;
    // The name begins with every text that found it.
    const plain = found.map(({ prefix }) => String(prefix ?? '')).filter((text) => !/</.test(text));
    const token = String(told.ArchiveName ?? first?.archive.ArchiveName ?? '<archive-name>');
    const name = `${plain[0] ?? 'archive'}-made`;
    this.#answers.bound.set(token, name);
    await this.#makeBus('archived-bus');
    const pattern = told.EventPattern;
    await this.#makeArchive(name, 'archived-bus', {
      RetentionDays: told.RetentionDays ?? first?.archive.RetentionDays ?? 0,
      ...(told.Description === undefined ? {} : { Description: told.Description }),
      ...(pattern === undefined ? {} : { EventPattern: JSON.stringify(pattern) }),
    });
  }

  async #makeArchive(name: string, bus: string, more: Members = {}): Promise<string> {
    const answer = await this.#send('create_archive', {
      ArchiveName: name,
      EventSourceArn: `${PREFIX}:event-bus/${bus}`,
      ...more,
    });
    const arn = String(answer.ArchiveArn);
    this.#archives.set(arn, bus);
    return arn;
  }

  /** The archive that a replay is of, on the bus of the rule or on the next one that was made. */
  async #prepareReplay({ request }: RecordedCall): Promise<void> {
    const token = String(request.EventSourceArn);
    // An archive that is told by its ARN is one that is not there.
    if (this.#answers.bound.has(token) || token.startsWith('arn:')) return;
    const taken = new Set(this.#archives.values());
    const rule = this.#arns.get('RuleArn')?.at(-1);
    const ofRule = rule === undefined ? undefined : ruleBus(rule);
    const bus = ofRule ?? this.#buses.find((name) => !taken.has(name)) ?? 'default';
    const arn = await this.#makeArchive(`archive-${this.#archives.size}`, bus);
    this.#answers.bound.set(token, arn);
    const replayed = JSON.stringify(this.#scenario.calls).includes('EventLastReplayedTime');
    if (!replayed) return;
    const told = this.#scenario.calls.find(({ operation }) => operation === 'put_rule');
    const pattern = JSON.parse(String(told?.request.EventPattern ?? '{}')) as {
      [name: string]: string[];
    };
    await this.#send('put_events', {
      Entries: [
        {
          Source: pattern.source?.[0] ?? 'test',
          DetailType: pattern['detail-type']?.[0] ?? 'test',
          Detail: '{}',
          EventBusName: bus,
        },
      ],
    });
  }

  #fill(value: Value, member: string, call: RecordedCall): Value {
    if (Array.isArray(value)) return value.map((item) => this.#fill(item, member, call));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([name, inner]) => {
          const isDestination = member === 'Destination' && name === 'Arn';
          return [name, this.#fill(inner, isDestination ? 'Destination' : name, call)];
        }),
      );
    }
    if (typeof value !== 'string') return value;
    const wholly = new RegExp(`^(?:${TOKEN.source})$`).test(value);
    if (wholly) {
      const taken = this.#taken(value, member, call);
      if (taken !== undefined) return taken;
    }
    return value.replaceAll(TOKEN, (token) => this.#nameFor(token));
  }

  /** What a request took from somewhere else. */
  #taken(token: string, member: string, call: RecordedCall): Value | undefined {
    if (/^(EventStartTime|EventEndTime|Time)$/.test(member)) {
      return new Date(
        Date.now() + (member === 'EventStartTime' ? -HOUR : HOUR),
      ) as unknown as Value;
    }
    if (member === 'NextToken') return this.#nextToken;
    if (member === 'Destination') return this.#destination(call);
    const known = this.#answers.bound.get(token);
    if (known !== undefined) return known;
    const arn = this.#arnFor(member, call);
    if (arn !== undefined) this.#answers.bound.set(token, arn);
    return arn;
  }

  #arnFor(member: string, call: RecordedCall): string | undefined {
    switch (member) {
      case 'Arn':
      case 'TargetArn':
        return `arn:aws:sqs:us-east-1:111111111111:queue-${this.#answers.bound.size}`;
      case 'RoleArn':
        return 'arn:aws:iam::111111111111:role/test';
      case 'ResourceARN':
        return this.#latestArn;
      case 'FilterArns':
        return this.#arns.get('RuleArn')?.at(-1);
      case 'ConnectionArn':
        return call.fails
          ? `${PREFIX}:connection/none/00000000-0000-0000-0000-000000000000`
          : (this.#arns.get('ConnectionArn')?.at(-1) ?? this.#answers.bound.get('connection-arn'));
      case 'EventSourceArn':
        return `${PREFIX}:event-bus/${this.#buses.at(-1) ?? 'default'}`;
      case 'Principal':
        return '222222222222';
      default:
        return undefined;
    }
  }

  /** A replay goes to the bus that its archive is of. */
  #destination(call: RecordedCall): string {
    const archive = this.#answers.bound.get(String(call.request.EventSourceArn)) ?? '';
    return `${PREFIX}:event-bus/${this.#archives.get(archive) ?? 'default'}`;
  }

  #nameFor(token: string): string {
    const known = this.#answers.bound.get(token);
    if (known !== undefined) return known;
    const name = token.replaceAll(/[^A-Za-z0-9_-]/g, '-').replaceAll(/^-+|-+$/g, '');
    this.#answers.bound.set(token, name);
    return name;
  }
}

function ruleBus(arn: string): string {
  const path = arn.slice(arn.indexOf(':rule/') + ':rule/'.length);
  const cut = path.lastIndexOf('/');
  return cut < 0 ? 'default' : path.slice(0, cut);
}
