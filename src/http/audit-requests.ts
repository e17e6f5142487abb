/**
 * Notes in the audit log what requests ask for: every route that acts, every login, and every refusal.
 *
 *     authorized ─▶ entry queued ─▶ handler ─▶ entry durable ─▶ answer        refused ─▶ entry with its code
 *
 * Routes say nothing about it: a new one that needs more than the role viewer is noted without knowing. Those that say the
 * same a thousand times an hour and change nothing are listed by name.
 * @module
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { PREFIX } from '../api/paths.js';
import type { AuditCalls } from '../engine/features/audit/audit-log.js';
import { sees, teamsIn } from '../engine/kernel/scope.js';
import { needOf } from './authorize.js';
import { createRateLimit } from './rate-limit.js';

/** Signs of life, and questions: they change nothing. */
const QUIET: ReadonlySet<string> = new Set([
  'POST /tasks/heartbeat',
  'POST /test-pattern',
  'POST /monitors/backtest',
  // What workers do with attempts is in the histories of their executions.
  'POST /workers/claim',
  'POST /workers/heartbeat',
  'POST /workers/goodbye',
  'POST /workers/outcomes',
  'POST /workers/attempts/:id/logs',
  'POST /workers/attempts/:id/outcome',
  'PUT /workers/attempts/:id/blobs/:sha256',
]);
/** Refusals of an address that are noted in a minute: who knocks for ever must not fill the log. */
const MOST_REFUSED = 60;
/** Members of a body that name what is acted on. Never a value. */
const NAMING = ['pipeline', 'name', 'user', 'label', 'from', 'source'] as const;

declare module 'fastify' {
  interface FastifyRequest {
    /** Resolves when its entry is durable. */
    noted?: Promise<void>;
    /** Who has logged in by it. */
    loggedIn?: string;
    /** The code of the problem that it was answered. */
    refusedWith?: string;
  }
}

/** @param now milliseconds since the epoch */
export function auditRequests(app: FastifyInstance, audit: AuditCalls, now: () => number): void {
  const refusals = createRateLimit(MOST_REFUSED, now);
  const note = (request: FastifyRequest, outcome: string): Promise<void> => {
    const { principal, ip } = request;
    const noted = audit.note({
      actor: request.loggedIn ?? principal?.user ?? principal?.label ?? '(nobody)',
      team: teamOf(request),
      act: actOf(request),
      what: whatOf(request),
      outcome,
      address: ip,
    });
    // Whoever waits for it hears of a failure; nobody else needs to.
    noted.catch(() => undefined);
    return noted;
  };

  app.addHook('preHandler', async (request) => {
    if (request.principal !== undefined && isAct(request)) request.noted = note(request, 'asked');
  });
  app.addHook('onSend', async (request, reply) => {
    if (request.loggedIn !== undefined) request.noted = note(request, 'asked');
    // An act whose entry is not durable is not answered as done.
    if (reply.statusCode < 400) await request.noted;
  });
  app.addHook('onResponse', async (request, reply) => {
    const { statusCode } = reply;
    if (statusCode < 400) return;
    const isRefusal = statusCode === 401 || statusCode === 403;
    const isLogin = request.routeOptions.url?.startsWith('/login') === true;
    if (!isRefusal && !isLogin && request.noted === undefined) return;
    if (!refusals.take(request.ip)) return;
    await note(request, request.refusedWith ?? String(statusCode)).catch(() => undefined);
  });
}

function isAct(request: FastifyRequest): boolean {
  const need = needOf(request);
  return request.method !== 'GET' && need !== 'nobody' && !QUIET.has(actOf(request));
}

function actOf({ method, routeOptions, url }: FastifyRequest): string {
  const route = routeOptions.url ?? url.split('?', 1)[0] ?? '';
  return `${method} ${route.startsWith(PREFIX) ? route.slice(PREFIX.length) : route}`;
}

/** The one team that it is about, where that is known before it is done. */
function teamOf({ principal, body }: FastifyRequest): string {
  if (principal === undefined) return '';
  const { team } = (body ?? {}) as { team?: unknown };
  if (typeof team === 'string' && sees(principal.scope, team)) return team;
  const teams = teamsIn(principal.scope) ?? [];
  return teams.length === 1 ? (teams[0] ?? '') : '';
}

function whatOf({ params, body }: FastifyRequest): string {
  const named = Object.values((params ?? {}) as { [name: string]: unknown });
  const given = typeof body === 'object' && body !== null && !Buffer.isBuffer(body) ? body : {};
  for (const name of NAMING) {
    const value = (given as { [name: string]: unknown })[name];
    if (typeof value === 'string') named.push(value);
  }
  return named.filter((value) => typeof value === 'string').join(' ');
}
