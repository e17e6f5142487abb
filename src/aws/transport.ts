/**
 * Connections to AWS, of all clients together.
 * @module
 */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

/** What AWS's clients send through. */
export interface Transport {
  readonly handler: object;
  destroy(): void;
}

/**
 * One for all clients: a region's addresses are the same for all accounts. Some clients would speak HTTP/2 by default, of
 * which each keeps a connection of its own.
 */
export async function openTransport(connectionTimeout: number): Promise<Transport> {
  const { NodeHttpHandler } = await import('@smithy/node-http-handler');
  const kept = { keepAlive: true, maxSockets: 1_024, maxFreeSockets: 64 };
  const httpAgent = new HttpAgent(kept);
  const httpsAgent = new HttpsAgent(kept);
  // The deadline of the whole call ends it; the client's own would only be told otherwise.
  const handler = new NodeHttpHandler({
    connectionTimeout,
    requestTimeout: 0,
    httpAgent,
    httpsAgent,
  });
  return {
    handler,
    destroy() {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}
