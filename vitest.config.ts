import { defineConfig } from 'vitest/config';
import LongestFirst from './test/longest-first.js';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'web/src/**/*.test.ts'],
    reporters: ['default', './test/closing-line.ts'],
    // Tests start servers and child processes; more at a time than cores only makes them wait for each other.
    maxWorkers: 2,
    // Modules are loaded once for all files of a process: whatever a test changes in them it puts back.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    testTimeout: 90_000,
    hookTimeout: 180_000,
  },
});
