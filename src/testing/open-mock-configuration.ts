/**
 * Reads a mock configuration file from the disk, all or nothing.
 * @module
 */
import { readFileSync } from 'node:fs';
import { formatProblems } from '../pipelines/format-problems.js';
import type { Problem } from '../pipelines/problem.js';
import { type MockConfiguration, readMockConfiguration } from './mock-configuration.js';

/** There is no such file, or something is wrong with it; the message tells everything that is. */
export class MockConfigurationError extends Error {
  override readonly name = 'MockConfigurationError';
}

/**
 * @throws MockConfigurationError
 * @example openMockConfiguration('MockConfigFile.json').machines.has('orders')
 */
export function openMockConfiguration(file: string): MockConfiguration {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new MockConfigurationError(`The mock configuration cannot be read: ${error}`);
  }
  const problems: Problem[] = [];
  const configuration = readMockConfiguration(file, text, problems);
  if (configuration !== undefined) return configuration;
  const told = formatProblems(problems, new Map([[file, text]]));
  throw new MockConfigurationError(`The mock configuration has problems.\n${told}`);
}
