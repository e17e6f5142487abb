/**
 * A real server, and clients of AWS's own SDK that sign with keys it issued.
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SFNClient } from '@aws-sdk/client-sfn';
import type { MachineDefinition } from '../../src/asl/definition.js';
import { type Server, type ServerConfig, startServer } from '../../src/server.js';

export interface Key {
  accessKeyId: string;
  secretAccessKey: string;
}

export interface WireServer {
  server: Server;
  /** A new access key. Default: an operator of the team `default`. */
  key(options?: { team?: string; role?: 'editor' | 'viewer' }): Promise<Key>;
  client(key: Key): SFNClient;
  /** A client with a key of its own. */
  open(options?: { team?: string; role?: 'editor' | 'viewer' }): Promise<SFNClient>;
  close(): Promise<void>;
}

export const ROLE = 'arn:aws:iam::000000000000:role/pipelines';

export async function openWireServer(config: ServerConfig = {}): Promise<WireServer> {
  const data = mkdtempSync(join(tmpdir(), 'millrace-wire-'));
  const server = await startServer({ port: 0, data, ...config });
  const clients: SFNClient[] = [];
  const it: WireServer = {
    server,
    key: ({ team = 'default', role = 'editor' } = {}) =>
      server.accessKeys.issue({ team, role, label: 'test' }),
    client(credentials) {
      const client = new SFNClient({
        endpoint: server.url,
        region: 'us-east-1',
        credentials,
        disableHostPrefix: true,
        maxAttempts: 1,
      });
      clients.push(client);
      return client;
    },
    open: async (options) => it.client(await it.key(options)),
    async close() {
      for (const client of clients) client.destroy();
      await server.close();
      rmSync(data, { recursive: true, force: true });
    },
  };
  return it;
}

/** A definition's text with one state. */
export function machineOf(states: MachineDefinition['States'], comment?: string): string {
  const StartAt = Object.keys(states)[0] as string;
  return JSON.stringify({ ...(comment ? { Comment: comment } : {}), StartAt, States: states });
}

export const PASS: string = machineOf({ Only: { Type: 'Pass', End: true } });
export const WAIT: string = machineOf({ Hold: { Type: 'Wait', Seconds: 86_400, End: true } });
/** Its second state fails until it is redriven with what makes it succeed; its first one never runs twice. */
export const FAIL: string = machineOf({
  First: { Type: 'Pass', Result: { rows: 2 }, Next: 'Second' },
  Second: { Type: 'Fail', Error: 'NoRows', Cause: 'The file is empty.' },
});
