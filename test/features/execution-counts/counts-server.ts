/**
 * A server with the feature that counts, in a process of its own: something to be killed.
 * @module
 */
import { EVERYTHING } from '../../../src/engine/kernel/scope.js';
import { startServer } from '../../../src/server.js';
import { executionCounts } from './execution-counts.js';

const [, , data = ''] = process.argv;
const server = await startServer({ port: 0, data, additions: [executionCounts()] });
const token = await server.authenticator.issue('api', { label: 'tests' });
for (const [name, error] of [
  ['good', undefined],
  ['bad', 'Broken'],
] as const) {
  await server.engine.pipelines.deploy({
    name,
    team: 'default',
    tags: { county: 'alder', outcome: name },
    definition: {
      StartAt: 'Only',
      States: { Only: error ? { Type: 'Fail', Error: error } : { Type: 'Pass', End: true } },
    },
    bindings: {},
    folder: data,
  });
}
process.on('message', async ({ pipeline, name }: { pipeline: string; name: string }) => {
  await server.engine.executions.run(EVERYTHING, { pipeline, name, input: {} });
  process.send?.({ ended: name });
});
process.send?.({ url: server.url, token });
