import { mergeConfig } from 'vitest/config';
import tests from './vitest.config.js';

/** Tests that need Litestream, which is in none of the registries that `.ci/run` installs from. */
export default mergeConfig(
  { ...tests, test: { ...tests.test, include: [] } },
  { test: { include: ['test/**/*.litestream.ts'] } },
);
