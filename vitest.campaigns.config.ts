import { mergeConfig } from 'vitest/config';
import tests from './vitest.config.js';

/** What takes minutes by its nature: hundreds of kills, power cuts and seeds, and what is only noticed after half a minute. */
export default mergeConfig(
  { ...tests, test: { ...tests.test, include: [] } },
  { test: { include: ['test/**/*.campaign.ts'] } },
);
