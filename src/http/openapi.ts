/**
 * Tidies the OpenAPI document: only schemas that an address uses belong in it.
 *
 * Every zod schema of the process with an id comes along, those of pipeline files too, and their references point nowhere
 * in this document.
 * @module
 */

interface OpenApiDocument {
  paths?: object;
  components?: { schemas?: { [name: string]: unknown } };
}

const REFERENCE = /"#\/components\/schemas\/([^"]+)"/g;

/**
 * Answers the document without the schemas that nothing refers to.
 * @example withoutUnusedSchemas(app.swagger())
 */
export function withoutUnusedSchemas<Document extends OpenApiDocument>(
  document: Document,
): Document {
  const schemas = document.components?.schemas ?? {};
  const used = new Set<string>();
  const wanted = references(document.paths);
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    if (used.has(name) || !Object.hasOwn(schemas, name)) continue;
    used.add(name);
    wanted.push(...references(schemas[name]));
  }
  const kept = Object.fromEntries(Object.entries(schemas).filter(([name]) => used.has(name)));
  return { ...document, components: { ...document.components, schemas: kept } };
}

function references(value: unknown): string[] {
  return [...(JSON.stringify(value) ?? '').matchAll(REFERENCE)].map(([, name]) => name ?? '');
}
