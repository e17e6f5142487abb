/**
 * What the engine tells a task of the version that it is to write, for tests of the connector.
 * @module
 */
import type { NewVersion } from '../../src/connectors/connector.js';

let versions = 0;

/** Each time another version, of structured data where nothing else is said. */
export function newVersion(given: Partial<NewVersion> = {}): NewVersion {
  versions += 1;
  return {
    ...{ team: 'own', name: 'parcels', stage: 'structured', codeVersion: '1 abc', under: '' },
    version: `20261130T000000Z-${String(versions).padStart(8, '0')}`,
    ...{ inputs: [], history: [], references: {}, stamp: false },
    ...given,
  };
}
