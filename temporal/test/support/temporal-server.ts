/**
 * The development server of Temporal that all test files share, on free ports of the loopback interface, and the bundle of workflows
 * that their workers run.
 *
 * A server that runs already is taken instead: `TEMPORAL_TEST_ADDRESS=127.0.0.1:7233`.
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { requirement } from '../../../test/requirements.js';
import { freePort } from '../../../test/support/free-port.js';
import { makeBundle } from './bundles.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Host and port; empty where there is no Temporal. */
    address: string;
    /** File of the bundle. */
    bundle: string;
  }
}

interface Project {
  provide(name: 'address' | 'bundle', value: string): void;
}

/** Called by vitest before all files. */
export async function setup(project: Project): Promise<() => Promise<void>> {
  const given = process.env.TEMPORAL_TEST_ADDRESS;
  if (given === undefined && requirement('temporal').missing !== undefined) {
    project.provide('address', '');
    project.provide('bundle', '');
    return async () => undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), 'millrace-temporal-'));
  const [server, code] = await Promise.all([
    given === undefined ? start() : undefined,
    makeBundle('index'),
  ]);
  const bundle = join(folder, 'workflow-bundle.js');
  writeFileSync(bundle, code);
  project.provide('address', given ?? server?.address ?? '');
  project.provide('bundle', bundle);
  return async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}

async function start(): Promise<{ address: string; stop(): Promise<void> }> {
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
