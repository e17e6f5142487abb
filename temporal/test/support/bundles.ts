/**
 * Bundles of workflows: the package's own, and versions of it that tests make.
 * @module
 */
import { join } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';

const nothing = (): void => undefined;
const logger = {
  ...{ log: nothing, trace: nothing, debug: nothing },
  ...{ info: nothing, warn: nothing, error: nothing },
};

/**
 * @param name `index` for the package's own, or a module of this folder
 * @param interceptors modules of this folder that stand between workflows and Temporal
 */
export async function makeBundle(name: string, interceptors: string[] = []): Promise<string> {
  const here = (module: string): string => join(import.meta.dirname, `${module}.ts`);
  const own = join(import.meta.dirname, '../../src/workflows/index.ts');
  const { code } = await bundleWorkflowCode({
    workflowsPath: name === 'index' ? own : here(name),
    workflowInterceptorModules: interceptors.map(here),
    logger,
  });
  return code;
}
