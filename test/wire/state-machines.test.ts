/**
 * State machines, their versions and aliases over AWS's wire API, called with AWS's own SDK.
 * @module
 */
import * as sfn from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../support/until.js';
import { machineOf, openWireServer, PASS, ROLE, WAIT, type WireServer } from './wire-server.js';

let it: WireServer;
let client: sfn.SFNClient;

beforeAll(async () => {
  it = await openWireServer();
  client = await it.open();
});

afterAll(() => it.close());

const arnOf = (name: string): string =>
  `arn:aws:states:us-east-1:000000000000:stateMachine:${name}`;

function create(
  name: string,
  more: Partial<sfn.CreateStateMachineCommandInput> = {},
): Promise<sfn.CreateStateMachineCommandOutput> {
  return client.send(
    new sfn.CreateStateMachineCommand({ name, definition: PASS, roleArn: ROLE, ...more }),
  );
}

const described = (stateMachineArn: string): Promise<sfn.DescribeStateMachineCommandOutput> =>
  client.send(new sfn.DescribeStateMachineCommand({ stateMachineArn }));

describe('what declares state machines over and over', () => {
  test('creates once: the same request again answers with the same machine', async () => {
    const first = await create('declared', { tags: [{ key: 'state', value: 'ca' }] });
    expect(first.stateMachineArn).toBe(arnOf('declared'));
    const again = await create('declared', { tags: [{ key: 'state', value: 'ca' }] });
    expect(again.creationDate).toEqual(first.creationDate);
  });

  test('is told that another machine has the name', async () => {
    await create('taken');
    await expect(create('taken', { definition: WAIT })).rejects.toMatchObject({
      name: 'StateMachineAlreadyExists',
      message: `State Machine Already Exists: '${arnOf('taken')}'`,
    });
    expect((await described(arnOf('taken'))).definition).toBe(PASS);
  });

  test('reads back exactly what it declared', async () => {
    const definition = `${PASS.slice(0, -1)} ,\n  "Comment": "kept as it was written" }`;
    const loggingConfiguration: sfn.LoggingConfiguration = {
      level: 'ERROR',
      includeExecutionData: true,
      destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: 'arn:aws:logs:x:1:log-group:y:*' } }],
    };
    const tracingConfiguration = { enabled: true };
    await create('exact', { definition, loggingConfiguration, tracingConfiguration });
    expect(await described(arnOf('exact'))).toMatchObject({
      definition,
      loggingConfiguration,
      tracingConfiguration,
      roleArn: ROLE,
      type: 'STANDARD',
      status: 'ACTIVE',
    });
  });

  test('updates to the same without making another revision', async () => {
    await create('updated');
    const stateMachineArn = arnOf('updated');
    const update = (
      more: Partial<sfn.UpdateStateMachineCommandInput>,
    ): Promise<sfn.UpdateStateMachineCommandOutput> =>
      client.send(new sfn.UpdateStateMachineCommand({ stateMachineArn, ...more }));
    const first = await update({ definition: WAIT });
    const again = await update({ definition: WAIT, roleArn: ROLE });
    expect(again.revisionId).toBe(first.revisionId);
    expect(again.updateDate).toEqual(first.updateDate);
    const third = await update({ roleArn: `${ROLE}-other` });
    expect(third.revisionId).not.toBe(first.revisionId);
    expect(await described(stateMachineArn)).toMatchObject({
      definition: WAIT,
      roleArn: `${ROLE}-other`,
      revisionId: third.revisionId,
    });
    await expect(update({})).rejects.toMatchObject({ name: 'MissingRequiredParameter' });
  });

  test('deletes what is there, and what is not there any more', async () => {
    await create('deleted');
    const stateMachineArn = arnOf('deleted');
    const remove = (): Promise<unknown> =>
      client.send(new sfn.DeleteStateMachineCommand({ stateMachineArn }));
    await remove();
    await remove();
    await expect(described(stateMachineArn)).rejects.toMatchObject({
      name: 'StateMachineDoesNotExist',
    });
    await create('deleted', { definition: WAIT });
    expect((await described(stateMachineArn)).definition).toBe(WAIT);
  });

  test('stops the executions of what it deletes', async () => {
    await create('stopped', { definition: WAIT });
    const { executionArn } = await client.send(
      new sfn.StartExecutionCommand({ stateMachineArn: arnOf('stopped') }),
    );
    await client.send(new sfn.DeleteStateMachineCommand({ stateMachineArn: arnOf('stopped') }));
    const { status } = await until(
      () => client.send(new sfn.DescribeExecutionCommand({ executionArn })),
      (answer) => answer.status !== 'RUNNING',
    );
    expect(status).toBe('ABORTED');
  });

  test('sees a machine of a pipeline file, but does not write over the file', async () => {
    await it.server.engine.pipelines.deploy({
      name: 'from-file',
      team: 'default',
      tags: {},
      definition: JSON.parse(PASS),
      bindings: {},
      folder: '/',
    });
    expect((await described(arnOf('from-file'))).definition).toBe(PASS);
    const update = { stateMachineArn: arnOf('from-file'), definition: WAIT };
    await expect(client.send(new sfn.UpdateStateMachineCommand(update))).rejects.toMatchObject({
      name: 'ConflictException',
      message: expect.stringContaining('file'),
    });
  });
});

describe('a list', () => {
  test('comes in pages, each machine once', async () => {
    for (let index = 0; index < 7; index += 1) await create(`listed-${index}`);
    const names: (string | undefined)[] = [];
    let pages = 0;
    for await (const page of sfn.paginateListStateMachines({ client, pageSize: 3 }, {})) {
      pages += 1;
      expect(page.stateMachines?.length).toBeLessThanOrEqual(3);
      names.push(...(page.stateMachines ?? []).map(({ name }) => name));
    }
    expect(pages).toBeGreaterThanOrEqual(3);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => name?.startsWith('listed-'))).toHaveLength(7);
  });

  test('refuses a token of another list', async () => {
    await create('listed-a');
    const { nextToken } = await client.send(new sfn.ListStateMachinesCommand({ maxResults: 1 }));
    expect(nextToken).toBeDefined();
    await expect(client.send(new sfn.ListActivitiesCommand({ nextToken }))).rejects.toMatchObject({
      name: 'InvalidToken',
    });
  });
});

describe('published versions', () => {
  test('keep what they were, and are started by their number', async () => {
    const stateMachineArn = arnOf('published');
    const { stateMachineVersionArn } = await create('published', { publish: true });
    expect(stateMachineVersionArn).toBe(`${stateMachineArn}:1`);
    const second = machineOf({ Only: { Type: 'Pass', Result: 'second', End: true } });
    const updated = await client.send(
      new sfn.UpdateStateMachineCommand({ stateMachineArn, definition: second, publish: true }),
    );
    expect(updated.stateMachineVersionArn).toBe(`${stateMachineArn}:2`);
    expect((await described(`${stateMachineArn}:1`)).definition).toBe(PASS);

    const { executionArn } = await client.send(
      new sfn.StartExecutionCommand({ stateMachineArn: `${stateMachineArn}:1`, input: '"given"' }),
    );
    const ended = await until(
      () => client.send(new sfn.DescribeExecutionCommand({ executionArn })),
      ({ status }) => status === 'SUCCEEDED',
    );
    expect(ended).toMatchObject({
      output: '"given"',
      stateMachineVersionArn: `${stateMachineArn}:1`,
    });
  });

  test('are published for the revision that the caller knows, not for a newer one', async () => {
    const stateMachineArn = arnOf('revised');
    await create('revised');
    const { revisionId } = await client.send(
      new sfn.UpdateStateMachineCommand({ stateMachineArn, definition: WAIT }),
    );
    await client.send(new sfn.UpdateStateMachineCommand({ stateMachineArn, definition: PASS }));
    const publishing = client.send(
      new sfn.PublishStateMachineVersionCommand({ stateMachineArn, revisionId }),
    );
    await expect(publishing).rejects.toMatchObject({ name: 'ConflictException' });
  });

  test('cannot be deleted while an alias points to them', async () => {
    const stateMachineVersionArn = `${arnOf('pinned')}:1`;
    await create('pinned', { publish: true });
    const { stateMachineAliasArn } = await client.send(
      new sfn.CreateStateMachineAliasCommand({
        name: 'live',
        routingConfiguration: [{ stateMachineVersionArn, weight: 100 }],
      }),
    );
    const remove = (): Promise<unknown> =>
      client.send(new sfn.DeleteStateMachineVersionCommand({ stateMachineVersionArn }));
    await expect(remove()).rejects.toMatchObject({
      name: 'ConflictException',
      message: expect.stringContaining('[live]'),
    });
    await client.send(new sfn.DeleteStateMachineAliasCommand({ stateMachineAliasArn }));
    await remove();
  });
});

describe('an alias', () => {
  test('splits starts between two versions by their weights', async () => {
    const stateMachineArn = arnOf('split');
    await create('split', { publish: true });
    await client.send(
      new sfn.UpdateStateMachineCommand({
        stateMachineArn,
        definition: machineOf({ Only: { Type: 'Pass', Result: 2, End: true } }),
        publish: true,
      }),
    );
    const { stateMachineAliasArn = '' } = await client.send(
      new sfn.CreateStateMachineAliasCommand({
        name: 'canary',
        routingConfiguration: [
          { stateMachineVersionArn: `${stateMachineArn}:1`, weight: 80 },
          { stateMachineVersionArn: `${stateMachineArn}:2`, weight: 20 },
        ],
      }),
    );
    const starts = 400;
    for (let index = 0; index < starts; index += 1) {
      await client.send(new sfn.StartExecutionCommand({ stateMachineArn: stateMachineAliasArn }));
    }
    const versions: (string | undefined)[] = [];
    const listed = sfn.paginateListExecutions(
      { client },
      { stateMachineArn: stateMachineAliasArn },
    );
    for await (const { executions = [] } of listed) {
      versions.push(...executions.map(({ stateMachineVersionArn: arn }) => arn?.split(':').at(-1)));
      expect(executions[0]?.stateMachineAliasArn).toBe(stateMachineAliasArn);
    }
    expect(versions).toHaveLength(starts);
    const second = versions.filter((version) => version === '2').length;
    // 20 % of 400 are 80, with a standard deviation of 8: six of them are hardly ever left by chance.
    expect(second).toBeGreaterThan(80 - 48);
    expect(second).toBeLessThan(80 + 48);
  }, 180_000);

  test.each([
    ['weights that are not 100 together', [60, 60]],
    ['one version with less than 100', [50]],
  ])('is refused with %s', async (_, weights) => {
    const name = `weights-${weights.join('-')}`;
    const stateMachineArn = arnOf(name);
    await create(name, { publish: true });
    await client.send(
      new sfn.UpdateStateMachineCommand({ stateMachineArn, definition: WAIT, publish: true }),
    );
    const routingConfiguration = weights.map((weight, index) => ({
      stateMachineVersionArn: `${stateMachineArn}:${index + 1}`,
      weight,
    }));
    const creating = client.send(
      new sfn.CreateStateMachineAliasCommand({ name: 'wrong', routingConfiguration }),
    );
    await expect(creating).rejects.toMatchObject({ name: 'ValidationException' });
    const { stateMachineAliases } = await client.send(
      new sfn.ListStateMachineAliasesCommand({ stateMachineArn }),
    );
    expect(stateMachineAliases).toEqual([]);
  });
});

test('tags are added, replaced and taken away', async () => {
  await create('tagged', { tags: [{ key: 'a', value: '1' }] });
  const resourceArn = arnOf('tagged');
  const tags = [
    { key: 'a', value: '2' },
    { key: 'b', value: '' },
  ];
  await client.send(new sfn.TagResourceCommand({ resourceArn, tags }));
  await client.send(new sfn.UntagResourceCommand({ resourceArn, tagKeys: ['a', 'none'] }));
  const listed = await client.send(new sfn.ListTagsForResourceCommand({ resourceArn }));
  expect(listed.tags).toEqual([{ key: 'b', value: '' }]);
});
