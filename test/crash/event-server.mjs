// A server to be killed while events come: the real engine on a real SQLite file, with a pipeline that listens, and rules of
// EventBridge's API that start a machine on two buses and call an API destination. Its parent sends ids; it puts an event for each and
// says when that was answered. What the destination gets is a line of a file.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { openEncryptionFile } from '../../dist/engine/kernel/masking/encryption.js';
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
await engine.deployPipeline({
  name: 'orders',
  team: 'test',
  tags: {},
  bindings: {},
  folder,
  definition: { StartAt: 'Done', States: { Done: { Type: 'Succeed' } } },
  sections: { trigger: { events: [{ pattern: { source: ['shop'] }, inputPath: '$.detail' }] } },
});
await engine.deployPipeline({
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
await engine.deployPipeline({
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
  const { eventResources, arns } = engine;
  const caller = { accessKeyId: 'x', team: 'test', teams: ['test'], role: 'operator' };
  const call = (operation, request) => EVENT_BRIDGE[operation]({ engine, caller, request });
  if (eventResources.rules.get('test', 'night/there')?.targets.length > 0) return;
  for (const kind of ['apiDestinations', 'connections', 'buses']) {
    for (const { name } of eventResources[kind].list('test')) {
      await engine.changeEvents((turn) => eventResources[kind].put(turn, 'test', name, undefined));
    }
  }
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
  const bus = { Id: 'bus', Arn: eventResources.arns.bus('night') };
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
      const page = await engine.listEvents({ bus: 'default', after, limit: 1000 });
      events.push(...page);
      if (page.length < 1000) break;
    }
    const executions = [];
    for (let cursor; ; ) {
      const page = await engine.listExecutions({ limit: 1000, ...(cursor ? { cursor } : {}) });
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
      dead: (await engine.listDeadLetters({ limit: 10 })).length,
      waiting: (await engine.explainTrigger('batches')).events[0].batch.waiting,
    });
    return;
  }
  for (const id of ids) {
    void engine
      .putEvents([{ id, source: 'shop', detailType: 'Order', detail: { id } }], { team: 'test' })
      .then(() => process.send({ answered: id }));
  }
});
process.send('ready');
