/**
 * A challenge of a pipeline that is deployed: its candidate differs from it by its input alone.
 * @module
 */
import type { Engine } from '../../src/engine/engine.js';
import type { Scope } from '../../src/engine/kernel/scope.js';

/** @returns its number */
export async function challenged(engine: Engine, scope: Scope, pipeline: string): Promise<number> {
  const { deployment } = await engine.pipelines.describe(scope, pipeline);
  const changed = { ...deployment, input: { challenges: pipeline } };
  const { number: candidate } = await engine.pipelines.keepCandidate(changed);
  const asked = { pipeline, candidate, text: `pipeline: ${pipeline}\n`, by: 'somebody' };
  return (await engine.challengers.start(scope, asked)).number;
}
