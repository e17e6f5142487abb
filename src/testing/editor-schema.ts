/**
 * The JSON Schema of test files, for editors. Generated from what validates files, so it cannot differ from it.
 * @module
 */
import { z } from 'zod';
import type { JsonObject } from '../asl/json.js';
import { simulationFileSchema } from './simulation/simulation-schema.js';
import { testFileSchema } from './test-schema.js';

/** Of all test files (draft 7, which editors read): those of one pipeline, and those of when several start. */
export function testSchema(): JsonObject {
  const $id = 'https://millrace.dev/schema/pipeline-test.json';
  return { ...schemaOf(z.union([testFileSchema, simulationFileSchema])), $id };
}

/** Of one kind of file. */
export function schemaOf(schema: z.ZodType): JsonObject {
  const generated = z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    reused: 'inline',
    unrepresentable: 'any',
  });
  return JSON.parse(JSON.stringify(generated)) as JsonObject;
}
