/**
 * The HTTP server: REST with OpenAPI 3.1, AWS's wire API, live events, the console's files.
 *
 *     request → Host and Origin → token (or the exact list of public addresses) → role → schema → engine → answer
 *
 * @module
 */
import swagger from '@fastify/swagger';
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import {
  jsonSchemaTransform,
  jsonSchemaTransformObject,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import type { Drain } from '../api/drain.js';
import { describeHealth } from '../api/health.js';
import { PREFIX } from '../api/paths.js';
import { EngineError } from '../engine/kernel/errors.js';
import { auditRequests } from './audit-requests.js';
import { checkOrigin, nameIn, PUBLIC, SIGNED } from './auth.js';
import { authorize, needOf, teamIn } from './authorize.js';
import { heldText } from './backups/held-text.js';
import { type ConsoleFiles, loadConsole } from './console-files.js';
import { beginsWork } from './drain-desk.js';
import { HttpError } from './errors.js';
import { createEventStream } from './event-stream.js';
import { acceptJson } from './json-body.js';
import { limitLoad, retryAfter } from './load-limit.js';
import { maskAnswers } from './masked-answers.js';
import { withoutUnusedSchemas } from './openapi.js';
import { problemOf } from './problem.js';
import { accessKeyRoutes } from './routes/access-keys.js';
import { accountRoutes } from './routes/accounts.js';
import { actionLinkRoutes } from './routes/action-links.js';
import { auditRoutes } from './routes/audit.js';
import { backfillRoutes } from './routes/backfills.js';
import { backupRoutes } from './routes/backups.js';
import { catalogueRoutes } from './routes/catalogue.js';
import { challengerRoutes } from './routes/challengers.js';
import { clusterPoolRoutes } from './routes/cluster-pools.js';
import { datasetRoutes } from './routes/datasets.js';
import { digestRoutes } from './routes/digests.js';
import { drainRoutes } from './routes/drain.js';
import { eventRoutes } from './routes/events.js';
import { executionRoutes } from './routes/executions.js';
import { incidentRoutes } from './routes/incidents.js';
import { lineageRoutes } from './routes/lineage.js';
import { logRoutes } from './routes/logs.js';
import { metricsRoutes } from './routes/metrics.js';
import { monitoringRoutes } from './routes/monitoring.js';
import { monitorRoutes } from './routes/monitors.js';
import { notificationRoutes } from './routes/notifications.js';
import { oidcRoutes } from './routes/oidc.js';
import { pipelineRoutes } from './routes/pipelines.js';
import { poolRoutes } from './routes/pools.js';
import { scheduleRoutes } from './routes/schedules.js';
import { secretRoutes } from './routes/secrets.js';
import { sessionRoutes } from './routes/sessions.js';
import { taskRoutes } from './routes/tasks.js';
import { testRunRoutes } from './routes/test-runs.js';
import { tokenRoutes } from './routes/tokens.js';
import { userRoutes } from './routes/users.js';
import { watchedRoutes } from './routes/watched.js';
import { webhookRoutes } from './routes/webhooks.js';
import { workerRoutes } from './routes/workers.js';
import type { HttpServices } from './services.js';
import { certificateOf, certificateTroubles } from './tls/certificate-health.js';
import { isLoopback } from './tls/exposure.js';
import type { TlsDesk } from './tls/tls-desk.js';
import { wireRoutes } from './wire/protocol.js';
import { isSignedRequest, schedulerRoutes } from './wire/scheduler/rest.js';

export type App = FastifyInstance;

/** The server and how it ends: first it refuses, then it answers what still waits, then it closes. */
export interface OpenApp {
  app: App;
  /** From now on everything but health is refused with 503; live events end, and who waits is answered what there is. */
  refuse(): void;
  /** Resolves when nothing is worked on any more, or soon: what waits for an end that will not come is refused. */
  finish(): Promise<void>;
}

const DRAINING = new EngineError('Draining').code;

const MAX_BODY_BYTES = 1024 * 1024;
const REQUEST_MS = 60_000;
/** Milliseconds for which a connection without a request stays open, as everywhere in Fastify. */
const KEPT_ALIVE_MS = 72_000;
/** Browsers come by TLS alone from then on, for thirty days. Of this name, not of those below it. */
const ONLY_TLS = `max-age=${30 * 24 * 3_600}`;

const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
};

/**
 * Builds the server; the caller lets it listen.
 * @example const { app } = await createApp(services); await app.listen({ host: '127.0.0.1', port: 7350 });
 */
export async function createApp(services: HttpServices): Promise<OpenApp> {
  const { authenticator, config, engine, secrets } = services;
  const app = Fastify({
    bodyLimit: MAX_BODY_BYTES,
    // The longest is the ARN of a schedule group.
    routerOptions: { ignoreTrailingSlash: false, maxParamLength: 1100 },
    exposeHeadRoutes: false,
    // Of a chain of proxies the last address that is none of theirs counts; from elsewhere the headers mean nothing.
    trustProxy: config.trustedProxies.length === 0 ? false : [...config.trustedProxies],
    forceCloseConnections: true,
    // For a whole request with its body: one that is sent byte by byte is cut off.
    requestTimeout: REQUEST_MS,
    ...overTls(services.tls),
  });
  acceptJson(app);
  app.setValidatorCompiler(validatorCompiler);
  // Answers are built from our own types; checking each of them again would cost more than making it.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Millrace',
        version: config.version,
        description:
          'Runs batch data pipelines and watches over them. Names are unique in a team: with `?team=NAME`, any request is about the things of that team only.',
      },
      components: {
        securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      },
      security: [{ token: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });

  app.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURITY_HEADERS);
    // A machine's own names are those of all its programs, on every port.
    if (services.tls !== undefined && !isLoopback(nameIn(request.headers.host))) {
      reply.header('strict-transport-security', ONLY_TLS);
    }
  });
  const load = limitLoad(app);
  const hosts = new Set(config.hosts.map((host) => host.toLowerCase()));
  const files: ConsoleFiles = await loadConsole(
    config.consoleFolder,
    services.oidc ? 'by provider' : 'by link',
  );
  app.addHook('onRequest', async (request) => {
    checkOrigin(request, hosts);
    const path = request.url.split('?', 1)[0] ?? '';
    if (PUBLIC.has(`${request.method} ${path}`) || files.isAsset(request.method, path)) return;
    // Verified there, against an access key.
    if (isSignedRequest(request)) return;
    if (SIGNED.has(`${request.method} ${request.routeOptions.url}`)) return;
    const identity = await authenticator.identify(request);
    request.principal = authorize(identity, needOf(request), teamIn(request));
    if (beginsWork(request)) engine.expectIntake();
  });
  auditRequests(app, engine.audit, Date.now);
  app.setErrorHandler((error, request, reply) => {
    const found = problemOf(error);
    // What somebody may see and not act on is not said to be missing, nor to be there.
    const isHidden = found.status === 404 && request.principal?.isPartly === true;
    const need = needOf(request);
    const told = isHidden ? problemOf(new HttpError('NotFoundWithRole', { role: need })) : found;
    const problem = secrets.json(told);
    request.refusedWith = problem.code;
    if (problem.status >= 500 && problem.code === 'MILL4010') config.onFault(error, request.id);
    if (problem.status === 401 && files.wantsPage(request)) {
      return reply.code(401).type('text/html; charset=utf-8').send(files.loginPage());
    }
    if (problem.status === 429 || problem.code === DRAINING) {
      reply.header('retry-after', retryAfter(problem));
    }
    return reply
      .code(problem.status)
      .type('application/problem+json')
      .send(JSON.stringify(problem));
  });
  app.setNotFoundHandler((request, reply) => {
    if (files.wantsPage(request)) return files.sendPage(reply);
    throw new HttpError('NotFound');
  });

  const stream = createEventStream(engine, { epoch: Date.now().toString(36), now: Date.now });
  const stopHearing = authenticator.onEnded((token) => stream.end(token));
  app.addHook('onClose', async () => {
    stopHearing();
    stream.close();
  });
  await app.register(
    async (api) => {
      maskAnswers(api, secrets);
      executionRoutes(api, services, stream, load);
      pipelineRoutes(api, services);
      backfillRoutes(api, services);
      monitoringRoutes(api, services);
      logRoutes(api, services);
      monitorRoutes(api, services);
      watchedRoutes(api, services);
      datasetRoutes(api, services);
      lineageRoutes(api, services);
      catalogueRoutes(api, services);
      challengerRoutes(api, services);
      testRunRoutes(api, services);
      incidentRoutes(api, services);
      notificationRoutes(api, services);
      digestRoutes(api, services);
      poolRoutes(api, services);
      clusterPoolRoutes(api, services);
      workerRoutes(api, services, load);
      taskRoutes(api, services);
      accessKeyRoutes(api, services);
      tokenRoutes(api, services);
      auditRoutes(api, services);
      accountRoutes(api, services);
      secretRoutes(api, services);
      userRoutes(api, services);
      backupRoutes(api, services);
      drainRoutes(api, services);
      eventRoutes(api, services);
      scheduleRoutes(api, services);
      webhookRoutes(api, services);
      for (const add of services.additions) add(api, services);
      api
        .withTypeProvider<ZodTypeProvider>()
        .get(describeHealth.path, { schema: describeHealth.schema }, async () => {
          const { status, problem } = engine.health();
          const degraded = [
            ...engine.heartbeats.degraded(),
            ...(config.sealFits ? [] : ['sealing key: it is not the one of this store']),
            ...certificateTroubles(services.tls, Date.now()),
          ];
          return {
            status: status === 'ready' && degraded.length > 0 ? ('degraded' as const) : status,
            version: config.version,
            ...(problem === undefined ? {} : { problem }),
            ...(status === 'draining' ? { problem: drainText(services.drain.state()) } : {}),
            ...(status === 'held' ? { problem: heldText(services.backups.held()) } : {}),
            ...(degraded.length === 0 ? {} : { degraded }),
            ...(config.sealFits ? {} : { sealKey: 'another one' as const }),
            ...certificateOf(services.tls),
          };
        });
      api.get('/openapi.json', { schema: { hide: true } }, async () => {
        return withoutUnusedSchemas(app.swagger());
      });
    },
    { prefix: PREFIX },
  );
  sessionRoutes(app, services);
  await actionLinkRoutes(app, services);
  oidcRoutes(app, services);
  metricsRoutes(app, services);
  await wireRoutes(app, { ...services, load });
  await schedulerRoutes(app, { ...services, load });
  app.get('/schema/v1.json', { schema: { hide: true } }, async (_request, reply) => {
    return reply.type('application/schema+json').send(config.pipelineSchema);
  });
  files.register(app);
  await app.ready();
  return {
    app,
    refuse() {
      load.refuse();
      stream.close();
    },
    finish: () => load.finish(),
  };
}

/** Connections that are made by TLS. Timeouts are those of Fastify's own server, which it sets on no other. */
function overTls(tls: TlsDesk | undefined): Pick<FastifyServerOptions, 'serverFactory'> {
  if (tls === undefined) return {};
  return {
    serverFactory(listener) {
      const server = tls.createServer(listener);
      server.requestTimeout = REQUEST_MS;
      server.keepAliveTimeout = KEPT_ALIVE_MS;
      return server;
    },
  };
}

/** What a server that is being drained says of itself. */
function drainText(drain: Drain | undefined): string {
  const running = drain?.running ?? 0;
  const until =
    drain === undefined ? '' : `, at ${new Date(drain.until).toISOString()} at the latest`;
  return `it is being drained: ${running} attempts run, no new work begins. It stops when they have ended${until}`;
}
