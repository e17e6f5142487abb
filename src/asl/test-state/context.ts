/**
 * The Context Object of a state under test.
 * @module
 */
import type { CompiledState } from '../compile.js';
import { isObject, type Json, type JsonObject } from '../json.js';
import { formatTimestamp } from '../timestamp.js';
import { invalid } from './request.js';
import { STATE_NAME } from './tested-state.js';

/** Names and ids of the execution that a test pretends to be. */
export interface TestExecution {
  /** E.g. `arn:aws:states:us-east-1:123456789012:express:MACHINE:NAME`. */
  id: string;
  name: string;
  machineId: string;
  machineName: string;
  roleArn: string | null;
  taskToken: string;
}

type Shape = { [field: string]: Shape | 'string' | 'number' | 'any' };

const SHAPE: Shape = {
  Execution: {
    Id: 'string',
    Input: 'any',
    Name: 'string',
    RoleArn: 'string',
    StartTime: 'string',
    RedriveCount: 'number',
    RedriveTime: 'string',
  },
  State: { EnteredTime: 'string', Name: 'string', RetryCount: 'number' },
  StateMachine: { Id: 'string', Name: 'string' },
  Task: { Token: 'string' },
  Map: { Item: { Index: 'number', Value: 'any', Key: 'string', Source: 'string' } },
};

/**
 * Reads the `context` of a request.
 * @throws TestStateRefused for a field that no Context Object has, and for one of the wrong type
 */
export function readContext(text: string): JsonObject {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    throw refused('must be valid JSON');
  }
  if (!isObject(value)) throw refused('must be a JSON object');
  check(value, SHAPE, '');
  return value;
}

function check(value: JsonObject, shape: Shape, path: string): void {
  for (const [field, member] of Object.entries(value)) {
    const wanted = Object.hasOwn(shape, field) ? shape[field] : undefined;
    if (wanted === undefined) throw refused(`Field '${field}' is not allowed`);
    if (wanted === 'any') continue;
    const name = path + field;
    if (typeof wanted !== 'string') {
      if (!isObject(member)) throw refused(`${name} must be an object`);
      check(member, wanted, `${name}.`);
    } else if (typeof member !== wanted) {
      throw refused(`${name} must be a ${wanted}`);
    }
  }
}

function refused(reason: string): Error {
  return invalid(`Invalid Context object provided: ${reason}`);
}

/**
 * The Context Object that the state sees: what the request gave, and the rest as an execution would have it.
 * @param at time of the test, milliseconds since the epoch
 */
export function testContext(
  given: JsonObject | undefined,
  execution: TestExecution,
  state: CompiledState,
  input: Json,
  retries: number,
  at: number,
): JsonObject {
  const time = formatTimestamp(at);
  const own: JsonObject = { Name: STATE_NAME, EnteredTime: time };
  if (state.type === 'Task' || state.type === 'Map' || state.type === 'Parallel') {
    own.RetryCount = retries;
  }
  const context: JsonObject = {
    Execution: {
      Id: execution.id,
      Input: input,
      Name: execution.name,
      RoleArn: execution.roleArn,
      StartTime: time,
    },
    StateMachine: { Id: execution.machineId, Name: execution.machineName },
    State: own,
  };
  const resource = state.definition.Resource;
  const waits = typeof resource === 'string' && resource.endsWith('.waitForTaskToken');
  if (waits) context.Task = { Token: execution.taskToken };
  return { ...context, ...given };
}
