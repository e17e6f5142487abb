import { describe, expect, it } from 'vitest';
import { testSchema } from './editor-schema.js';
import { testFileSchema } from './test-schema.js';

describe('the JSON Schema of test files', () => {
  it('is the one that is shipped; after a change run `npx vitest run src/testing/editor-schema.test.ts -u`', async () => {
    const current = `${JSON.stringify(testSchema(), null, 2)}\n`;
    const file = new URL('../../schema/pipeline-test.json', import.meta.url).pathname;
    await expect(current).toMatchFileSnapshot(file);
  });

  it('describes what validation accepts', () => {
    const test = { name: 'runs', mocks: { load: { return: 1 } }, expect: { path: ['load'] } };
    expect(testFileSchema.safeParse({ tests: [test] }).success).toBe(true);
    expect(testFileSchema.safeParse({ tests: [{ ...test, mock: {} }] }).success).toBe(false);
    expect(testFileSchema.safeParse({ tests: [] }).success).toBe(false);
  });
});
