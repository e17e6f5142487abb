/**
 * Reads a Task's Resource: which service, which action, and how the outcome comes back.
 *
 * Source: Step Functions developer guide, "Discover service integration patterns".
 * @module
 */
import type { TaskPattern } from './transition.js';

export interface TaskResource {
  text: string;
  /** Prefix of the history events: Task…, LambdaFunction…, Activity…. */
  events: 'Task' | 'LambdaFunction' | 'Activity';
  /** `lambda`, `aws-sdk:s3`, `millrace`, …; the whole ARN for functions and activities. */
  service: string;
  /** `invoke`, `startExecution.sync:2`, … with the suffix. */
  action: string;
  pattern: TaskPattern;
}

/** Services of AWS whose part Millrace itself plays: their requests need nobody's binding. */
export const OWN_SERVICES: ReadonlySet<string> = new Set([
  'aws-sdk:sfn',
  'aws-sdk:eventbridge',
  'events',
]);

const parsed = new Map<string, TaskResource>();

/**
 * Parses a Resource. Remembers the answer: definitions name few different resources.
 * @example parseResource('arn:aws:states:::lambda:invoke').action // 'invoke'
 * @example parseResource('millrace:shell').service // 'millrace'
 */
export function parseResource(text: string): TaskResource {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const resource = parse(text);
  // Bounded: a flood of generated definitions must not fill the memory.
  if (parsed.size >= 10_000) parsed.clear();
  parsed.set(text, resource);
  return resource;
}

function parse(text: string): TaskResource {
  const parts = text.split(':');
  if (parts[0] === 'arn' && parts[2] === 'lambda') {
    return {
      text,
      events: 'LambdaFunction',
      service: text,
      action: text,
      pattern: 'requestResponse',
    };
  }
  if (parts[0] === 'arn' && parts[2] === 'states' && parts[5] === 'activity') {
    return {
      text,
      events: 'Activity',
      service: text,
      action: text,
      pattern: 'activity',
    };
  }
  const rest = parts[0] === 'arn' ? parts.slice(5).join(':') : text;
  const pattern = patternOf(rest);
  // `service:action`, `aws-sdk:service:action`; `.sync:2` brings a colon of its own.
  const bare = rest.endsWith(':2') ? rest.slice(0, -2) : rest;
  const cut = bare.lastIndexOf(':');
  return {
    text,
    events: 'Task',
    service: rest.slice(0, Math.max(cut, 0)),
    action: rest.slice(cut + 1),
    pattern,
  };
}

function patternOf(text: string): TaskPattern {
  if (text.endsWith('.sync:2')) return 'sync2';
  if (text.endsWith('.sync')) return 'sync';
  if (text.endsWith('.waitForTaskToken')) return 'waitForTaskToken';
  return 'requestResponse';
}
