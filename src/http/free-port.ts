/**
 * Whether a port can be had: asked before anything is opened that would have to be closed again.
 * @module
 */
import { createServer } from 'node:net';

/**
 * Takes the port for a moment.
 * @param port 0: any, which there always is
 * @throws what listening throws: EADDRINUSE, EACCES …
 * @example await expectFreePort('127.0.0.1', 8080)
 */
export async function expectFreePort(host: string, port: number): Promise<void> {
  if (port === 0) return;
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject);
    probe.listen(port, host, resolve);
  });
  await new Promise((resolve) => probe.close(resolve));
}
