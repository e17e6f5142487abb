/**
 * Masks what leaves through the REST API: every answer and every problem, whatever route made it.
 *
 * Routes say nothing about secrets: a new one is masked without knowing. Those that hand a secret to its owner, once, or
 * to the worker that performs a task with it, are listed by name. What is secret in one execution alone (a value that stood in a header) is masked by the engine, which
 * knows the execution.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { SecretRegistry } from '../secrets/secret-registry.js';

/** Routes, as `METHOD route`, that answer a secret they have just made, or that a task needs; and the description of the API, which is ours. */
export const UNMASKED: ReadonlySet<string> = new Set([
  'GET /api/v1/openapi.json',
  'POST /api/v1/access-keys',
  'POST /api/v1/login-links',
  'POST /api/v1/tokens',
  'POST /api/v1/users/:name/login-link',
  'POST /api/v1/webhooks',
  'POST /api/v1/workers/claim',
  'POST /api/v1/webhooks/:name/rotate',
]);

export function maskAnswers(api: FastifyInstance, secrets: SecretRegistry): void {
  api.addHook('preSerialization', async (request, _reply, payload) =>
    UNMASKED.has(`${request.method} ${request.routeOptions.url}`) ? payload : secrets.json(payload),
  );
}
