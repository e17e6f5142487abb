/**
 * A server that speaks AWS's APIs and really runs functions of Lambda, queries of Athena, scripts of Glue's Python shell and
 * state machines (ministack), on a free port of this machine.
 * @module
 */
import { spawn } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';

export interface Ministack {
  url: string;
  close(): Promise<void>;
}

export async function startMinistack(): Promise<Ministack> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => probe.once('listening', done));
  const { port } = probe.address() as AddressInfo;
  await new Promise((done) => probe.close(done));
  const url = `http://127.0.0.1:${port}`;
  const server = spawn('ministack', [], {
    stdio: 'ignore',
    // By default it would listen on all addresses, and for devices on a port of their own.
    env: {
      ...process.env,
      BIND_HOST: '127.0.0.1',
      IOT_MTLS_ENABLED: '0',
      GATEWAY_PORT: String(port),
    },
    detached: true,
  });
  while (!(await fetch(`${url}/_ministack/health`).catch(() => undefined))) {
    if (server.exitCode !== null) throw new Error(`ministack ended with ${server.exitCode}`);
    await new Promise((done) => setTimeout(done, 100));
  }
  return {
    url,
    async close() {
      const gone = new Promise((done) => server.once('exit', done));
      // With the functions that it keeps warm.
      process.kill(-(server.pid ?? 0), 'SIGKILL');
      await gone;
    },
  };
}
