/**
 * Metrics of the process: event loop, heap, garbage collection, processor, open files, and the size of the store's files.
 * @module
 */
import { stat } from 'node:fs/promises';
import client from 'prom-client';
import type { TlsDesk } from '../tls/tls-desk.js';

/** prom-client's own metrics for this process; `close` ends what they watch by. */
export interface ProcessMetrics {
  readonly registry: client.Registry;
  close(): void;
}

/**
 * @param database file of the store; its write-ahead log lies beside it
 * @param tls the certificate that the server speaks with
 * @example const metrics = collectProcessMetrics('.millrace/millrace.db', undefined)
 */
export function collectProcessMetrics(
  database: string | undefined,
  tls: Pick<TlsDesk, 'state' | 'handshakes'> | undefined,
): ProcessMetrics {
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
  if (tls !== undefined) collectTls(registry, tls);
  return { registry, close: () => registry.clear() };
}

function collectTls(registry: client.Registry, tls: Pick<TlsDesk, 'state' | 'handshakes'>): void {
  const registers = [registry];
  new client.Gauge({
    name: 'millrace_certificate_expires_in_seconds',
    help: 'Time until the certificate of the server expires; below zero: since it has',
    registers,
    collect() {
      this.set((tls.state().expires - Date.now()) / 1000);
    },
  });
  new client.Gauge({
    name: 'millrace_certificate_refused',
    help: 'Whether the files of the certificate that lie there now cannot be used',
    registers,
    collect() {
      this.set(tls.state().problem === undefined ? 0 : 1);
    },
  });
  new client.Gauge({
    name: 'millrace_tls_handshakes',
    help: 'Connections that do not speak TLS yet',
    registers,
    collect() {
      this.set(tls.handshakes());
    },
  });
}
