/**
 * The JSON protocols of AWS, 1.0 and 1.1: `POST /` with the operation in `X-Amz-Target`, answers and errors as clients expect them.
 *
 *     POST / → signature → operation → shape → engine → answer
 *
 * https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
 * @module
 */
import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { EngineError } from '../../engine/kernel/errors.js';
import { reaches } from '../../engine/kernel/roles.js';
import { refusalOf } from '../../engine/kernel/store-refusal.js';
import { StoreError } from '../../store/errors.js';
import { BEGINNING_OPERATIONS } from '../drain-desk.js';
import { HttpError } from '../errors.js';
import { type LoadLimit, retryAfter } from '../load-limit.js';
import type { HttpServices } from '../services.js';
import { isNoted, noteOf } from './audited.js';
import type { Operation } from './call.js';
import { roleFor } from './needs.js';
import { SERVICES, type WireService } from './services.js';
import { checkShape, type Structure } from './shape.js';
import { WireError } from './wire-error.js';

const DEFAULT_CONTENT_TYPE = 'application/x-amz-json-1.0';
const TARGET = /^([A-Za-z]{1,60})\.([A-Za-z]{1,60})$/;
/** A definition of 1 MiB, escaped as a JSON text, and room for the rest. */
export const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** What the wire APIs need of the server. */
export type WireServices = Pick<HttpServices, 'engine' | 'config' | 'accessKeys' | 'secrets'> & {
  load: LoadLimit;
};

/** Registers `POST /`. */
export async function wireRoutes(app: FastifyInstance, services: WireServices): Promise<void> {
  await app.register(async (wire) => {
    wire.removeAllContentTypeParsers();
    wire.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
      done(null, body);
    });
    wire.setErrorHandler((error, request, reply) => {
      const refused = toWireError(error);
      if (refused.code === 'InternalFailure') services.config.onFault(error, request.id);
      if (error instanceof EngineError && error.kind === 'Draining') {
        reply.header('retry-after', retryAfter(error));
      }
      return send(request, reply, refused.status, refused.toBody());
    });
    wire.post(
      '/',
      { bodyLimit: MAX_BODY_BYTES, schema: { hide: true } },
      async (request, reply) => {
        const answer = await perform(request, services);
        return send(request, reply, 200, answer);
      },
    );
  });
}

async function perform(
  request: FastifyRequest,
  { engine, accessKeys, secrets, load }: WireServices,
): Promise<object> {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const caller = await accessKeys.identify({
    method: request.method,
    url: request.url,
    headers: request.headers,
    body,
  });
  const { service, name, shape, operation } = operationOf(request);
  const given = readBody(body);
  const role = roleFor(name, service.reading);
  const noted = noteOf(engine.audit, caller, request.ip, `${service.actions}:${name}`, given);
  if (!reaches(caller.role, role)) {
    await noted('AccessDeniedException');
    throw new WireError(
      'AccessDeniedException',
      `The access key ${caller.accessKeyId} has the role ${caller.role} and is not authorized to perform: ${service.actions}:${name}, which takes the role ${role}`,
    );
  }
  checkShape(shape, given);
  if (BEGINNING_OPERATIONS.has(name)) engine.expectIntake();
  const entry = isNoted(name, role) ? noted('asked') : undefined;
  const { socket } = request.raw;
  let gone: AbortController | undefined;
  const leave = (): void => gone?.abort();
  try {
    const answered = operation({
      engine,
      caller,
      request: given,
      whenGone() {
        if (gone === undefined) socket.once('close', leave);
        gone ??= new AbortController();
        return gone.signal;
      },
    });
    const answer = answered instanceof Promise ? await load.unlessFinished(answered) : answered;
    await entry;
    // Whoever may change things needs them as they are: clients compare the definition that they sent.
    return caller.role === 'viewer' ? secrets.json(answer) : answer;
  } finally {
    if (gone !== undefined) socket.off('close', leave);
  }
}

interface Wanted {
  service: WireService;
  name: string;
  shape: Structure;
  operation: Operation;
}

function targetOf({ headers }: FastifyRequest): { service?: WireService; name?: string } {
  const target = headers['x-amz-target'];
  const [, prefix, name] = (typeof target === 'string' && TARGET.exec(target)) || [];
  if (prefix === undefined || name === undefined || !Object.hasOwn(SERVICES, prefix)) return {};
  const service = SERVICES[prefix];
  return service === undefined ? {} : { service, name };
}

function operationOf(request: FastifyRequest): Wanted {
  const { service, name } = targetOf(request);
  if (service === undefined || name === undefined) {
    throw new WireError(
      'UnknownOperationException',
      'The header X-Amz-Target must name an operation: AWSStepFunctions.OPERATION or AWSEvents.OPERATION.',
    );
  }
  const shape = Object.hasOwn(service.shapes, name) ? service.shapes[name] : undefined;
  const operation = Object.hasOwn(service.operations, name) ? service.operations[name] : undefined;
  if (shape && operation) return { service, name, shape, operation };
  throw new WireError(
    'UnknownOperationException',
    `There is no operation ${name} of ${service.title}.`,
  );
}

export function readBody(body: Buffer): { [name: string]: unknown } {
  if (!isUtf8(body)) throw new WireError('SerializationException', 'The body is not UTF-8.');
  let parsed: unknown;
  try {
    parsed = body.length === 0 ? {} : JSON.parse(body.toString('utf8'));
  } catch {
    throw new WireError('SerializationException', 'The body is not JSON.');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new WireError('SerializationException', 'Unexpected field type');
  }
  return parsed as { [name: string]: unknown };
}

function send(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  answer: object,
): FastifyReply {
  return (
    reply
      .code(status)
      .header('x-amzn-requestid', randomUUID())
      .type(targetOf(request).service?.contentType ?? DEFAULT_CONTENT_TYPE)
      // To a text that is sent as such, the server would add its charset, which the protocol does not have.
      .serializer(JSON.stringify)
      .send(answer)
  );
}

/** Everything that can go wrong, as something that a client understands. */
export function toWireError(error: unknown): WireError {
  if (error instanceof WireError) return error;
  if (error instanceof StoreError) return toWireError(refusalOf(error));
  if (error instanceof HttpError && error.status === 429) {
    return new WireError('ThrottlingException', `Rate exceeded. ${error.message}`);
  }
  if (error instanceof EngineError) {
    switch (error.kind) {
      case 'TooManyQueued':
      case 'TooManyReads':
        return new WireError('ThrottlingException', `Rate exceeded. ${error.message}`);
      case 'StorageFull':
      case 'ShuttingDown':
      case 'Draining':
      case 'Held':
      case 'EngineFailed':
      case 'ReadTooLong':
      case 'ReadFailed':
      case 'StoreDamaged':
        return new WireError('ServiceUnavailableException', error.message, { status: 503 });
      default:
        if (error.status < 500) return new WireError('ValidationException', error.message);
    }
  }
  const { code, statusCode } = error as { code?: string; statusCode?: number };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new WireError('ValidationException', `Request body exceeds ${MAX_BODY_BYTES} bytes`, {
      status: 413,
    });
  }
  if (statusCode !== undefined && statusCode < 500) {
    return new WireError('ValidationException', (error as Error).message);
  }
  return new WireError('InternalFailure', 'The request failed because of a defect of the server.', {
    status: 500,
  });
}
