// A server to be killed while events come: the real engine on a real SQLite file, with a pipeline that listens, and rules of
// EventBridge's API that start a machine on two buses and call an API destination. Its parent sends ids; it puts an event for each and
// says when that was answered. What the destination gets is a line of a file.

import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { openEncryptionFile } from '../../dist/engine/kernel/masking/encryption.js';
import { EVERYTHING, ofTeam } from '../../dist/engine/kernel/scope.js';
import { callerOf } from '../../dist/http/wire/caller.js';
import { EVENT_BRIDGE } from '../../dist/http/wire/events/operations.js';
import { openKilledEngine } from './engine.mjs';

const [folder] = process.argv.slice(2);
const { engine } = openKilledEngine(folder, 'events.db', {
  seal: openEncryptionFile(join(folder, 'seal.key')),
  destinations: {
    send: async ({ body }) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      appendFileSync(join(folder, 'webhook'), `${body}\n`);
      return { type: 'arrived' };
    },
  },
});
await engine.open();
await engine.pipelines.deploy({
  name: 'orders',
  team: 'test',
  tags: {},
  bindings: {},
  folder,
  definition: { StartAt: 'Done', States: { Done: { Type: 'Succeed' } } },
  sections: { trigger: { events: [{ pattern: { source: ['shop'] }, inputPath: '$.detail' }] } },
});
await engine.pipelines.deploy({
  name: 'batches',
  team: 'test',
  tags: {},
  bindings: {},
  folder,
  definition: { StartAt: 'Done', States: { Done: { Type: 'Succeed' } } },
  sections: {
    trigger: { events: [{ pattern: { source: ['shop'] }, batch: { size: 7, window: 3600 } }] },
  },
});
await engine.pipelines.deploy({
  name: 'ruled',
  team: 'test',
  tags: {},
  bindings: {},
  folder,
  definition: { StartAt: 'Done', States: { Done: { Type: 'Succeed' } } },
});
await declare();

/** Makes rules on two buses, unless an earlier life has. */
async function declare() {
  const { arns, buses, rules, connections, apiDestinations } = engine;
  const scope = ofTeam('test');
  const caller = callerOf({ accessKeyId: 'x', team: 'test', role: 'operator' });
  const call = (operation, request) => EVENT_BRIDGE[operation]({ engine, caller, request });
  const there = { bus: 'night', name: 'there' };
  if (buses.list(scope).some(({ name }) => name === 'night')) {
    const rule = rules.list(scope, 'night').find(({ name }) => name === 'there');
    if (rule?.targets.length > 0) return;
    await rules.delete(scope, there);
    await buses.delete(scope, 'night');
  }
  for (const { name } of apiDestinations.list(scope)) await apiDestinations.delete(scope, name);
  for (const { name } of connections.list(scope)) await connections.delete(scope, name);
  await call('CreateEventBus', { Name: 'night' });
  const { ConnectionArn } = await call('CreateConnection', {
    Name: 'hook',
    AuthorizationType: 'BASIC',
    AuthParameters: { BasicAuthParameters: { Username: 'u', Password: 'p' } },
  });
  const { ApiDestinationArn } = await call('CreateApiDestination', {
    Name: 'hook',
    ConnectionArn,
    InvocationEndpoint: 'https://example.com',
    HttpMethod: 'POST',
    InvocationRateLimitPerSecond: 100_000,
  });
  const machine = { Id: 'machine', Arn: arns.stateMachine('ruled'), InputPath: '$.detail' };
  const hook = { Id: 'hook', Arn: ApiDestinationArn, InputPath: '$.detail' };
  const bus = { Id: 'bus', Arn: buses.describe(scope, 'night').arn };
  const EventPattern = '{"source":["shop"]}';
  await call('PutRule', { Name: 'here', EventPattern });
  await call('PutTargets', { Rule: 'here', Targets: [machine, hook, bus] });
  await call('PutRule', { Name: 'there', EventBusName: 'night', EventPattern });
  await call('PutTargets', { Rule: 'there', EventBusName: 'night', Targets: [machine] });
}

process.on('message', async (ids) => {
  if (ids === 'list') {
    const events = [];
    for (let after = 0; ; after = events.at(-1).number) {
      const page = await engine.events.list(EVERYTHING, { bus: 'default', after, limit: 1000 });
      events.push(...page);
      if (page.length < 1000) break;
    }
    const executions = [];
    for (let cursor; ; ) {
      const page = await engine.executions.list(EVERYTHING, {
        limit: 1000,
        ...(cursor ? { cursor } : {}),
      });
      executions.push(...page.items);
      cursor = page.next;
      if (cursor === undefined) break;
    }
    process.send({
      events: events.map(({ id, matched }) => ({ id, matched })),
      executions: executions.map(({ pipeline, name, status, triggeredBy }) => ({
        pipeline,
        name,
        status,
        rule: triggeredBy?.rule,
        event: triggeredBy?.event,
        events: triggeredBy?.events,
      })),
      dead: (await engine.deadLetters.list(EVERYTHING, { limit: 10 })).length,
      waiting: (await engine.pipelines.explainTrigger(EVERYTHING, 'batches')).events[0].batch
        .waiting,
    });
    return;
  }
  for (const id of ids) {
    void engine.events
      .put(ofTeam('test'), [{ id, source: 'shop', detailType: 'Order', detail: { id } }])
      .then(() => process.send({ answered: id }));
  }
});
process.send('ready');
