/**
 * Which fields a place in a file may have, looked up in the file's JSON Schema, for "did you mean".
 * @module
 */
import type { Json, JsonObject } from '../asl/json.js';
import { isObject } from '../asl/json.js';
import { pipelineSchema } from './schema.js';
import type { ValuePath } from './source-file.js';

let schema: JsonObject | undefined;

/** Names of the fields at a path of a pipeline file; empty where any name may be. */
export function knownFields(path: ValuePath): readonly string[] {
  schema ??= pipelineSchema();
  return fieldsOfSchema(schema, path);
}

/** Names of the fields at a path of a value with this JSON Schema; empty where any name may be. */
export function fieldsOfSchema(root: JsonObject, path: ValuePath): readonly string[] {
  let nodes = variants(root, root);
  for (const step of path) {
    nodes = nodes
      .flatMap((node) => childSchemas(node, step))
      .flatMap((node) => variants(node, root));
  }
  return [
    ...new Set(
      nodes.flatMap((node) => (isObject(node.properties) ? Object.keys(node.properties) : [])),
    ),
  ];
}

function childSchemas(node: JsonObject, step: string | number): Json[] {
  const { properties, additionalProperties, items } = node;
  const own = isObject(properties) ? properties[step] : undefined;
  if (own !== undefined) return [own];
  if (typeof step === 'number') return items === undefined ? [] : [items];
  return additionalProperties === undefined ? [] : [additionalProperties];
}

/** A schema with its references followed and its alternatives side by side. */
function variants(node: Json, root: JsonObject): JsonObject[] {
  if (!isObject(node)) return [];
  if (typeof node.$ref === 'string') return variants(definition(root, node.$ref), root);
  const alternatives = [node.anyOf, node.oneOf, node.allOf].flatMap((list) =>
    Array.isArray(list) ? list : [],
  );
  return [node, ...alternatives.flatMap((each) => variants(each, root))];
}

function definition(root: JsonObject, reference: string): Json {
  const name = reference.slice('#/definitions/'.length);
  return isObject(root.definitions) ? (root.definitions[name] ?? null) : null;
}
