// A server whose tasks print numbered lines as fast as they can, and that says which of them are durable. It is killed.
import { join } from 'node:path';
import { openKilledEngine } from './engine.mjs';

const [, , folder, first] = process.argv;
let number = Number(first);
const echo = {
  kind: 'echo',
  runsCode: false,
  validate: () => [],
  async run(_task, { log, signal }) {
    while (!signal.aborted) {
      for (let n = 0; n < 50; n += 1) {
        number += 1;
        log({
          at: Date.now(),
          stream: 'stdout',
          level: 'info',
          message: `line ${number} ${'x'.repeat(40)}`,
        });
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    return { type: 'failed', error: 'Aborted', cause: '' };
  },
};
const told = ({ output }) => {
  output.onStored((lines) => {
    const numbers = lines.map(({ message }) => message.split(' ')[1]);
    process.stdout.write(`${numbers.join(' ')}\n`);
  });
  return { name: 'told' };
};
const { engine } = openKilledEngine(folder, 'logs.db', { connectors: [echo], additions: [told] });
await engine.open();
await engine.pipelines.deploy({
  name: 'prints',
  team: 'default',
  tags: {},
  bindings: {},
  folder: join(folder, 'pipelines'),
  definition: {
    StartAt: 'Print',
    States: { Print: { Type: 'Task', Resource: 'millrace:echo', End: true } },
  },
});
await engine.executions.start('everything', { pipeline: 'prints' });
