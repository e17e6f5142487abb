// A server to be killed while tasks are performed by another system: the real engine on a real SQLite file. Its parent is that
// system, over HTTP; it sends names of executions to be started, says which are to be stopped, and asks how all of them stand.

import { EVERYTHING } from '../../dist/engine/kernel/scope.js';
import { openKilledEngine } from './engine.mjs';

const [folder, service] = process.argv.slice(2);

async function ask(path, body) {
  const response = await fetch(`${service}/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  return response.json();
}

const tasks = {
  knows: () => ({}),
  async submit({ id, isAgain, execution }) {
    const { job } = await ask('submit', { id, isAgain, execution: execution.id });
    const reference = { kind: 'batch:submitJob.sync', id: job, place: { account: 'lake' } };
    return { type: 'submitted', output: { job }, job: reference };
  },
  batchOf: () => 100,
  look: async (jobs) => (await ask('look', { jobs: jobs.map(({ id }) => id) })).states,
  stop: async ({ id }) => (await ask('stop', { job: id })).asked,
  jobOfEvent: () => undefined,
};
const lake = { name: 'lake', account: '111122223333', regions: ['eu-central-1'], teams: '*' };

const { engine } = openKilledEngine(folder, 'remote.db', {
  remoteTasks: tasks,
  remote: { tasks, accounts: [lake] },
});
await engine.open();
await engine.pipelines.deploy({
  name: 'remote',
  team: 'test',
  tags: {},
  bindings: {},
  folder,
  definition: {
    StartAt: 'Job',
    States: {
      Job: {
        Type: 'Task',
        Resource: 'arn:aws:states:::batch:submitJob.sync',
        Parameters: {},
        End: true,
      },
    },
  },
});

process.on('message', async ({ names = [], stop, list }) => {
  for (const name of names) {
    engine.executions
      .start(EVERYTHING, { pipeline: 'remote', name, input: {} })
      .then(({ id }) => process.send({ id }))
      .catch(() => {});
  }
  if (stop) await engine.executions.stop(EVERYTHING, stop).catch(() => {});
  if (list) {
    const { items } = await engine.executions.list(EVERYTHING, { limit: 1000 });
    process.send({ items: items.map(({ id, status }) => ({ id, status })) });
  }
});
process.send({ ready: true });
