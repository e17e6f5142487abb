/**
 * The thread in which graphs are laid out: ELK takes half a second for 500 states and must not hold up the server.
 * @module
 */
import { parentPort } from 'node:worker_threads';
import ElkConstructor, { type ElkNode } from 'elkjs/lib/elk.bundled.js';

// The bundle is CommonJS: what Node gives as the default export may be the class or its module.
const Elk = ((ElkConstructor as unknown as { default?: unknown }).default ??
  ElkConstructor) as unknown as new () => { layout(graph: ElkNode): Promise<ElkNode> };
const elk = new Elk();

parentPort?.on('message', ({ id, graph }: { id: number; graph: ElkNode }) => {
  elk.layout(graph).then(
    (result) => parentPort?.postMessage({ id, result }),
    (error: unknown) => parentPort?.postMessage({ id, error: String(error) }),
  );
});
