/**
 * The thread in which pictures are laid out, one after the other: started when it is first needed, ended with the server.
 * @module
 */
import { Worker } from 'node:worker_threads';
import type { ElkNode } from 'elkjs/lib/elk-api.js';
import { HttpError } from '../errors.js';

export interface ElkThread {
  /**
   * Places what a graph holds.
   * @throws HttpError GraphTooLarge when it takes longer than anybody waits
   */
  layout(graph: ElkNode): Promise<ElkNode>;
  /** Ends the thread: it would keep the process from ending for as long as a minute. Nothing is laid out afterwards. */
  close(): Promise<void>;
}

const DEADLINE_MS = 20_000;

/**
 * Starts no thread before the first layout.
 * @example const placed = await createElkThread().layout({ id: 'root', children: [] })
 */
export function createElkThread(): ElkThread {
  const waiting = new Map<number, { resolve(node: ElkNode): void; reject(error: Error): void }>();
  let worker: Worker | undefined;
  let nextId = 1;
  let isClosed = false;

  function start(): Worker {
    // From source (tests) the thread runs the compiled file all the same.
    const entry = import.meta.url.endsWith('.ts')
      ? new URL('../../../dist/http/graph/elk-worker.js', import.meta.url)
      : new URL('./elk-worker.js', import.meta.url);
    const thread = new Worker(entry, { resourceLimits: { maxOldGenerationSizeMb: 512 } });
    thread.unref();
    thread.on('message', (message: { id: number; result?: ElkNode; error?: string }) => {
      const waiter = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.result === undefined) waiter?.reject(new Error(message.error));
      else waiter?.resolve(message.result);
    });
    const gone = (reason: unknown): void => {
      if (worker === thread) worker = undefined;
      for (const waiter of waiting.values())
        waiter.reject(new Error(`The layout failed: ${reason}`));
      waiting.clear();
    };
    thread.on('error', gone);
    thread.on('exit', gone);
    return thread;
  }

  return {
    async layout(graph) {
      if (isClosed) throw new Error('The server is closing');
      worker ??= start();
      const thread = worker;
      const id = nextId++;
      return await new Promise<ElkNode>((resolve, reject) => {
        const deadline = setTimeout(() => {
          const why = `laying it out took longer than ${DEADLINE_MS / 1000} s`;
          waiting.get(id)?.reject(new HttpError('GraphTooLarge', { why }));
          waiting.delete(id);
          void thread.terminate();
        }, DEADLINE_MS);
        deadline.unref();
        waiting.set(id, {
          resolve: (node) => {
            clearTimeout(deadline);
            resolve(node);
          },
          reject(error) {
            clearTimeout(deadline);
            reject(error);
          },
        });
        thread.postMessage({ id, graph });
      });
    },
    async close() {
      isClosed = true;
      await worker?.terminate();
      worker = undefined;
    },
  };
}
