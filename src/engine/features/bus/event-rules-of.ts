/**
 * The rules by which events start a pipeline: those of its events, and that of its files when they come in batches.
 * @module
 */
import { EVENTS, type EventRule } from '../../../pipelines/sections/events-section.js';
import { FILES } from '../../../pipelines/sections/files-section.js';
import { sectionOf } from '../../../pipelines/sections/section.js';
import type { PipelineDeployment } from '../../kernel/deployment.js';

/** @example eventRulesOf(deployment).map(({ bus }) => bus) // ['default', 'millrace.files'] */
export function eventRulesOf(deployment: PipelineDeployment): EventRule[] {
  const batch = sectionOf(FILES, deployment)?.batch;
  return [...(sectionOf(EVENTS, deployment) ?? []), ...(batch ? [batch] : [])];
}
