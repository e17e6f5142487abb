/**
 * Opens the sources that an operator has written down.
 * @module
 */
import type { WrittenSource } from '../../../pipelines/secrets-file.js';
import type { SecretSource } from '../../kernel/secret-source.js';
import { awsSecretsManager } from './aws-secrets-manager.js';
import { secretCommand } from './command.js';
import { environmentFile } from './environment-file.js';

/** @param environment where credentials of AWS are, and what commands are given by name */
export function openSecretSources(
  written: readonly WrittenSource[],
  environment: { readonly [name: string]: string | undefined },
): SecretSource[] {
  return written.map((one) => openSource(one, environment));
}

function openSource(
  one: WrittenSource,
  environment: { readonly [name: string]: string | undefined },
): SecretSource {
  switch (one.type) {
    case 'file':
      return environmentFile(one.path, one.teams);
    case 'command': {
      const named = one.environment.map((name) => [name, environment[name]] as const);
      return secretCommand({ ...one, environment: Object.fromEntries(named) });
    }
    case 'aws':
      return awsSecretsManager({ ...one, environment });
  }
}
