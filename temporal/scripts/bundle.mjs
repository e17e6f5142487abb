/**
 * Bundles the workflows as Temporal's sandbox runs them, once, so that workers of one build run the same code.
 */
import { writeFileSync } from 'node:fs';
import { bundleWorkflowCode } from '@temporalio/worker';
import { workflowsPath } from '../dist/temporal/src/open-worker.js';

const nothing = () => undefined;
const logger = {
  log: nothing,
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
};
const { code } = await bundleWorkflowCode({ workflowsPath: workflowsPath(), logger });
writeFileSync(new URL('../dist/temporal/src/workflow-bundle.js', import.meta.url), code);
