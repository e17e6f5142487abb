/**
 * Pipelines as callers see them.
 * @module
 */
import type { LoadedMachine } from '../kernel/active-execution.js';
import type { PipelineDeployment } from '../kernel/deployment.js';

export interface PipelineSummary {
  name: string;
  team: string;
  tags: { [key: string]: string };
  /** Current version: 1, 2, 3 …. */
  version: number;
  /** SHA-256 of the canonical definition and bindings. */
  digest: string;
  /** Milliseconds since the epoch. */
  deployedAt: number;
}

export interface PipelineDetail extends PipelineSummary {
  deployment: PipelineDeployment;
}

export function summarisePipeline({ record }: LoadedMachine): PipelineSummary {
  const { pipeline, team, tags, version, digest, deployedAt } = record;
  return { name: pipeline, team, tags, version, digest, deployedAt };
}
