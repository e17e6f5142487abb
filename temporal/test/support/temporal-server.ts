/**
 * The development server of Temporal that all test files share, on free ports of the loopback interface, and the bundle of workflows
 * that their workers run.
 *
 * A server that runs already is taken instead: `TEMPORAL_TEST_ADDRESS=127.0.0.1:7233`.
 * @module
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requirement } from '../../../test/requirements.js';
import { makeBundle } from './bundles.js';
import { startTemporal } from './start-temporal.js';

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
    given === undefined ? startTemporal() : undefined,
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
