import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JobService, LAKE, MAPS } from '../../../../test/support/job-service.js';
import { openTimedEngine, type TimedEngine } from '../../../../test/support/timed-engine.js';
import type { RemoteTasks } from '../../../connectors/remote-tasks.js';
import { EVERYTHING, ofTeam } from '../../kernel/scope.js';

const BATCH = 'arn:aws:states:::batch:submitJob';

let test: TimedEngine;
let service: JobService;

beforeEach(async () => {
  service = new JobService();
  test = await open();
});

afterEach(() => test.close());

function open(tasks: RemoteTasks = service): Promise<TimedEngine> {
  return openTimedEngine({
    remoteTasks: tasks,
    remote: { tasks, accounts: [LAKE, MAPS] },
  });
}

function machine(state: object): object {
  return { StartAt: 'Work', States: { Work: { Type: 'Task', ...state, End: true } } };
}

const SYNC = machine({ Resource: `${BATCH}.sync`, Parameters: { JobName: 'a' } });

async function start(definition: object = SYNC, sections = {}): Promise<string> {
  await test.deploy('work', sections, { definition });
  const { id } = await test.engine.executions.start(EVERYTHING, { pipeline: 'work', input: {} });
  await test.settled();
  return id;
}

const detail = (id: string) => test.engine.executions.describe(EVERYTHING, id);

describe('jobs of an execution', () => {
  it('are told to whoever sees it: where each is, how it stands, and why it cannot be seen', async () => {
    const id = await start();
    await test.pass(1_500);
    const { items } = await test.engine.remoteJobs.list(EVERYTHING, id);
    expect(items).toMatchObject([
      {
        ...{ state: 'Work', retry: 0, resource: 'batch:submitJob', phase: 'waiting' },
        ...{ status: 'RUNNING', job: 'job-1', account: 'lake', region: 'eu-central-1' },
        links: { Console: 'https://console.example/job-1' },
      },
    ]);
    expect(items[0]?.nextLookAt).toBeGreaterThan(test.clock.now());
    await expect(test.engine.remoteJobs.list(ofTeam('other'), id)).rejects.toThrow(/no execution/i);
    service.blind = { type: 'unseen', cause: 'Access denied', isLasting: true };
    await test.pass(5_000);
    const blind = await test.engine.remoteJobs.list(EVERYTHING, id);
    expect(blind.items[0]?.trouble).toBe('Access denied');
    service.blind = undefined;
    service.end('job-1');
    await test.pass(60_000);
    const ended = await test.engine.remoteJobs.list(EVERYTHING, id);
    expect(ended.items).toMatchObject([{ phase: 'ended', status: 'succeeded' }]);
    expect(ended.items[0]).not.toHaveProperty('nextLookAt');
  });

  it('are read in pages, the newest first, and of one state', async () => {
    const task = { Type: 'Task', Resource: `${BATCH}.sync`, Parameters: {}, End: true };
    const branch = (name: string) => ({ StartAt: name, States: { [name]: task } });
    const id = await start({
      StartAt: 'P',
      States: { P: { Type: 'Parallel', Branches: ['A', 'B', 'C'].map(branch), End: true } },
    });
    const { remoteJobs } = test.engine;
    const first = await remoteJobs.list(EVERYTHING, id, { limit: 2 });
    const rest = await remoteJobs.list(EVERYTHING, id, { limit: 2, cursor: first.next ?? '' });
    expect([...first.items, ...rest.items].map(({ state }) => state)).toEqual(['C', 'B', 'A']);
    expect(rest.next).toBeUndefined();
    const some = await remoteJobs.list(EVERYTHING, id, { state: 'B' });
    expect(some.items.map(({ job }) => job)).toEqual(['job-2']);
  });

  it('lead to addresses of the web alone', async () => {
    const job = { kind: 'batch:submitJob.sync', id: 'x', place: {} };
    const links = [{ name: 'Bad', url: 'javascript:alert(1)' }];
    service.fates.push({ type: 'submitted', output: {}, job, links });
    const id = await start();
    const { items } = await test.engine.remoteJobs.list(EVERYTHING, id);
    expect(items[0]?.links).toEqual({});
  });
});

describe('where a task goes', () => {
  it.each([
    ['the account of the pipeline', {}, { account: 'maps' }, 'maps', 'maps', 'us-east-1'],
    [
      'the region of the pipeline',
      {},
      { account: 'lake', region: 'us-east-1' },
      'default',
      'lake',
      'us-east-1',
    ],
    [
      'the account of its state',
      {},
      { account: 'maps', accounts: { Work: 'lake' } },
      'maps',
      'lake',
      'eu-central-1',
    ],
    [
      ...([
        'the account of its role',
        { Credentials: { RoleArn: 'arn:aws:iam::444455556666:role/x' } },
        { account: 'lake' },
        'maps',
      ] as const),
      ...(['maps', 'us-east-1'] as const),
    ],
  ])('is %s', async (_name, more, sections, team, account, region) => {
    const definition = machine({ Resource: `${BATCH}.sync`, Parameters: {}, ...more });
    await test.deploy('work', sections, { definition, team });
    await test.engine.executions.start(EVERYTHING, { pipeline: 'work', input: {} });
    await test.settled();
    expect(service.requests).toMatchObject([{ account, region, team }]);
  });

  it.each([
    [
      'an account of another team',
      { account: 'maps' },
      'default',
      /none that the team 'default' may use/,
    ],
    [
      'an account that is not there',
      { account: 'moon' },
      'default',
      /none that the team 'default' may use/,
    ],
    [
      'a region in which it is not used',
      { account: 'lake', region: 'eu-west-3' },
      'default',
      /not in eu-west-3/,
    ],
    ['no account, when there are several', {}, 'maps', /may use several accounts \(lake, maps\)/],
  ])('is refused: %s', async (_name, sections, team, cause) => {
    await test.deploy('work', sections, { definition: SYNC, team });
    const { id } = await test.engine.executions.start(EVERYTHING, { pipeline: 'work', input: {} });
    await test.settled();
    const ended = await detail(id);
    expect(ended).toMatchObject({ status: 'FAILED', error: 'Millrace.NotGranted' });
    expect(ended.cause).toMatch(cause);
    expect(service.requests).toEqual([]);
  });

  it('is this server for its own executions, and AWS for those of another account that it knows', async () => {
    const startOf = (arn: string) =>
      machine({
        Resource: 'arn:aws:states:::states:startExecution',
        Parameters: { StateMachineArn: arn },
      });
    await test.deploy('child');
    const own = await start(startOf('arn:aws:states:us-east-1:000000000000:stateMachine:child'));
    expect((await detail(own)).status).toBe('SUCCEEDED');
    expect(service.requests).toEqual([]);
    await start(startOf('arn:aws:states:us-east-1:111122223333:stateMachine:child'));
    expect(service.requests).toMatchObject([{ service: 'states', region: 'us-east-1' }]);
  });

  it('is a binding that holds everywhere, and no other', async () => {
    const bindings = {
      [BATCH]: { mock: { local: true } },
      'arn:aws:states:::sns:publish': { mock: { local: true }, everywhere: true },
    };
    const deploy = (name: string, resource: string) =>
      test.engine.pipelines.deploy({
        ...{ name, team: 'default', tags: {}, bindings, folder: test.folder, sections: {} },
        definition: machine({ Resource: resource, Parameters: { Message: 'm' } }) as never,
      });
    await deploy('batch', `${BATCH}.sync`);
    await deploy('sns', 'arn:aws:states:::sns:publish');
    for (const pipeline of ['batch', 'sns']) {
      await test.engine.executions.start(EVERYTHING, { pipeline, input: {} });
    }
    await test.settled();
    expect((await test.details('sns'))[0]?.output).toEqual({ local: true });
    expect(service.requests).toMatchObject([{ service: 'batch' }]);
  });

  it('is said when no such integration exists', async () => {
    service.problem = 'There is no such integration.';
    const id = await start();
    expect(await detail(id)).toMatchObject({ cause: 'There is no such integration.' });
  });
});

describe('a test of a single state', () => {
  const tested = (definition: object) =>
    test.engine.stateTests.run(ofTeam('default'), {
      definition: JSON.stringify(definition),
      roleArn: 'arn:aws:iam::111122223333:role/test',
    } as never);

  it('has AWS perform a request', async () => {
    const answer = await tested({
      ...{ Type: 'Task', Resource: 'arn:aws:states:::sns:publish', End: true },
      Parameters: { Message: 'm' },
    });
    expect(answer).toMatchObject({ status: 'SUCCEEDED', output: { done: true } });
    expect(service.requests).toMatchObject([{ account: 'lake', team: 'default' }]);
  });

  it('tells of a request that was refused', async () => {
    service.fates.push({ type: 'failed', error: 'Sns.NotFoundException', cause: 'no topic' });
    const answer = await tested({
      ...{ Type: 'Task', Resource: 'arn:aws:states:::sns:publish', End: true },
      Parameters: { Message: 'm' },
    });
    expect(answer).toMatchObject({ status: 'FAILED', error: 'Sns.NotFoundException' });
  });
});
