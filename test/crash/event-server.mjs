// A server to be killed while events come: the real engine on a real SQLite file, with a pipeline that listens. Its parent
// sends ids; it puts an event for each and says when that was answered.
import { join } from 'node:path';
import { createConnectorRunner } from '../../dist/engine/connector-runner.js';
import { createEngine } from '../../dist/engine/create-engine.js';
import { createLocalItems } from '../../dist/engine/local-items.js';
import { openSqliteStore } from '../../dist/store/sqlite-store.js';

const [folder] = process.argv.slice(2);
const engine = createEngine({
  store: openSqliteStore({ file: join(folder, 'events.db') }),
  runner: createConnectorRunner(new Map()),
  evaluator: { evaluate: async () => [], close: async () => {} },
  itemSource: createLocalItems(),
  workFolder: join(folder, 'work'),
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
process.on('message', async (ids) => {
  if (ids === 'list') {
    const events = [];
    for (let after = 0; ; after = events.at(-1).number) {
      const page = await engine.listEvents({ after, limit: 1000 });
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
      executions: executions
        .filter(({ pipeline }) => pipeline === 'orders')
        .map(({ name, status }) => ({ name, status })),
      batches: executions
        .filter(({ pipeline }) => pipeline === 'batches')
        .map(({ triggeredBy }) => triggeredBy.events),
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
