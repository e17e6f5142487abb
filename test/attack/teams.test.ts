/**
 * *Who × what × by which way → answer*: one team tries everything that takes a name, an ARN, an id or a token with what
 * belongs to another one. Each answer must be the one for a thing that never was, and nothing of theirs may change.
 *
 * Ways: the wire APIs, REST, live events, from inside an execution, TestState, rules, schedules, upstreams, events about
 * executions, repair, backfills, pools, and names that are used again.
 * @module
 */

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { MachineDefinition } from '../../src/asl/definition.js';
import type { JsonObject } from '../../src/asl/json.js';
import type { ExecutionDetail, PipelineDeployment } from '../../src/engine/engine.js';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { SCHEDULER_OPERATIONS } from '../../src/http/wire/scheduler/model.js';
import { SERVICES } from '../../src/http/wire/services.js';
import { pathOf, ROUTES } from '../http/routes.js';
import { echoPipeline, waitingPipeline } from '../http/test-server.js';
import { anonymous, type Names, openTwoTeams, type TwoTeams } from './two-teams.js';
import { CASES, DEFINITION, ROLE, type Service, WITHOUT_REFERENCE } from './wire-cases.js';

let teams: TwoTeams;
/** What `theirs` sees of its own before anything was tried. */
let before: string;

beforeAll(async () => {
  teams = await openTwoTeams();
  before = await pictureOf(teams);
}, 180_000);

afterAll(async () => {
  // Whatever was tried: nothing of theirs has changed.
  const after = await pictureOf(teams);
  await teams.close();
  expect(after).toBe(before);
});

test('every operation of the wire APIs is tried, so that a new one fails until it is listed', () => {
  const known = [
    ...Object.keys(SERVICES.AWSStepFunctions?.shapes ?? {}).map((name) => `sfn ${name}`),
    ...Object.keys(SERVICES.AWSEvents?.shapes ?? {}).map((name) => `events ${name}`),
    ...Object.keys(SCHEDULER_OPERATIONS).map((name) => `scheduler ${name}`),
  ];
  const tried = new Set(CASES.map(([service, operation]) => `${service} ${operation}`));
  expect([...tried, ...WITHOUT_REFERENCE].sort()).toEqual(known.sort());
});

describe('over the wire APIs', () => {
  test.each(CASES.map((one, index) => [`${one[0]} ${one[1]} (${index})`, one] as const))(
    '%s answers for their thing as for one that never was',
    async (_, [service, operation, request]) => {
      const { mine, real, none } = teams;
      const foreign = await mine.call(service, operation, request(real));
      const missing = await mine.call(service, operation, request(none));
      expect(anonymous(foreign, teams)).toBe(anonymous(missing, teams));
    },
  );

  test('lists show nothing of theirs', async () => {
    const lists: [Service, string, object][] = [
      ['sfn', 'ListStateMachines', {}],
      ['sfn', 'ListActivities', {}],
      ['events', 'ListEventBuses', {}],
      ['events', 'ListRules', {}],
      ['events', 'ListArchives', {}],
      ['events', 'ListReplays', {}],
      ['events', 'ListConnections', {}],
      ['events', 'ListApiDestinations', {}],
      ['scheduler', 'ListSchedules', {}],
      ['scheduler', 'ListScheduleGroups', {}],
    ];
    for (const [service, operation, request] of lists) {
      const seen = await teams.mine.call(service, operation, request);
      expect(seen.error, operation).toBeUndefined();
      expect(JSON.stringify(seen), operation).not.toContain('theirs');
      expect(JSON.stringify(await teams.theirs.call(service, operation, request))).toMatch(
        operation === 'ListRules' ? /Rules/ : /theirs/,
      );
    }
  });

  test('a name that they use is free', async () => {
    const { mine } = teams;
    const made: [Service, string, object][] = [
      [
        'sfn',
        'CreateStateMachine',
        { name: 'theirs-machine', definition: DEFINITION, roleArn: ROLE },
      ],
      ['sfn', 'CreateActivity', { name: 'theirs-activity' }],
      ['events', 'CreateEventBus', { Name: 'theirs-bus' }],
      ['scheduler', 'CreateScheduleGroup', { Name: 'theirs-group' }],
    ];
    for (const [service, operation, request] of made) {
      expect((await mine.call(service, operation, request)).error, operation).toBeUndefined();
    }
    // And what was made under it is ours: none of their executions, none of their tasks.
    const { machine, activity, bus, group } = teams.real;
    const listed = await mine.call('sfn', 'ListExecutions', { stateMachineArn: machine });
    expect(listed.answer).toMatchObject({ executions: [] });
    const started = await mine.call('sfn', 'StartExecution', {
      stateMachineArn: machine,
      name: 'day',
      input: '{"common":1}',
    });
    expect(started.error).toBeUndefined();
    const { items } = await teams.it.server.engine.executions.list(ofTeam('mine'), {
      pipeline: 'theirs-machine',
    });
    expect(items).toMatchObject([{ name: 'day', team: 'mine' }]);
    const { items: others } = await teams.it.server.engine.executions.list(ofTeam('theirs'), {
      pipeline: 'theirs-machine',
    });
    expect(others.map(({ name }) => name).sort()).toEqual(['day', 'night']);
    await mine.call('sfn', 'DeleteStateMachine', { stateMachineArn: machine });
    await mine.call('sfn', 'DeleteActivity', { activityArn: activity });
    await mine.call('events', 'DeleteEventBus', { Name: bus });
    await mine.call('scheduler', 'DeleteScheduleGroup', { Name: group });
  });
});

describe('over REST', () => {
  const readable = ROUTES.filter(
    ({ method, open, signed, administers, route }) =>
      method === 'GET' && !open && !signed && !administers && route !== '/api/v1/events',
  );

  test.each(readable.map((route) => [route.route, route] as const))(
    'GET %s shows nothing of theirs, also when their team is asked for',
    async (_, route) => {
      const { it, mine, real } = teams;
      for (const name of ['own-nothing', real.pipeline, 'theirs-map']) {
        for (const id of ['latest', real.executionId, `${real.pipeline}/night`, real.execution]) {
          for (const query of ['', '?team=theirs', '?team=*', `?pipeline=${name}&team=theirs`]) {
            const answer = await it.request('GET', `${pathOf(route, id, name)}${query}`, {
              token: mine.token,
              headers: { 'millrace-worker': 'w'.repeat(43) },
            });
            expect([200, 404, 409], `${query} ${answer.text}`).toContain(answer.status);
            // A refusal says again what was asked for.
            if (answer.status === 200) expect(answer.text).not.toMatch(/"team":"theirs"|canary/);
          }
        }
      }
    },
  );

  test('lists of a map run of theirs are as empty as those of none', async () => {
    const { it, mine, real, none } = teams;
    const list = async (mapRun: string): Promise<string> => {
      const path = `/api/v1/executions?mapRun=${encodeURIComponent(mapRun)}`;
      const { status, text } = await it.request('GET', path, { token: mine.token });
      return anonymous([status, text], teams);
    };
    expect(await list(real.mapRun)).toBe(await list(none.mapRun));
  });

  test('a task token of theirs is worth nothing', async () => {
    const { it, mine, real } = teams;
    for (const way of ['success', 'failure', 'heartbeat']) {
      const answer = await it.request('POST', `/api/v1/tasks/${way}`, {
        token: mine.token,
        body: { token: real.token, ...(way === 'success' ? { output: 1 } : {}) },
      });
      expect(answer.json()).toMatchObject({ status: 404, code: 'MILL3006' });
    }
  });

  test('their pipelines are not started, nor backfilled', async () => {
    const { it, mine, real, none } = teams;
    for (const [path, more] of [
      ['/api/v1/executions', {}],
      ['/api/v1/executions?wait=1', { name: 'night' }],
      ['/api/v1/executions?team=theirs', {}],
      ['/api/v1/backfills', { from: '2026-11-01', to: '2026-11-02' }],
      ['/api/v1/backfills?plan=true', { from: '2026-11-01', to: '2026-11-02' }],
    ] as const) {
      const start = async (pipeline: string): Promise<string> => {
        const body = { pipeline, ...more };
        const { status, text } = await it.request('POST', path, { token: mine.token, body });
        return anonymous([status, text], teams);
      };
      expect(await start(real.pipeline)).toBe(await start(none.pipeline));
    }
  });

  test('live events are those of the own team, whatever is asked for', async () => {
    const { it, mine, theirs, real } = teams;
    await it.server.engine.pipelines.deploy(echoPipeline('mine-echo', { team: 'mine' }));
    for (const query of ['', '?team=theirs&', `?execution=${real.executionId}`, '?pipeline=x']) {
      const isOwn = query === '';
      const heard = await it.listen(
        `/api/v1/events${query}`,
        (events) =>
          events.some(({ event }) => event === (isOwn ? 'execution' : 'hello')) &&
          (!isOwn || events.some(({ data }) => data.status === 'SUCCEEDED')),
        {
          token: mine.token,
          onOpen: () =>
            void theirs
              .call('sfn', 'StartExecution', { stateMachineArn: real.express })
              .then(() => it.server.engine.executions.run(EVERYTHING, { pipeline: 'mine-echo' })),
        },
      );
      expect(JSON.stringify(heard)).not.toContain('theirs');
    }
  });
});

/** Runs one task of the team `mine` and answers what became of it. */
async function perform(
  resource: string,
  parameters: JsonObject | undefined,
  bindings: PipelineDeployment['bindings'] = {},
): Promise<ExecutionDetail> {
  const { engine } = teams.it.server;
  const states: MachineDefinition['States'] = {
    Try: {
      Type: 'Task',
      Resource: resource,
      ...(parameters === undefined ? {} : { Parameters: parameters }),
      TimeoutSeconds: 2,
      End: true,
    } as never,
  };
  await engine.pipelines.deploy(
    echoPipeline('mine-attack', {
      team: 'mine',
      definition: { StartAt: 'Try', States: states },
      bindings,
    }),
  );
  return engine.executions.run(EVERYTHING, { pipeline: 'mine-attack', team: 'mine' });
}

describe('from inside an execution', () => {
  const forms = ['', '.sync', '.sync:2', '.waitForTaskToken'];
  const ways: [string, (names: Names, word: string) => [string, JsonObject | undefined]][] = [
    ...forms.map((form): (typeof ways)[number] => [
      `states:startExecution${form} by ARN`,
      ({ machine }) => [
        `arn:aws:states:::states:startExecution${form}`,
        { StateMachineArn: machine, Input: {} },
      ],
    ]),
    ...forms.map((form): (typeof ways)[number] => [
      `states:startExecution${form} with a team that Amazon's call does not know`,
      ({ machine }) => [
        `arn:aws:states:::states:startExecution${form}`,
        { StateMachineArn: machine, team: 'theirs', Input: {} },
      ],
    ]),
    ...forms.map((form): (typeof ways)[number] => [
      `millrace:executions:start${form} by name`,
      ({ pipeline }) => [`millrace:executions:start${form}`, { pipeline }],
    ]),
    ...forms.map((form): (typeof ways)[number] => [
      `millrace:executions:start${form} by team and name`,
      ({ pipeline }) => [`millrace:executions:start${form}`, { pipeline, team: 'theirs' }],
    ]),
  ];

  test.each(ways)('%s does not start their pipeline', async (_, way) => {
    const { real, none } = teams;
    const foreign = await perform(...way(real, 'theirs'));
    const missing = await perform(...way(none, 'nobody'));
    expect(foreign.status).toBe('FAILED');
    const told = ({ error, cause }: ExecutionDetail): string => anonymous([error, cause], teams);
    expect(told(foreign)).toBe(told(missing));
  });

  test('a task for an activity of their name goes to our workers alone', async () => {
    const { mine, real, none } = teams;
    const foreign = await perform(real.activity, undefined);
    const missing = await perform(none.activity, undefined);
    expect(foreign).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(anonymous([foreign.error, foreign.cause], teams)).toBe(
      anonymous([missing.error, missing.cause], teams),
    );
    await mine.call('sfn', 'CreateActivity', { name: 'theirs-activity' });
    // Their worker still finds what their own execution has asked for, and nothing of ours.
    const waiting = perform(real.activity, undefined);
    const taken = await mine.call('sfn', 'GetActivityTask', { activityArn: real.activity });
    const { taskToken } = taken.answer as { taskToken: string };
    await mine.call('sfn', 'SendTaskSuccess', { taskToken, output: '"ours"' });
    expect(await waiting).toMatchObject({ status: 'SUCCEEDED', output: 'ours' });
    await mine.call('sfn', 'DeleteActivity', { activityArn: real.activity });
  });

  test('TestState starts nothing of theirs', async () => {
    const { mine, real, none } = teams;
    for (const [resource, parameters] of [
      ['arn:aws:states:::states:startExecution', (n: Names) => ({ StateMachineArn: n.machine })],
      ['millrace:executions:start', (n: Names) => ({ pipeline: n.pipeline })],
      ['millrace:executions:start', (n: Names) => ({ pipeline: n.pipeline, team: 'theirs' })],
    ] as const) {
      const tried = async (names: Names): Promise<string> => {
        const state = {
          Type: 'Task',
          Resource: resource,
          Parameters: parameters(names),
          End: true,
        };
        const request = { definition: JSON.stringify(state), roleArn: ROLE, input: '{}' };
        const answer = await mine.call('sfn', 'TestState', request);
        expect(JSON.stringify(answer)).not.toContain('ExecutionArn');
        return anonymous(answer, teams);
      };
      expect(await tried(real)).toBe(await tried(none));
    }
  });
});

describe('by triggers', () => {
  test('a rule with their machine as its target delivers into the dead letters, as for none', async () => {
    const { it, mine, real, none } = teams;
    for (const [Id, Arn] of [
      ['real', real.machine],
      ['none', none.machine],
      ['realbus', real.busArn],
      ['nonebus', none.busArn],
      ['realdestination', real.destinationArn],
      ['nonedestination', none.destinationArn],
    ]) {
      await mine.call('events', 'PutRule', { Name: Id, EventPattern: '{"source":["mine"]}' });
      await mine.call('events', 'PutTargets', {
        Rule: Id,
        Targets: [{ Id, Arn, RoleArn: ROLE }],
      });
    }
    const entry = { Source: 'mine', DetailType: 'd', Detail: '{}' };
    await mine.call('events', 'PutEvents', { Entries: [entry] });
    const { items } = (
      await it.request('GET', '/api/v1/dead-letters', { token: mine.token })
    ).json<{ items: { targetId: string; attributes: { [name: string]: string } }[] }>();
    const told = (id: string): string => {
      const letter = items.find(({ targetId }) => targetId === id);
      const { ERROR_CODE, ERROR_MESSAGE } = letter?.attributes ?? {};
      return anonymous([ERROR_CODE, ERROR_MESSAGE], teams);
    };
    expect(told('real')).toContain('NO_RESOURCE');
    for (const kind of ['', 'bus', 'destination'])
      expect(told(`real${kind}`)).toBe(told(`none${kind}`));
  });

  test('a schedule with their machine as its target fails as for none, also by the universal target', async () => {
    const { it, mine, real, none } = teams;
    const at = `at(${new Date(Date.now() + 1_500).toISOString().slice(0, 19)})`;
    const start = 'arn:aws:scheduler:::aws-sdk:sfn:startExecution';
    const put = 'arn:aws:scheduler:::aws-sdk:eventbridge:putEvents';
    const entry = (bus: string): string =>
      JSON.stringify({
        Entries: [{ EventBusName: bus, Source: 's', DetailType: 'd', Detail: '{}' }],
      });
    const targets = (names: Names): [kind: string, target: object][] => [
      ['arn', { Arn: names.machine }],
      ['version', { Arn: names.version }],
      ['universal', { Arn: start, Input: JSON.stringify({ StateMachineArn: names.machine }) }],
      ['bus', { Arn: put, Input: entry(names.busArn) }],
    ];
    const named: string[] = [];
    for (const [word, names] of [
      ['real', real],
      ['none', none],
    ] as const) {
      for (const [kind, target] of targets(names)) {
        const Name = `${word}-${kind}`;
        const made = await mine.call('scheduler', 'CreateSchedule', {
          Name,
          ScheduleExpression: at,
          FlexibleTimeWindow: { Mode: 'OFF' },
          Target: { ...target, RoleArn: ROLE },
        });
        expect(made.error, made.message).toBeUndefined();
        named.push(Name);
      }
    }
    type Listed = { name: string; last?: number; failure?: { reason: string } };
    const ask = async (): Promise<Listed[]> => {
      const answer = await it.request('GET', '/api/v1/schedules', { token: mine.token });
      return answer.json<{ items: Listed[] }>().items;
    };
    const listed = await vi.waitUntil(
      async () => {
        const all = await ask();
        const served = named.every((name) =>
          all.some((one) => one.name.endsWith(`/${name}`) && one.last),
        );
        return served ? all : undefined;
      },
      { timeout: 10_000, interval: 50 },
    );
    const told = (name: string): string =>
      anonymous(listed.find((one) => one.name.endsWith(`/${name}`))?.failure?.reason, teams);
    for (const kind of ['arn', 'version', 'universal']) {
      expect(told(`real-${kind}`)).toContain('Does Not Exist');
    }
    for (const [kind] of targets(real)) expect(told(`real-${kind}`)).toBe(told(`none-${kind}`));
    const { items } = await it.server.engine.executions.list(ofTeam('theirs'), {
      pipeline: real.pipeline,
    });
    expect(items.map(({ name }) => name).sort()).toEqual(['day', 'night']);
  });

  test('their outcome is heard only by whom they allow to read: as an upstream, and as an event', async () => {
    const { engine } = teams.it.server;
    const watching = (name: string, team: string): PipelineDeployment =>
      echoPipeline(`mine-follows-${name}`, {
        team: 'mine',
        sections: { trigger: { executions: { allOf: [{ name, team }] } } },
      });
    const listening = (name: string): PipelineDeployment =>
      echoPipeline(`mine-hears-${name}`, {
        team: 'mine',
        sections: {
          trigger: {
            events: [
              {
                pattern: {
                  source: ['aws.states'],
                  detail: { status: ['SUCCEEDED'], millrace: { pipeline: [name] } },
                },
              },
            ],
          },
        },
      });
    const theirs = (name: string, allow?: JsonObject, tags = {}): PipelineDeployment =>
      echoPipeline(name, { team: 'third', tags, ...(allow ? { sections: { allow } } : {}) });
    await engine.pipelines.deploy(theirs('closed'));
    await engine.pipelines.deploy(theirs('others', { read: ['another'] }));
    await engine.pipelines.deploy(theirs('startable', { start: ['mine'] }));
    await engine.pipelines.deploy(theirs('open', { read: ['mine'] }));
    await engine.pipelines.deploy(theirs('tagged', undefined, { 'millrace:allow-read': 'a mine' }));
    const names = ['closed', 'others', 'startable', 'open', 'tagged'];
    for (const name of names) {
      await engine.pipelines.deploy(watching(name, 'third'));
      await engine.pipelines.deploy(listening(name));
    }
    for (const pipeline of names)
      await engine.executions.run(EVERYTHING, { pipeline, interval: '2026-11-20' });
    // All that follows waits in turns that are there already.
    await engine.repairs.plan(
      EVERYTHING,
      (
        await engine.executions.run(EVERYTHING, {
          pipeline: 'open',
          team: 'third',
          interval: '2026-11-21',
        })
      ).id,
    );
    const started = async (name: string): Promise<number> =>
      (await engine.executions.list(ofTeam('mine'), { pipeline: name })).items.length;
    for (const name of ['closed', 'others', 'startable']) {
      expect(await started(`mine-follows-${name}`), name).toBe(0);
      expect(await started(`mine-hears-${name}`), name).toBe(0);
      const explained = await engine.pipelines.explainTrigger(
        ofTeam('mine'),
        `mine-follows-${name}`,
        '2026-11-20',
      );
      expect(JSON.stringify(explained)).not.toContain('SUCCEEDED');
    }
    for (const name of ['open', 'tagged']) {
      expect(await started(`mine-follows-${name}`), name).toBeGreaterThan(0);
      expect(await started(`mine-hears-${name}`), name).toBeGreaterThan(0);
    }
  });

  test('a repair shows and starts only what the team may see', async () => {
    const { it, mine } = teams;
    const { engine } = it.server;
    const own = echoPipeline('mine-source', { team: 'mine', sections: { allow: { read: '*' } } });
    await engine.pipelines.deploy(own);
    const upstream = { executions: { allOf: [{ name: 'mine-source', team: 'mine' }] } };
    // It follows, and has not ended: it is part of the plan.
    await engine.pipelines.deploy(
      waitingPipeline('theirs-follower', { team: 'theirs', sections: { trigger: upstream } }),
    );
    const first = { pipeline: 'mine-source', interval: '2026-11-20' };
    const { id } = await engine.executions.run(EVERYTHING, first);
    const path = `/api/v1/executions/${id}/repair-plan`;
    await vi.waitFor(async () => {
      expect((await it.request('GET', path)).text).toContain('theirs-follower');
    });
    const plan = await it.request('GET', path, { token: mine.token });
    expect(plan.status).toBe(200);
    expect(plan.text).not.toContain('theirs');
    const { items } = await engine.executions.list(EVERYTHING, { pipeline: 'theirs-follower' });
    for (const follower of items) await engine.executions.stop(EVERYTHING, follower.id);
    await engine.pipelines.withdraw(EVERYTHING, { team: 'theirs', name: 'theirs-follower' });
  });

  test('pools that nobody has sized are the own ones, and tell nothing of theirs', async () => {
    const { it, mine } = teams;
    const { engine } = it.server;
    const holding = (name: string, team: string): PipelineDeployment =>
      echoPipeline(name, {
        team,
        definition: {
          StartAt: 'Hold',
          States: { Hold: { Type: 'Wait', Seconds: 86_400, End: true } },
        },
        sections: { concurrency: { pools: ['warehouse', `only-${team}`] } },
      });
    await engine.pipelines.deploy(holding('pool-third', 'third'));
    await engine.pipelines.deploy(holding('pool-mine', 'mine'));
    await engine.executions.start(EVERYTHING, { pipeline: 'pool-third' });
    const { id } = await engine.executions.start(EVERYTHING, { pipeline: 'pool-mine' });
    expect((await engine.executions.describe(EVERYTHING, id)).queued).toBeUndefined();
    const { items } = (await it.request('GET', '/api/v1/pools', { token: mine.token })).json<{
      items: { name: string; team?: string; taken: number }[];
    }>();
    expect(items.map(({ name, team, taken }) => [name, team, taken])).toEqual([
      ['only-mine', 'mine', 1],
      ['warehouse', 'mine', 1],
    ]);
    // Sized by the operator, it is one for all: two hold it, and the third waits.
    await engine.pools.size('warehouse', 2);
    const next = await engine.executions.start(EVERYTHING, { pipeline: 'pool-mine' });
    expect((await engine.executions.describe(EVERYTHING, next.id)).queued).toContain(
      '2 of 2 slots',
    );
    await engine.pools.size('warehouse');
  });
});

describe('where the owner allows it', () => {
  test.each([
    ['start alone starts it, and does not wait for it', { start: ['mine'] }, '', 'SUCCEEDED'],
    ['start alone does not wait for it', { start: ['mine'] }, '.sync:2', 'FAILED'],
    ['read alone starts nothing', { read: ['mine'] }, '', 'FAILED'],
    ['start and read give the result', { start: '*', read: ['mine'] }, '.sync:2', 'SUCCEEDED'],
    ['another team is not this one', { start: ['mine2', 'min'], read: '*' }, '', 'FAILED'],
  ])('%s', async (_, allow, form, status) => {
    const { engine } = teams.it.server;
    await engine.pipelines.deploy(echoPipeline('shared', { team: 'third', sections: { allow } }));
    const parameters = { pipeline: 'shared', team: 'third', input: { secret: 'of third' } };
    const ended = await perform(`millrace:executions:start${form}`, parameters);
    expect(ended.status, ended.cause).toBe(status);
    // What was started is the owner's: it does not tell whose execution has asked for it.
    const { items } = await engine.executions.list(ofTeam('third'), { pipeline: 'shared' });
    for (const item of items) expect(item).toMatchObject({ team: 'third' });
    for (const item of items) expect(item.parent).toBeUndefined();
  });

  test('a binding says whose pipeline an ARN stands for', async () => {
    const { engine } = teams.it.server;
    const allow = { start: ['mine'], read: ['mine'] };
    await engine.pipelines.deploy(echoPipeline('shared', { team: 'third', sections: { allow } }));
    const arn = 'arn:aws:states:us-east-1:000000000000:stateMachine:far';
    const parameters = { StateMachineArn: arn, Input: { a: 1 } };
    const resource = 'arn:aws:states:::states:startExecution.sync:2';
    const bindings = { [arn]: { pipeline: 'shared', team: 'third' } };
    expect(await perform(resource, parameters, bindings)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await perform(resource, parameters, { [arn]: { pipeline: 'shared' } })).toMatchObject({
      status: 'FAILED',
      error: 'StepFunctions.StateMachineDoesNotExistException',
    });
  });
});

/** What `theirs` sees of its own. */
async function pictureOf({ theirs, real, it }: TwoTeams): Promise<string> {
  const seen: unknown[] = [];
  const reads: [Service, string, object][] = [
    ['sfn', 'DescribeStateMachine', { stateMachineArn: real.machine }],
    ['sfn', 'ListStateMachineVersions', { stateMachineArn: real.machine }],
    ['sfn', 'ListStateMachineAliases', { stateMachineArn: real.machine }],
    ['sfn', 'ListExecutions', { stateMachineArn: real.machine }],
    ['sfn', 'DescribeExecution', { executionArn: real.execution }],
    ['sfn', 'DescribeMapRun', { mapRunArn: real.mapRun }],
    ['sfn', 'ListTagsForResource', { resourceArn: real.activity }],
    ['events', 'ListEventBuses', {}],
    ['events', 'DescribeRule', { Name: real.rule, EventBusName: real.bus }],
    ['events', 'DescribeArchive', { ArchiveName: real.archive }],
    ['events', 'DescribeConnection', { Name: real.connection }],
    ['events', 'DescribeApiDestination', { Name: real.destination }],
    ['scheduler', 'GetSchedule', { Name: real.schedule, GroupName: real.group }],
  ];
  for (const [service, operation, request] of reads) {
    seen.push([operation, await theirs.call(service, operation, request)]);
  }
  const { items } = await it.server.engine.executions.list(ofTeam('theirs'), {
    pipeline: 'theirs-asking',
  });
  seen.push(items.map(({ name, status }) => [name, status]));
  return JSON.stringify(seen);
}
