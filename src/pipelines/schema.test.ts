import { describe, expect, it } from 'vitest';
import { pipelineFileSchema, pipelineSchema } from './schema.js';

describe('the JSON Schema of pipeline files', () => {
  it('is the one that is shipped; after a change run `npx vitest run src/pipelines/schema.test.ts -u`', async () => {
    const current = `${JSON.stringify(pipelineSchema(), null, 2)}\n`;
    const file = new URL('../../schema/pipeline.json', import.meta.url).pathname;
    await expect(current).toMatchFileSnapshot(file);
  });

  it('is a draft-07 schema in which every reference leads somewhere', () => {
    const schema = pipelineSchema();
    expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#');
    const definitions = Object.keys(schema.definitions ?? {});
    const references = [
      ...JSON.stringify(schema).matchAll(/"\$ref":"#\/definitions\/([^"]+)"/g),
    ].map((match) => match[1]);
    expect(references.length).toBeGreaterThan(5);
    for (const reference of references) expect(definitions).toContain(reference);
  });

  it('describes what validation accepts', () => {
    const file = { pipeline: 'orders', steps: [{ extract: { shell: 'echo hi', retry: 3 } }] };
    expect(pipelineFileSchema.safeParse(file).success).toBe(true);
    expect(pipelineFileSchema.safeParse({ ...file, stepz: [] }).success).toBe(false);
  });
});
