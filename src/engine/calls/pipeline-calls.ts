/**
 * `engine.pipelines`: what is deployed, and why a pipeline has not started.
 * @module
 */
import type { PipelineRef } from '../../store/store.js';
import type { PipelineDeployment } from '../kernel/deployment.js';
import type { Kernel } from '../kernel/kernel.js';
import { type Scope, sees } from '../kernel/scope.js';
import { refuseStored } from '../kernel/store-refusal.js';
import { explainTrigger, type TriggerExplanation, type TriggerSources } from './explain-trigger.js';
import { type PipelineDetail, type PipelineSummary, summarisePipeline } from './pipeline-detail.js';
import type { Reading } from './reading.js';

export interface PipelineCalls {
  /** Stores a new version unless the definition, bindings and everything else are those of the current one. */
  deploy(deployment: PipelineDeployment): Promise<PipelineSummary>;
  /**
   * Stores what is to be tried by test runs, and is not deployed. Throws PipelineNotFound, InvalidDefinition …
   * @returns the number by which a start names it (`testRun.candidate`), and its version
   */
  keepCandidate(deployment: PipelineDeployment): Promise<{ number: number; version: number }>;
  list(scope: Scope): Promise<PipelineSummary[]>;
  /** The current version, or the one asked for. Throws PipelineNotFound, PipelineAmbiguous. */
  describe(scope: Scope, name: string, version?: number): Promise<PipelineDetail>;
  /** It is no longer deployed: nothing triggers it any more. What runs goes on. One that is not there stays so. */
  withdraw(scope: Scope, pipeline: PipelineRef): Promise<void>;
  /**
   * Why a pipeline has not started: what its triggers wait for. Throws PipelineNotFound.
   * @param interval for the conditions on other pipelines; default: today
   */
  explainTrigger(scope: Scope, name: string, interval?: string): Promise<TriggerExplanation>;
}

/** What these calls need of features and of the engine's life. */
export interface PipelinePeers {
  /** Throws while nothing is accepted. */
  expectReady(): void;
  withdraw(pipeline: PipelineRef): Promise<void>;
  readonly triggers: TriggerSources;
}

export function pipelineCalls(
  { machines, deployments }: Pick<Kernel, 'machines' | 'deployments'>,
  reading: Reading,
  { expectReady, withdraw, triggers }: PipelinePeers,
): PipelineCalls {
  return {
    async deploy(deployment) {
      expectReady();
      return summarisePipeline(await deployments.deploy(deployment).catch(refuseStored));
    },
    async keepCandidate(deployment) {
      expectReady();
      const { record } = await deployments.keepCandidate(deployment).catch(refuseStored);
      return { number: record.number, version: record.version };
    },
    list: async (scope) => reading.pipelines(scope),
    describe: async (scope, name, version) =>
      reading.pipeline(machines.choose(scope, name), version),
    async withdraw(scope, pipeline) {
      if (sees(scope, pipeline.team)) await withdraw(pipeline);
    },
    explainTrigger: async (scope, name, interval) =>
      explainTrigger(triggers, scope, machines.choose(scope, name), interval),
  };
}
