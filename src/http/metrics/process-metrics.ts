/**
 * Metrics of the process: event loop, heap, garbage collection, processor, open files, and the size of the store's files.
 * @module
 */
import { stat } from 'node:fs/promises';
import client from 'prom-client';

/** prom-client's own metrics for this process; `close` ends what they watch by. */
export interface ProcessMetrics {
  readonly registry: client.Registry;
  close(): void;
}

/**
 * @param database file of the store; its write-ahead log lies beside it
 * @example const metrics = collectProcessMetrics('.millrace/millrace.db')
 */
export function collectProcessMetrics(database: string | undefined): ProcessMetrics {
  const registry = new client.Registry();
  client.collectDefaultMetrics({ register: registry });
  // Gauges that are named like counters, which Prometheus's tools object to.
  for (const what of ['handles', 'requests', 'resources']) {
    registry.removeSingleMetric(`nodejs_active_${what}_total`);
  }
  if (database !== undefined) {
    new client.Gauge({
      name: 'millrace_store_bytes',
      help: 'Size of the files of the store',
      labelNames: ['file'],
      registers: [registry],
      async collect() {
        for (const [file, path] of [
          ['database', database],
          ['log', `${database}-wal`],
        ] as const) {
          // Without a log nothing has been written since it was carried over.
          const size = await stat(path).then(
            ({ size }) => size,
            () => 0,
          );
          this.set({ file }, size);
        }
      },
    });
  }
  return { registry, close: () => registry.clear() };
}
