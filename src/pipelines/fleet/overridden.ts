/**
 * Where a pipeline file goes before its template: a later version of the template does not reach these places.
 * @module
 */
import type { Json, JsonObject } from '../../asl/json.js';
import { isObject } from '../../asl/json.js';

/** Members of these are put together: only one that both say is overridden. */
const PUT_TOGETHER: ReadonlySet<string> = new Set(['tags', 'input', 'bindings']);
/** What files have of themselves. */
const OWN: ReadonlySet<string> = new Set(['pipeline', 'template', 'with', 'version', 'parameters']);

/**
 * Names of sections that both say, sorted; `tags.county` for one member.
 * @param own what the pipeline file says
 * @param template what its template says, before values are put into it
 * @example overriddenSections({ owner: 'ana', tags: { a: 1 } }, { owner: 'bo', tags: { b: 1 } }) // ['owner']
 */
export function overriddenSections(own: JsonObject, template: JsonObject): string[] {
  return Object.entries(own)
    .flatMap(([name, value]) => {
      if (OWN.has(name) || !Object.hasOwn(template, name)) return [];
      if (!PUT_TOGETHER.has(name)) return [name];
      return sharedMembers(value, template[name]).map((member) => `${name}.${member}`);
    })
    .sort();
}

function sharedMembers(own: Json, template: Json | undefined): string[] {
  if (!isObject(own) || template === undefined || !isObject(template)) return [];
  return Object.keys(own).filter((member) => Object.hasOwn(template, member));
}
