/**
 * What a pipeline says of how long its executions are kept: `retention: 90d`, or `retention: forever`.
 * @module
 */
import { parseDuration } from '../../../pipelines/duration.js';
import type { PipelineDeployment } from '../../kernel/deployment.js';

/**
 * Milliseconds after the end of an execution.
 * @example retentionOf({ ...deployment, sections: { retention: '30d' } }) // 2592000000
 */
export function retentionOf({
  sections,
}: Pick<PipelineDeployment, 'sections'>): number | 'forever' | 'unsaid' {
  const retention = sections?.retention;
  if (retention === 'forever') return 'forever';
  if (typeof retention !== 'string' && typeof retention !== 'number') return 'unsaid';
  const seconds = parseDuration(retention);
  return seconds === undefined ? 'unsaid' : seconds * 1_000;
}
