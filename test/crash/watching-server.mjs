// A server to be killed while it watches: the real engine on a real SQLite file, that looks at what its parent plays by AWS's own
// clients over HTTP, and tells people by a webhook, which is a file. It stops at the moment at which it is to be killed, and says so:
// "looked", between what a look was answered and its commit; "received", between a queue's events and their commit; "taken", between
// that commit and the message's deletion.

import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAws } from '../../dist/aws/create-aws.js';
import { EVERYTHING } from '../../dist/engine/kernel/scope.js';
import { createSecretRegistry } from '../../dist/secrets/secret-registry.js';
import { openKilledEngine } from './engine.mjs';

const [folder, url, moment] = process.argv.slice(2);
const real = createAws({
  environment: { AWS_ACCESS_KEY_ID: 'AKIDLOCAL', AWS_SECRET_ACCESS_KEY: 'local-secret-0001' },
  secrets: createSecretRegistry(),
  accounts: [
    {
      ...{ name: 'lake', account: '111122223333', regions: ['eu-central-1'], teams: '*' },
      ...{ endpoint: url, events: { queue: `${url}/111122223333/events` } },
    },
  ],
});
const ever = new Promise(() => {});

/** For ever: whoever waits for it is killed. */
function stopHere() {
  process.send({ moment });
  return ever;
}

const aws = {
  accounts: () => real.accounts(),
  counts: () => real.counts(),
  close: () => real.close(),
  async call(call) {
    if (moment === 'taken' && call.action === 'deleteMessageBatch') return stopHere();
    const answer = await real.call(call);
    const runs = answer.output?.JobRuns?.length ?? 0;
    if (moment === 'looked' && call.action === 'getJobRuns' && runs > 0) return stopHere();
    const messages = answer.output?.Messages?.length ?? 0;
    if (moment === 'received' && messages > 0) return stopHere();
    return answer;
  },
};

const { engine } = openKilledEngine(folder, 'watching.db', {
  aws,
  notifications: {
    ports: {
      async http({ body }) {
        const { key } = JSON.parse(body);
        appendFileSync(join(folder, 'webhook'), `${key}\n`);
        return { type: 'answered', status: 200, headers: {}, body: '' };
      },
      mail: async () => ({ type: 'failed', error: 'no mail here' }),
    },
  },
});
await engine.open();
const channels = { hook: { type: 'webhook', url: 'https://hook.example/' } };
const notify = [{ channels: ['hook'] }];
const watch = [{ account: 'lake', glueJobs: ['*'], expect: ['succeeded'] }];
const file = { file: 'team.yaml', team: 'parcels', sections: { channels, notify, watch } };
await engine.notifications.declare([file], []);
await engine.observers.declare([file], []);

process.on('message', async () => {
  const checks = await engine.checks.list(EVERYTHING, { limit: 1000 });
  const incidents = await engine.incidents.list(EVERYTHING, { status: 'all', limit: 1000 });
  const sent = await engine.notifications.deliveries(EVERYTHING, { limit: 1000 });
  const { blind } = engine.observers.standing(EVERYTHING);
  process.send({
    results: checks.items.map(({ subject, cause }) => `${subject.name} ${cause}`),
    incidents: incidents.items.map(({ subject }) => subject.name),
    deliveries: sent.items.map(({ status, message }) => `${status} ${message.key}`),
    blind,
  });
});
process.send({ ready: true });
