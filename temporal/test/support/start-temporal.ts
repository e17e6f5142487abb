/**
 * Starts a development server of Temporal on free ports of the loopback interface.
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { Connection } from '@temporalio/client';
import { freePort } from '../../../test/support/free-port.js';

/** Keeps nothing: it is gone with its process. */
export async function startTemporal(): Promise<{ address: string; stop(): Promise<void> }> {
  const [port, http, metrics] = [await freePort(), await freePort(), await freePort()];
  const child = spawn(
    'temporal',
    [
      ...['server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--log-level', 'error'],
      ...['--port', String(port), '--http-port', String(http), '--metrics-port', String(metrics)],
    ],
    { stdio: 'ignore' },
  );
  const address = `127.0.0.1:${port}`;
  await answers(address, child);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    address,
    stop: () => {
      child.kill();
      return ended;
    },
  };
}

async function answers(address: string, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`temporal ended with ${child.exitCode}`);
    try {
      const connection = await Connection.connect({ address, connectTimeout: '5s' });
      try {
        await connection.workflowService.describeNamespace({ namespace: 'default' });
        return;
      } finally {
        await connection.close();
      }
    } catch {
      // Not yet: it is asked again until it has ended or answers.
    }
  }
}
