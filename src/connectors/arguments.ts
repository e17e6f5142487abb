/**
 * Checking a task's arguments against a connector's zod schema.
 * @module
 */
import type { z } from 'zod';
import type { Json } from './connector.js';
import { TaskFailure, taskErrors } from './errors.js';

/** Every problem as a sentence that begins with the field. @example ["url: Invalid URL"] */
export function argumentProblems(schema: z.ZodType, args: Json): string[] {
  const parsed = schema.safeParse(args);
  if (parsed.success) return [];
  return parsed.error.issues.map((issue) => {
    const field = issue.path.map(String).join('.');
    const message = messageOf(issue);
    return field === '' ? message : `${field}: ${message}`;
  });
}

/** What is wrong with a key is told by the schema of keys, not by "Invalid key in record". */
export function messageOf(issue: z.core.$ZodIssue): string {
  return issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
}

/** The typed arguments. Throws TaskFailure `Connector.InvalidArguments` with every problem in its cause. */
export function parseArguments<T>(schema: z.ZodType<T>, args: Json, kind: string): T {
  const parsed = schema.safeParse(args);
  if (parsed.success) return parsed.data;
  const problems = argumentProblems(schema, args).map((problem) => `- ${problem}`);
  throw new TaskFailure(
    taskErrors.invalidArguments,
    `The arguments of this ${kind} task are not valid:\n${problems.join('\n')}`,
  );
}
