/**
 * Definitions: reading them in requests, validating them without making anything, and trying out one state.
 * @module
 */
import type { MachineDefinition } from '../../../asl/definition.js';
import { validateDefinitionText } from '../../../asl/validate.js';
import { WireError } from '../wire-error.js';
import type { Call } from './call.js';

/** The definition in a text. Throws InvalidDefinition with what is wrong, in the service's words. */
export function readDefinition(text: string, _type: 'STANDARD' | 'EXPRESS'): MachineDefinition {
  const wrong = validateDefinitionText(text).diagnostics.filter(
    ({ severity }) => severity === 'ERROR',
  );
  if (wrong.length > 0) {
    throw new WireError(
      'InvalidDefinition',
      `Invalid State Machine Definition: '${wrong[0]?.message}'`,
    );
  }
  return JSON.parse(text) as MachineDefinition;
}

export function validateStateMachineDefinition(_call: Call): object {
  throw new WireError('ValidationException', 'later');
}

export async function testState(_call: Call): Promise<object> {
  throw new WireError('ValidationException', 'later');
}
