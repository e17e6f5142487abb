/**
 * Definitions: reading them in requests, validating them without making anything, and trying out one state.
 * @module
 */
import type { MachineDefinition } from '../../../asl/definition.js';
import {
  type MachineType,
  readMachineDefinition,
  validateStateMachineDefinition as reportOn,
} from '../../../asl/definition-verdict.js';
import { WireError } from '../wire-error.js';
import type { Call } from './call.js';

/** The definition in a text. Throws InvalidDefinition with what is wrong, in the service's words. */
export function readDefinition(text: string, type: MachineType): MachineDefinition {
  const read = readMachineDefinition(text, type);
  if ('definition' in read) return read.definition;
  throw new WireError('InvalidDefinition', read.refusal);
}

export function validateStateMachineDefinition({ request }: Call): object {
  const { definition, type, severity, maxResults } = request;
  return reportOn(definition, {
    ...(type ? { type } : {}),
    ...(severity ? { severity } : {}),
    ...(maxResults ? { maxResults } : {}),
  });
}

export async function testState(_call: Call): Promise<object> {
  throw new WireError('ValidationException', 'later');
}
