/**
 * Workers on other machines: what they ask, and the list of them. Which of them asks is told by the header `Millrace-Worker`;
 * whose attempts it may take, by its token.
 * @module
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Problem } from '../../api/problem.js';
import {
  attemptOutcomeSchema,
  beatWorker,
  type ClaimedAttempt,
  claimAttempts,
  leaveWorker,
  listAttemptFiles,
  listWorkers,
  logAttempt,
  MOST_OUTCOME_BYTES,
  MOST_PART,
  readBlob,
  settleAttempt,
  settleAttempts,
  type TakenOutcomes,
  WORKER_HEADER,
  type WorkerLogRecord,
  writeBlob,
} from '../../api/workers.js';
import type { Json } from '../../asl/json.js';
import type { WorkerCaller } from '../../engine/features/workers/worker-sessions.js';
import type { ClaimedAttempt as Claimed } from '../../engine/features/workers/workers.js';
import { EngineError } from '../../engine/kernel/errors.js';
import type { AttemptLogRecord } from '../../engine/kernel/ports.js';
import { HttpError } from '../errors.js';
import type { LoadLimit } from '../load-limit.js';
import { FieldProblems, problemOf } from '../problem.js';
import type { HttpServices } from '../services.js';

const INTERNAL = new HttpError('Internal').code;
/** Fields of one outcome that are told to be wrong. */
const MOST_ERRORS = 10;
/** What a session must look like: 32 random bytes, as base64url. */
const SESSION = /^[A-Za-z0-9_-]{43}$/;

export function workerRoutes(
  instance: FastifyInstance,
  { engine, config }: HttpServices,
  load: LoadLimit,
): void {
  const api = instance.withTypeProvider<ZodTypeProvider>();
  const { workers } = engine;

  api.get(listWorkers.path, { schema: listWorkers.schema }, async (request) => {
    const { scope } = request.principal;
    return {
      items: workers.list(scope).map(({ tags, teams, holds, ...worker }) => ({
        ...worker,
        tags: [...tags],
        holds: [...holds],
        ...(teams === undefined ? {} : { teams: [...teams] }),
      })),
      waiting: workers.waiting(scope).map(({ tags, ...line }) => ({ ...line, tags: [...tags] })),
    };
  });

  api.post(claimAttempts.path, { schema: claimAttempts.schema }, async (request, reply) => {
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const over = new AbortController();
    const forget = load.onRefusing(() => over.abort());
    try {
      const waitMs = request.query.wait * 1000;
      const wait = { waitMs, gone: gone.signal, over: over.signal };
      const answer = await workers.claim(callerOf(request), request.body.worker, wait);
      return { attempts: answer.attempts.map(written), stop: [...answer.stop] };
    } finally {
      forget();
    }
  });

  api.post(beatWorker.path, { schema: beatWorker.schema }, async (request) => {
    const { worker, attempts, beats } = request.body;
    const stop = workers.beat(callerOf(request), worker, { attempts, beats });
    return { stop, leaseMs: workers.leaseMs };
  });

  api.post(leaveWorker.path, { schema: leaveWorker.schema }, async (request) => ({
    lost: await workers.leave(callerOf(request)),
  }));

  api.post(logAttempt.path, { schema: logAttempt.schema }, async (request) => {
    const { first, records } = request.body;
    const next = await workers.log(callerOf(request), request.params.id, first, asLines(records));
    return { next };
  });

  api.post(
    settleAttempt.path,
    { schema: settleAttempt.schema, bodyLimit: MOST_OUTCOME_BYTES },
    async (request) => {
      const { outcome, changes } = request.body;
      await workers.settle(callerOf(request), request.params.id, outcome, changes);
      return { taken: true as const };
    },
  );

  async function settled(
    caller: WorkerCaller,
    given: unknown,
    requestId: string,
  ): Promise<TakenOutcomes['results'][number]> {
    const read = attemptOutcomeSchema.safeParse(given);
    if (!read.success) return { taken: false, problem: misfit(read.error.issues) };
    const { attempt, outcome, changes, lines } = read.data;
    try {
      const last = lines && { first: lines.first, records: asLines(lines.records) };
      await workers.settle(caller, attempt, outcome, changes, last);
      return { taken: true };
    } catch (error) {
      const problem = problemOf(error);
      // The answer as a whole is none that would be told elsewhere.
      if (problem.code === INTERNAL) config.onFault(error, requestId);
      return { taken: false, problem };
    }
  }

  api.post(
    settleAttempts.path,
    { schema: settleAttempts.schema, bodyLimit: MOST_OUTCOME_BYTES },
    async (request) => {
      const caller = callerOf(request);
      const { outcomes } = request.body;
      // All enter one turn of the engine.
      const settling = outcomes.map((outcome) => settled(caller, outcome, request.id));
      return { results: await Promise.all(settling) };
    },
  );

  api.get(listAttemptFiles.path, { schema: listAttemptFiles.schema }, async (request) => {
    const { folder, work, data } = await workers.files(callerOf(request), request.params.id);
    return { folder: [...folder], work: [...work], data: data.map((files) => [...files]) };
  });

  api.get(readBlob.path, { schema: readBlob.schema }, async (request, reply) => {
    const { id, sha256 } = request.params;
    const { content, size } = await workers.readFile(callerOf(request), id, sha256);
    return reply
      .type('application/octet-stream')
      .header('content-length', size)
      .send(content as never);
  });

  // Bytes are taken nowhere else.
  void instance.register(async (bytes) => {
    bytes.addContentTypeParser(
      'application/octet-stream',
      { parseAs: 'buffer', bodyLimit: MOST_PART },
      (_request, content, done) => done(null, content),
    );
    bytes
      .withTypeProvider<ZodTypeProvider>()
      .put(writeBlob.path, { schema: writeBlob.schema, bodyLimit: MOST_PART }, async (request) => {
        const { id, sha256 } = request.params;
        const { from, size } = request.query;
        const content = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        const part = { sha256, from, size, content };
        return { received: await workers.writeFile(callerOf(request), id, part) };
      });
  });
}

/** @throws EngineError WorkerSessionMissing */
function callerOf({ headers, principal }: FastifyRequest): WorkerCaller {
  const session = headers[WORKER_HEADER];
  if (typeof session !== 'string' || !SESSION.test(session)) {
    throw new EngineError('WorkerSessionMissing');
  }
  return { session, token: principal.token, scope: principal.scope };
}

function asLines(records: readonly WorkerLogRecord[]): AttemptLogRecord[] {
  return records.map(({ fields, ...record }) =>
    fields === undefined ? record : { ...record, fields: fields as { [name: string]: Json } },
  );
}

/** What is wrong with one of many, as the whole request would be answered. */
function misfit(issues: readonly { path: PropertyKey[]; message: string }[]): Problem {
  const errors = issues.map(({ path, message }) => ({
    path: ['outcome', ...path].map(String).join('/'),
    message,
  }));
  return problemOf(new FieldProblems('InvalidRequest', errors.slice(0, MOST_ERRORS)));
}

/** Without folders: those of this machine tell a worker nothing. */
function written({ id, request, beats }: Claimed): ClaimedAttempt {
  const { folder: _folder, workFolder: _work, attemptId: _id, ...rest } = request;
  const { datasets, version: _version, ...task } = rest;
  return {
    ...task,
    ...{ id, beats, hasFiles: request.kind !== 'echo' && request.kind !== 'http' },
    ...(datasets === undefined ? {} : { datasets: datasets as unknown as Json }),
  };
}
