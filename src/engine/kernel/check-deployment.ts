/**
 * What a deployment must be like before it becomes a version.
 * @module
 */
import { createHash } from 'node:crypto';
import type { JsonObject } from '../../asl/json.js';
import { validateDefinition } from '../../asl/validate.js';
import type { PipelineDeployment } from './deployment.js';
import { EngineError } from './errors.js';
import { checkPayload, checkTags } from './payload.js';
import type { Reducer } from './reducer.js';

/** Throws InvalidDefinition, PayloadText … ; answers the deployment as it is stored. */
export function checkDeployment(reducer: Reducer, deployment: PipelineDeployment): JsonObject {
  const { name, team, tags, input, definition, bindings, folder, sections, format, stateMachine } =
    deployment;
  checkTags(tags);
  if (input !== undefined) checkPayload(input, 'default input');
  const wrong = validateDefinition(definition).filter(({ severity }) => severity === 'ERROR');
  if (wrong.length > 0) {
    const shown = wrong.slice(0, 3).map(({ location, message }) => `${location} ${message}`.trim());
    const more = wrong.length > 3 ? [`and ${wrong.length - 3} more`] : [];
    const problem = [...shown, ...more].join('; ').slice(0, 1_000);
    throw new EngineError('InvalidDefinition', { pipeline: name, problem });
  }
  try {
    reducer.compile(definition, '');
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new EngineError('InvalidDefinition', { pipeline: name, problem });
  }
  const work = { name, team, tags, input, definition, bindings };
  const kept = { ...work, folder, sections, format, stateMachine };
  // Through text: what is compared and kept is what the store will give back.
  return JSON.parse(JSON.stringify(kept)) as JsonObject;
}

/** What tells versions with the same work apart from others. */
export function digestOf({ definition, bindings }: PipelineDeployment): string {
  return createHash('sha256').update(JSON.stringify({ definition, bindings })).digest('hex');
}
