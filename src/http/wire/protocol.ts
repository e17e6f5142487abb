/**
 * The JSON 1.0 protocol of AWS: `POST /` with the operation in `X-Amz-Target`, answers and errors as clients expect them.
 *
 *     POST / → signature → operation → shape → engine → answer
 *
 * https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
 * @module
 */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { EngineError } from '../../engine/errors.js';
import type { HttpServices } from '../app.js';
import type { AccessKeys } from './access-keys.js';
import { checkShape } from './shape.js';
import { OPERATIONS, type OperationName, READING } from './step-functions/model.js';
import { STEP_FUNCTIONS } from './step-functions/operations.js';
import { WireError } from './wire-error.js';

const CONTENT_TYPE = 'application/x-amz-json-1.0';
const TARGET = /^AWSStepFunctions\.([A-Za-z]{1,60})$/;
/** A definition of 1 MiB, escaped as a JSON text, and room for the rest. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** Registers `POST /`. */
export async function wireRoutes(
  app: FastifyInstance,
  services: Pick<HttpServices, 'engine' | 'config'> & { accessKeys: AccessKeys },
): Promise<void> {
  await app.register(async (wire) => {
    wire.removeAllContentTypeParsers();
    wire.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
      done(null, body);
    });
    wire.setErrorHandler((error, request, reply) => {
      const refused = toWireError(error);
      if (refused.code === 'InternalFailure') services.config.onFault(error, request.id);
      return send(reply, refused.status, refused.toBody());
    });
    wire.post(
      '/',
      { bodyLimit: MAX_BODY_BYTES, schema: { hide: true } },
      async (request, reply) => {
        const answer = await perform(request, services);
        return send(reply, 200, answer);
      },
    );
  });
}

async function perform(
  request: FastifyRequest,
  { engine, accessKeys }: Pick<HttpServices, 'engine'> & { accessKeys: AccessKeys },
): Promise<object> {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const caller = await accessKeys.identify({
    method: request.method,
    url: request.url,
    headers: request.headers,
    body,
  });
  const operation = operationOf(request);
  if (caller.role === 'viewer' && !READING.has(operation)) {
    throw new WireError(
      'AccessDeniedException',
      `The access key ${caller.accessKeyId} may read but is not authorized to perform: states:${operation}`,
    );
  }
  const given = readBody(body);
  checkShape(OPERATIONS[operation], given);
  const { socket } = request.raw;
  let gone: AbortController | undefined;
  const leave = (): void => gone?.abort();
  try {
    return await STEP_FUNCTIONS[operation]({
      engine,
      caller,
      request: given,
      whenGone() {
        if (gone === undefined) socket.once('close', leave);
        gone ??= new AbortController();
        return gone.signal;
      },
    });
  } finally {
    if (gone !== undefined) socket.off('close', leave);
  }
}

function operationOf(request: FastifyRequest): OperationName {
  const target = request.headers['x-amz-target'];
  const name = typeof target === 'string' ? TARGET.exec(target)?.[1] : undefined;
  if (name !== undefined && Object.hasOwn(OPERATIONS, name)) return name as OperationName;
  throw new WireError(
    'UnknownOperationException',
    name === undefined
      ? 'The header X-Amz-Target must name an operation: AWSStepFunctions.OPERATION.'
      : `There is no operation ${name} of Step Functions.`,
  );
}

function readBody(body: Buffer): { [name: string]: unknown } {
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

function send(reply: FastifyReply, status: number, answer: object): FastifyReply {
  return (
    reply
      .code(status)
      .header('x-amzn-requestid', randomUUID())
      .type(CONTENT_TYPE)
      // To a text that is sent as such, the server would add its charset, which the protocol does not have.
      .serializer(JSON.stringify)
      .send(answer)
  );
}

/** Everything that can go wrong, as something that a client understands. */
function toWireError(error: unknown): WireError {
  if (error instanceof WireError) return error;
  if (error instanceof EngineError) {
    switch (error.kind) {
      case 'TooManyQueued':
        return new WireError('ThrottlingException', `Rate exceeded. ${error.message}`);
      case 'StorageFull':
      case 'ShuttingDown':
      case 'EngineFailed':
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
