/**
 * A server with two teams. `theirs` has one of everything that can be named; `mine` tries to get at it. What `mine` hears
 * of a thing of theirs must be what it hears of a thing that never was.
 * @module
 */

import * as events from '@aws-sdk/client-eventbridge';
import * as scheduler from '@aws-sdk/client-scheduler';
import * as sfn from '@aws-sdk/client-sfn';
import type { Role } from '../../src/engine/kernel/roles.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import type { IssuedKey } from '../../src/http/wire/access-keys.js';
import { openTestServer, type TestServer } from '../http/test-server.js';

const REGION = 'us-east-1';
const ACCOUNT = '000000000000';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/any`;

/** Everything that somebody can name in a request. */
export interface Names {
  machine: string;
  express: string;
  version: string;
  alias: string;
  execution: string;
  mapRun: string;
  activity: string;
  token: string;
  bus: string;
  rule: string;
  ruleArn: string;
  busArn: string;
  archive: string;
  archiveArn: string;
  replay: string;
  connection: string;
  connectionArn: string;
  destination: string;
  destinationArn: string;
  schedule: string;
  group: string;
  groupArn: string;
  /** For the REST API. */
  pipeline: string;
  executionId: string;
}

export interface Outcome {
  error?: string;
  message?: string;
  answer?: unknown;
}

/** What a client of one team does. */
export interface Team {
  token: string;
  call(service: 'sfn' | 'events' | 'scheduler', operation: string, input: object): Promise<Outcome>;
}

export interface TwoTeams {
  it: TestServer;
  mine: Team;
  theirs: Team;
  /** Things of the team `theirs`. */
  real: Names;
  /** Names of the same form that nothing has. */
  none: Names;
  close(): Promise<void>;
}

const SERVICES = { sfn, events, scheduler } as const;

type Client = { send(command: unknown): Promise<object>; destroy(): void };

/** What a client of a team needs: a token, and the SDKs with an access key. */
export async function openTeam(
  it: TestServer,
  team: string,
  role: Role = 'editor',
): Promise<Team & { close(): void }> {
  const key: IssuedKey = await it.server.accessKeys.issue({ team, role, label: team });
  const settings = {
    endpoint: it.server.url,
    region: REGION,
    credentials: { accessKeyId: key.accessKeyId, secretAccessKey: key.secretAccessKey },
    maxAttempts: 1,
    disableHostPrefix: true,
  };
  const clients = {
    sfn: new sfn.SFNClient(settings),
    events: new events.EventBridgeClient(settings),
    scheduler: new scheduler.SchedulerClient(settings),
  };
  return {
    token: await it.server.authenticator.issue('api', { label: team, teams: [team] }),
    async call(service, operation, input) {
      const commands = SERVICES[service] as unknown as {
        [name: string]: new (i: object) => object;
      };
      const Command = commands[`${operation}Command`];
      if (Command === undefined) throw new Error(`The SDK has no ${operation}`);
      try {
        const answer = await (clients[service] as unknown as Client).send(new Command(input));
        return { answer: { ...answer, $metadata: undefined } };
      } catch (error) {
        const { name, message } = error as Error;
        return { error: name, message };
      }
    },
    close() {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}

/** Names that begin with a word: of a thing that is there, or of one that is not. */
export function namesWith(word: string): Names {
  const states = (kind: string, rest: string): string =>
    `arn:aws:states:${REGION}:${ACCOUNT}:${kind}:${rest}`;
  const event = (rest: string): string => `arn:aws:events:${REGION}:${ACCOUNT}:${rest}`;
  const id = '00000000-0000-4000-8000-000000000000';
  return {
    machine: states('stateMachine', `${word}-machine`),
    express: states('stateMachine', `${word}-express`),
    version: states('stateMachine', `${word}-machine:1`),
    alias: states('stateMachine', `${word}-machine:live`),
    execution: states('execution', `${word}-machine:night`),
    mapRun: states('mapRun', `${word}-map/Each:${id}`),
    activity: states('activity', `${word}-activity`),
    token: `${id}-0-1`,
    bus: `${word}-bus`,
    busArn: event(`event-bus/${word}-bus`),
    rule: `${word}-rule`,
    ruleArn: event(`rule/${word}-bus/${word}-rule`),
    archive: `${word}-archive`,
    archiveArn: event(`archive/${word}-archive`),
    replay: `${word}-replay`,
    connection: `${word}-connection`,
    connectionArn: event(`connection/${word}-connection/${id}`),
    destination: `${word}-destination`,
    destinationArn: event(`api-destination/${word}-destination/${id}`),
    schedule: `${word}-schedule`,
    group: `${word}-group`,
    groupArn: `arn:aws:scheduler:${REGION}:${ACCOUNT}:schedule-group/${word}-group`,
    pipeline: `${word}-machine`,
    executionId: id,
  };
}

const WAIT = { StartAt: 'Hold', States: { Hold: { Type: 'Wait', Seconds: 86_400, End: true } } };
export const PASS = { StartAt: 'Only', States: { Only: { Type: 'Pass', End: true } } };

/** Opens it; `theirs` makes one of everything. */
export async function openTwoTeams(): Promise<TwoTeams> {
  const it = await openTestServer();
  const mine = await openTeam(it, 'mine');
  const theirs = await openTeam(it, 'theirs');
  const real = namesWith('theirs');
  const make = async (
    service: 'sfn' | 'events' | 'scheduler',
    op: string,
    input: object,
    // biome-ignore lint/suspicious/noExplicitAny: the test reads members of answers that it knows.
  ): Promise<any> => {
    const { error, message, answer } = await theirs.call(service, op, input);
    if (error !== undefined) throw new Error(`${op}: ${error} ${message}`);
    return answer;
  };
  const machine = async (name: string, definition: object, type = 'STANDARD'): Promise<void> => {
    const text = JSON.stringify(definition);
    await make('sfn', 'CreateStateMachine', { name, definition: text, roleArn: ROLE, type });
  };
  await machine('theirs-machine', WAIT);
  await machine('theirs-express', PASS, 'EXPRESS');
  await make('sfn', 'PublishStateMachineVersion', { stateMachineArn: real.machine });
  await make('sfn', 'CreateStateMachineAlias', {
    name: 'live',
    routingConfiguration: [{ stateMachineVersionArn: real.version, weight: 100 }],
  });
  await make('sfn', 'StartExecution', {
    stateMachineArn: real.machine,
    name: 'night',
    input: '{"their":"canary"}',
  });
  const day = { stateMachineArn: real.machine, name: 'day', input: '{"common":1}' };
  await make('sfn', 'StartExecution', day);
  await machine('theirs-map', {
    StartAt: 'Each',
    States: {
      Each: {
        Type: 'Map',
        Label: 'Each',
        ItemsPath: '$.items',
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          ...WAIT,
        },
        End: true,
      },
    },
  });
  const mapping = await make('sfn', 'StartExecution', {
    stateMachineArn: `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:theirs-map`,
    input: '{"items":[1]}',
  });
  for (let tries = 0; real.mapRun.endsWith('000000000000') && tries < 500; tries += 1) {
    const { mapRuns } = await make('sfn', 'ListMapRuns', { executionArn: mapping.executionArn });
    real.mapRun = mapRuns[0]?.mapRunArn ?? real.mapRun;
  }
  await make('sfn', 'CreateActivity', { name: 'theirs-activity' });
  const asks = (Resource: string): object => ({
    StartAt: 'Ask',
    States: { Ask: { Type: 'Task', Resource, End: true } },
  });
  await machine('theirs-asking', asks(real.activity));
  const asking = `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:theirs-asking`;
  await make('sfn', 'StartExecution', { stateMachineArn: asking, input: '{"for":"canary"}' });
  const taken = await make('sfn', 'GetActivityTask', { activityArn: real.activity });
  real.token = taken.taskToken;
  // One more, which waits for a worker.
  await make('sfn', 'StartExecution', { stateMachineArn: asking, input: '{"for":"canary too"}' });

  await make('events', 'CreateEventBus', { Name: real.bus });
  await make('events', 'PutRule', {
    Name: real.rule,
    EventBusName: real.bus,
    EventPattern: '{"source":["shop"]}',
  });
  await make('events', 'CreateArchive', { ArchiveName: real.archive, EventSourceArn: real.busArn });
  const dated = { EventStartTime: new Date(0), EventEndTime: new Date() };
  await make('events', 'StartReplay', {
    ReplayName: real.replay,
    EventSourceArn: real.archiveArn,
    Destination: { Arn: real.busArn },
    ...dated,
  });
  const connection = await make('events', 'CreateConnection', {
    Name: real.connection,
    AuthorizationType: 'API_KEY',
    AuthParameters: { ApiKeyAuthParameters: { ApiKeyName: 'X-Key', ApiKeyValue: 'canary-secret' } },
  });
  real.connectionArn = connection.ConnectionArn;
  const destination = await make('events', 'CreateApiDestination', {
    Name: real.destination,
    ConnectionArn: real.connectionArn,
    InvocationEndpoint: 'https://hooks.example.com/canary',
    HttpMethod: 'POST',
  });
  real.destinationArn = destination.ApiDestinationArn;
  await make('scheduler', 'CreateScheduleGroup', { Name: real.group });
  await make('scheduler', 'CreateSchedule', {
    Name: real.schedule,
    GroupName: real.group,
    ScheduleExpression: 'rate(1 day)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: { Arn: real.machine, RoleArn: ROLE },
  });
  const { items } = await it.server.engine.executions.list(EVERYTHING, {
    pipeline: 'theirs-machine',
  });
  real.executionId = items.find(({ name }) => name === 'night')?.id ?? '';
  return {
    it,
    mine,
    theirs,
    real,
    none: namesWith('nobody'),
    async close() {
      mine.close();
      theirs.close();
      await it.close();
    },
  };
}

/** A text in which things of theirs and things that never were look alike. */
export function anonymous(value: unknown, { real, none }: TwoTeams): string {
  let text = JSON.stringify(value) ?? 'undefined';
  const pairs = (Object.keys(real) as (keyof Names)[]).flatMap((key) => [
    [real[key], `<${key}>`] as const,
    [none[key], `<${key}>`] as const,
  ]);
  // The longest first: a name may be part of another one.
  for (const [name, mark] of pairs.sort((a, b) => b[0].length - a[0].length)) {
    text = text.replaceAll(name, mark);
  }
  const uuid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
  return text.replaceAll(/\b(theirs|nobody)-/g, 'X-').replaceAll(uuid, '<id>');
}
