/**
 * What of a deployed version is not what a file says.
 * @module
 */
import { isDeepStrictEqual } from 'node:util';
import type { Json, JsonObject } from '../../asl/json.js';
import type { PipelinePlan } from '../plan.js';

/** What is compared. Where the file lies is not: on the server it is another folder. */
export interface DeployedParts {
  readonly tags: JsonObject;
  readonly input?: Json | undefined;
  readonly definition: unknown;
  readonly bindings: unknown;
  readonly sections?: JsonObject | undefined;
}

/**
 * Names of the parts and sections that differ; none when the version is what the file says. The order of keys counts for nothing.
 * @example differingParts(plan, deployment) // ['definition', 'trigger']
 */
export function differingParts(plan: PipelinePlan, deployed: DeployedParts): string[] {
  const { tags, input, definition, bindings, sections } = plan;
  const said = flat({ tags, input, definition, bindings, sections: sections as JsonObject });
  const kept = flat(deployed);
  const names = new Set([...Object.keys(said), ...Object.keys(kept)]);
  return [...names].filter((name) => !isDeepStrictEqual(said[name], kept[name]));
}

/** As the store gives it back: without members that are undefined. */
function flat({ tags, input, definition, bindings, sections }: DeployedParts): JsonObject {
  const parts = { tags, input: input ?? {}, definition, bindings, ...sections };
  return JSON.parse(JSON.stringify(parts)) as JsonObject;
}
