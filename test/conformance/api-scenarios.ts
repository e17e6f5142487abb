/**
 * Replays recorded sequences of API calls over HTTP, with the AWS SDK for JavaScript as the client, and compares the
 * answers member by member. What the recording replaced is bound when it first appears and must stay the same; members
 * that newer versions of the service added are no difference.
 * @module
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as scheduler from '@aws-sdk/client-scheduler';
import * as sfn from '@aws-sdk/client-sfn';
import { type Server, startServer } from '../../src/server.js';
import { Answers, type Members, type Value } from './answers.js';
import { replayEvents } from './event-scenarios.js';

export interface RecordedCall {
  service: string;
  operation: string;
  request: Members;
  responses?: Members[];
  partial?: { path: string; value: Value }[];
  fails?: boolean;
  error?: { code: string | null; message: string | null };
}

export interface ApiScenario {
  name: string;
  calls: RecordedCall[];
  lossy: string[];
}

export function isApiScenario(row: { [key: string]: unknown }): boolean {
  return Array.isArray(row.calls);
}

/** Runs each scenario against a server and with a client of its own. */
export interface ScenarioRunner {
  /** Undefined when the answers agree; else the first difference. `skipped`: calls to a service that is not spoken yet. */
  run(scenario: ApiScenario): Promise<{ difference?: string; skipped?: true }>;
}

interface Client {
  send(command: never): Promise<unknown>;
  destroy(): void;
}

interface Service {
  sdk: object;
  Client: new (config: sfn.SFNClientConfig) => Client;
}

/** The services that are spoken, as the recordings call them. */
const SERVICES: { readonly [name: string]: Service } = {
  stepfunctions: { sdk: sfn, Client: sfn.SFNClient as never },
  scheduler: { sdk: scheduler, Client: scheduler.SchedulerClient as never },
};

/** The account and region of the recordings. */
const IDENTITY = { accountId: '111111111111', region: 'us-east-1' };

/** Stands for the services that a recording needed: a queue that takes messages, a function that answers as recorded. */
function bindingsOf(scenario: ApiScenario): string {
  const [answer] =
    scenario.calls.find(({ operation }) => operation === 'test_state')?.responses ?? [];
  const given = (answer?.inspectionData as Members | undefined)?.result ?? answer?.output ?? {};
  const payload =
    typeof given === 'string' ? JSON.parse(given) : ((given as Members).Payload ?? given);
  return JSON.stringify({
    'arn:aws:states:::sqs:sendMessage': { connector: 'echo' },
    lambda_function_name: { mock: payload },
  });
}

export function openScenarioRunner(): ScenarioRunner {
  return {
    async run(scenario) {
      const services = [...new Set(scenario.calls.map(({ service }) => service))];
      const isEvents = services.length === 1 && services[0] === 'events';
      if (!isEvents && !services.every((service) => Object.hasOwn(SERVICES, service)))
        return { skipped: true };
      // Each scenario was recorded in an account where nothing else was.
      const data = mkdtempSync(join(tmpdir(), 'millrace-scenarios-'));
      const bindings = join(data, 'bindings.yaml');
      writeFileSync(bindings, bindingsOf(scenario));
      const bucket = join(data, 'work/.buckets/default/bucket_name');
      mkdirSync(bucket, { recursive: true });
      writeFileSync(join(bucket, 'file.csv'), 'id,name\n1,a\n2,b\n');
      const server: Server = await startServer({
        data,
        port: 0,
        identity: IDENTITY,
        bindings,
      });
      const key = await server.accessKeys.issue({ team: 'default', role: 'editor', label: '' });
      if (isEvents) {
        try {
          const difference = await replayEvents(scenario, server.url, key);
          return difference === undefined ? {} : { difference };
        } finally {
          await server.close();
          rmSync(data, { recursive: true, force: true });
        }
      }
      const clients = new Map<string, Client>();
      for (const service of services) {
        const client = new (SERVICES[service] as Service).Client({
          endpoint: server.url,
          region: IDENTITY.region,
          credentials: key,
          disableHostPrefix: true,
          maxAttempts: 1,
        });
        clients.set(service, client);
      }
      try {
        const difference = await new Replay(scenario, clients).run();
        return difference === undefined ? {} : { difference };
      } finally {
        for (const client of clients.values()) client.destroy();
        await server.close();
        rmSync(data, { recursive: true, force: true });
      }
    },
  };
}

/** Texts that stand for a replaced value. */
const TOKEN = /<[A-Za-z][^<>\s]*>|tok\d{4}x|\bactivity_arn\b/g;
const LOG_GROUP = 'arn:aws:logs:us-east-1:111111111111:log-group:log_group_name:*';
const DATES = /(Date|timestamp)$/;
/** Milliseconds that a call is repeated until it answers as recorded: the tests waited for executions to end. */
const PATIENCE = 3_000;

class Replay {
  readonly #scenario: ApiScenario;
  readonly #clients: ReadonlyMap<string, Client>;
  readonly #answers: Answers;
  /** ARNs in earlier answers, the latest last, by member. */
  readonly #arns: Map<string, string[]> = new Map();
  /** Made here, and not deleted yet. */
  #aliases: string[] = [];
  #started = 0;
  #nextToken = '';

  constructor(scenario: ApiScenario, clients: ReadonlyMap<string, Client>) {
    this.#scenario = scenario;
    this.#clients = clients;
    this.#answers = new Answers(TOKEN, DATES, scenario.lossy);
  }

  async run(): Promise<string | undefined> {
    for (const [index, call] of this.#scenario.calls.entries()) {
      if (call.operation === 'get_paginator') continue;
      const difference = await this.#call(index, call);
      if (difference !== undefined) return `call ${index} ${call.operation}: ${difference}`;
    }
    return undefined;
  }

  async #call(index: number, call: RecordedCall): Promise<string | undefined> {
    const { target_aws_client: _, ...request } = call.request;
    await this.#makeAliases(call);
    await this.#makeScheduleGroup(call);
    const given: Members = {};
    for (const [name, value] of Object.entries(request)) {
      const filled = this.#fill(value, name, call);
      if (filled !== undefined) given[name] = filled;
    }
    const until = Date.now() + PATIENCE;
    for (;;) {
      const before = new Map(this.#answers.bound);
      const difference = await this.#once(index, call, given);
      const isOver = Date.now() > until || !/^(list|describe)_/.test(call.operation) || call.fails;
      if (difference === undefined || isOver) return difference;
      this.#answers.bound.clear();
      for (const [token, value] of before) this.#answers.bound.set(token, value);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async #once(index: number, call: RecordedCall, given: Members): Promise<string | undefined> {
    let answer: Members;
    try {
      answer = await this.#send(call.service, call.operation, given);
    } catch (error) {
      return this.#compareFailure(index, call, error);
    }
    if (call.fails) return `succeeded, but was refused with ${JSON.stringify(call.error)}`;
    if (!call.operation.startsWith('list_')) this.#remember(answer);
    if (call.operation === 'list_map_runs') this.#remember((answer.mapRuns as Value[])[0] ?? null);
    if (typeof answer.nextToken === 'string') this.#nextToken = answer.nextToken;
    if (call.operation === 'start_execution') this.#bindExecution(answer);
    for (const [number, expected] of (call.responses ?? []).entries()) {
      const at = `/calls/${index}/responses/${number}`;
      const difference = this.#answers.compare(expected, answer, at);
      if (difference !== undefined) return difference;
    }
    for (const { path, value } of call.partial ?? []) {
      const actual = path
        .split(/[.[\]]/)
        .filter((part) => part !== '' && part !== '$')
        .reduce<Value | undefined>((place, part) => (place as Members | undefined)?.[part], answer);
      const difference = this.#answers.compare(value, actual, `/calls/${index}/partial`);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }

  async #send(service: string, operation: string, given: Members): Promise<Members> {
    const name = operation
      .split('_')
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
      .join('');
    const { sdk } = SERVICES[service] as Service;
    const Command = (sdk as unknown as Record<string, new (input: Members) => never>)[
      `${name}Command`
    ];
    if (Command === undefined) throw new Error(`The SDK has no ${name}Command`);
    const client = this.#clients.get(service) as Client;
    const { $metadata: _, ...answer } = (await client.send(new Command(given))) as Members;
    return answer;
  }

  #compareFailure(index: number, call: RecordedCall, thrown: unknown): string | undefined {
    const { name, message } = thrown as { name: string; message: string };
    if (!call.fails) return `was refused with ${name}: ${message}`;
    const expected = call.error ?? { code: null, message: null };
    // Refused by the other client itself, before anything was sent: ours asks the service.
    if (expected.message?.startsWith('Parameter validation failed')) return undefined;
    const told = /^An error occurred \((\w+)\) when calling the \w+ operation: (.*)$/s.exec(
      expected.message ?? '',
    );
    const code = expected.code ?? told?.[1];
    const text = told?.[2] ?? expected.message;
    if (code !== undefined && code !== name)
      return `refused with ${name}, not ${code} (${message})`;
    if (text === null || text === undefined) return undefined;
    return this.#answers.compare(text, message, `/calls/${index}/error/message`);
  }

  /** The recordings number the executions by their start. */
  #bindExecution(answer: Members): void {
    const name = String(answer.executionArn).split(':').at(-1) as string;
    const token = `<ExecArnPart_${this.#started}idx>`;
    if (!this.#answers.bound.has(token)) this.#answers.bound.set(token, name);
    this.#started += 1;
  }

  /** The calls that made the aliases are not in the recordings: makes those that the answer shows. */
  async #makeAliases(call: RecordedCall): Promise<void> {
    const shown = call.responses?.[0]?.stateMachineAliases as { stateMachineAliasArn: string }[];
    const told = /referencing this version: \[(.*)\]/.exec(call.error?.message ?? '')?.[1];
    const wanted = (shown ?? []).map(
      ({ stateMachineAliasArn: arn }) => arn.split(':').at(-1) ?? '',
    );
    if (told !== undefined) wanted.push(...told.split(', '));
    const named = call.request.stateMachineAliasArn;
    const isUnknown = named !== undefined && !this.#answers.bound.has(String(named));
    if (isUnknown && this.#aliases.length === 0) wanted.push('alias');
    for (const name of wanted) {
      if (this.#aliases.some((arn) => arn.endsWith(`:${name}`))) continue;
      const machine = this.#last('stateMachineArn') ?? '';
      const { stateMachineAliasArn } = await this.#send(
        'stepfunctions',
        'create_state_machine_alias',
        {
          name,
          description: 'create state machine alias description',
          routingConfiguration: [{ stateMachineVersionArn: `${machine}:1`, weight: 100 }],
        },
      );
      this.#aliases.push(String(stateMachineAliasArn));
    }
  }

  /** Nor are those that made the schedule group whose tags are recorded. */
  async #makeScheduleGroup({ service, request }: RecordedCall): Promise<void> {
    const arn = String(request.ResourceArn);
    if (service !== 'scheduler' || !/^tok\d{4}x$/.test(arn) || this.#answers.bound.has(arn)) return;
    const made = await this.#send(service, 'create_schedule_group', { Name: 'group' });
    this.#answers.bound.set(arn, String(made.ScheduleGroupArn));
  }

  /** A request with names in place of what was replaced. Undefined: the member cannot be told. */
  #fill(value: Value, member: string, call: RecordedCall): Value | undefined {
    if (Array.isArray(value)) return value.map((item) => this.#fill(item, member, call) ?? null);
    if (typeof value === 'object' && value !== null) {
      // A definition is told as its value and sent as its text.
      if (member === 'definition') return JSON.stringify(this.#strip(value));
      return Object.fromEntries(
        Object.entries(value).map(([name, inner]) => [name, this.#fill(inner, name, call) ?? null]),
      );
    }
    if (typeof value !== 'string') return value;
    if (/^tok\d{4}x$/.test(value)) {
      if (member === 'logGroupArn') return LOG_GROUP;
      if (member === 'loggingConfiguration') return undefined;
      if (member === 'nextToken') return this.#nextToken;
      if (member === 'revisionId') return this.#arns.get('revisionId')?.at(-2) ?? value;
    }
    if (member === 'roleArn' && call.operation === 'update_state_machine') {
      // Two roles that got one name: the description after it tells which one was meant.
      const next = this.#scenario.calls[this.#scenario.calls.indexOf(call) + 1];
      const told = next?.responses?.[0]?.roleArn;
      if (typeof told === 'string') return told;
    }
    // What was an ARN of nothing is told as a name.
    const missing = /\((State ?Machine|Execution)DoesNotExist\)/.exec(
      call.error?.message ?? '',
    )?.[1];
    if (missing !== undefined && /Arn$/.test(member) && !value.startsWith('arn:')) {
      const path = missing === 'Execution' ? 'execution:none:none' : 'stateMachine:none';
      return `arn:aws:states:${IDENTITY.region}:${IDENTITY.accountId}:${path}`;
    }
    if (/^tok\d{4}x$/.test(value) && /Arn$/.test(member)) return this.#arnFor(value, member, call);
    const tooLong = /^<invalid_token_(\d+)_chars>$/.exec(value);
    if (tooLong) {
      const text = 'x'.repeat(Number(tooLong[1]));
      this.#answers.bound.set(value, text);
      return text;
    }
    return value.replaceAll(TOKEN, (token) => this.#nameFor(token));
  }

  #strip(value: Value): Value {
    return JSON.parse(
      JSON.stringify(value).replaceAll(TOKEN, (token) => this.#nameFor(token)),
    ) as Value;
  }

  #nameFor(token: string): string {
    const known = this.#answers.bound.get(token);
    if (known !== undefined) return known;
    if (token === 'activity_arn') return this.#last('activityArn') ?? token;
    const name = `${token.replaceAll(/[^A-Za-z0-9_-]/g, '-').replaceAll(/^-|-$/g, '')}`;
    this.#answers.bound.set(token, name);
    return name;
  }

  /** An ARN that the test took from an earlier answer. */
  #arnFor(token: string, member: string, call: RecordedCall): string {
    const known = this.#answers.bound.get(token);
    if (known !== undefined) return known;
    if (member === 'stateMachineAliasArn') {
      // They were deleted in the order in which they were made.
      const alias = this.#aliases[0] ?? token;
      if (call.operation === 'delete_state_machine_alias') this.#aliases.shift();
      this.#answers.bound.set(token, alias);
      return alias;
    }
    const answered = call.responses?.[0]?.[member];
    const isVersion = call.operation === 'tag_resource' || /:\d+$/.test(String(answered));
    const source = isVersion ? 'stateMachineVersionArn' : member;
    const arn = this.#last(source) ?? this.#last('stateMachineArn') ?? token;
    this.#answers.bound.set(token, arn);
    return arn;
  }

  #last(member: string): string | undefined {
    return this.#arns.get(member)?.at(-1);
  }

  #remember(answer: Value): void {
    if (Array.isArray(answer)) {
      for (const item of answer) this.#remember(item);
    } else if (typeof answer === 'object' && answer !== null && !(answer instanceof Date)) {
      for (const [name, value] of Object.entries(answer)) {
        if (typeof value === 'string' && /Arn$|^revisionId$/.test(name)) {
          this.#arns.set(name, [...(this.#arns.get(name) ?? []), value]);
        } else this.#remember(value);
      }
    }
  }
}
