/**
 * What is said of every challenge.
 * @module
 */
import { Flags } from '@oclif/core';

export const challengeFlags = {
  executions: Flags.integer({
    description: 'comparisons of a challenge that must be decided',
    default: 5,
    min: 1,
    max: 100,
  }),
  rule: Flags.string({
    multiple: true,
    description: 'what must hold; may be said several times',
  }),
} as const;
