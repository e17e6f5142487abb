// A server to be killed while it tells people: the real engine on a real SQLite file, with a pipeline that fails and names a webhook. Its
// parent sends names of executions; it starts each and says when it has ended, which is when the message is durable. What the
// webhook gets is a line of a file; some answers never come, and some are failures.

import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { EVERYTHING, ofTeam } from '../../dist/engine/kernel/scope.js';
import { openKilledEngine } from './engine.mjs';

const [folder, mode] = process.argv.slice(2);
let asked = 0;
const { engine } = openKilledEngine(folder, 'notifications.db', {
  notifications: {
    ports: {
      async http({ body }) {
        asked += 1;
        const turn = asked;
        await new Promise((resolve) => setTimeout(resolve, 2));
        if (mode === 'calm' || turn % 5 !== 0) {
          const { key, thread } = JSON.parse(body);
          appendFileSync(join(folder, 'webhook'), `${thread} ${key}\n`);
          return { type: 'answered', status: 200, headers: {}, body: '' };
        }
        return { type: 'unreachable', error: 'simulated' };
      },
      mail: async () => ({ type: 'failed', error: 'no mail here' }),
    },
  },
});
await engine.open();
const channels = { hook: { type: 'webhook', url: 'https://hook.example/' } };
await engine.notifications.declare(
  [{ file: 'team.yaml', team: 'test', sections: { channels } }],
  [],
);
await engine.pipelines.deploy({
  name: 'failing',
  team: 'test',
  tags: {},
  bindings: {},
  folder,
  definition: { StartAt: 'Fail', States: { Fail: { Type: 'Fail', Error: 'Broken' } } },
  sections: {
    notifications: {
      type: 'FULL_EXECUTION',
      targets: [{ channel: 'WEBHOOK', addresses: ['hook'] }],
    },
  },
});

process.on('message', async (names) => {
  if (names === 'list') {
    const deliveries = [];
    for (let cursor; ; ) {
      const page = await engine.notifications.deliveries(EVERYTHING, {
        limit: 1000,
        ...(cursor ? { cursor } : {}),
      });
      deliveries.push(...page.items);
      cursor = page.next;
      if (cursor === undefined) break;
    }
    process.send({
      deliveries: deliveries.map(({ status, message }) => ({ status, key: message.key })),
    });
    return;
  }
  for (const name of names) {
    void engine.executions
      .run(ofTeam('test'), { pipeline: 'failing', name, input: {} })
      .then(({ id }) => process.send({ ended: name, id }));
  }
});
process.send('ready');
