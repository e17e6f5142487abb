/**
 * EventBridge Scheduler over REST: a path for each resource, members in path, query and body, errors by their name in a header.
 *
 *     /schedules/NAME → signature → shape → engine → answer
 *
 * Only requests that carry a signature of AWS come here. Without one these addresses are what they were: closed to whoever has
 * no token, and the console's to a browser.
 * https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
 * @module
 */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { EngineError } from '../../../engine/kernel/errors.js';
import { reaches } from '../../../engine/kernel/roles.js';
import { isNoted, noteOf } from '../audited.js';
import { MAX_BODY_BYTES, readBody, toWireError, type WireServices } from '../protocol.js';
import { checkShape, type Shape } from '../shape.js';
import { WireError } from '../wire-error.js';
import type { SchedulerCall } from './call.js';
import { createGroup, deleteGroup, getGroup, listGroups } from './groups.js';
import { type RestOperation, SCHEDULER_OPERATIONS, type SchedulerOperation } from './model.js';
import {
  createSchedule,
  deleteSchedule,
  getSchedule,
  listSchedules,
  updateSchedule,
} from './schedules.js';
import { listTags, tagGroup, untagGroup } from './tags.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Requests may be signed with an access key instead of carrying a token. */
    isSigned?: true;
  }
}

/** Answers with the members of the response. */
type Perform = (call: SchedulerCall) => Promise<object> | object;

const PERFORM: { readonly [name in SchedulerOperation]: Perform } = {
  CreateSchedule: createSchedule,
  UpdateSchedule: updateSchedule,
  GetSchedule: getSchedule,
  DeleteSchedule: deleteSchedule,
  ListSchedules: listSchedules,
  CreateScheduleGroup: createGroup,
  GetScheduleGroup: getGroup,
  DeleteScheduleGroup: deleteGroup,
  ListScheduleGroups: listGroups,
  TagResource: tagGroup,
  UntagResource: untagGroup,
  ListTagsForResource: listTags,
};

/** HTTP status of errors; all others have their own. */
const STATUS: { readonly [code: string]: number } = {
  ResourceNotFoundException: 404,
  ConflictException: 409,
  ServiceQuotaExceededException: 402,
  ThrottlingException: 429,
  AccessDeniedException: 403,
  UnrecognizedClientException: 403,
  InvalidSignatureException: 403,
  IncompleteSignatureException: 403,
  MissingAuthenticationTokenException: 403,
};

/** True when a request to one of these addresses carries a signature, which is verified there. */
export function isSignedRequest({ routeOptions, headers }: FastifyRequest): boolean {
  return (
    routeOptions.config.isSigned === true &&
    headers.authorization?.startsWith('AWS4-HMAC-SHA256') === true
  );
}

/** Registers `/schedules`, `/schedule-groups` and `/tags`. */
export async function schedulerRoutes(app: FastifyInstance, services: WireServices): Promise<void> {
  await app.register(async (wire) => {
    wire.removeAllContentTypeParsers();
    wire.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
      done(null, body);
    });
    for (const [name, operation] of Object.entries(SCHEDULER_OPERATIONS)) {
      const { method, path } = operation;
      const options = {
        bodyLimit: MAX_BODY_BYTES,
        schema: { hide: true },
        config: { isSigned: true },
        errorHandler: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
          // What has no signature is answered like the rest of the server.
          if (!isSignedRequest(request)) throw error;
          const refused = refusalOf(error);
          if (refused.status === 500) services.config.onFault(error, request.id);
          return send(reply.header('x-amzn-errortype', refused.code), refused.status, {
            Message: refused.message,
            ...refused.members,
          });
        },
      } as const;
      wire.route({
        method,
        url: path,
        ...options,
        handler: async (request, reply) => {
          if (!isSignedRequest(request)) return reply.callNotFound();
          const answer = await perform(request, services, name as SchedulerOperation, operation);
          return send(reply, 200, answer);
        },
      });
    }
  });
}

async function perform(
  request: FastifyRequest,
  { engine, accessKeys, secrets }: WireServices,
  name: SchedulerOperation,
  operation: RestOperation,
): Promise<object> {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const { method, url, headers } = request;
  const caller = await accessKeys.identify({ method, url, headers, body });
  const role = operation.method === 'GET' ? 'viewer' : 'editor';
  const noted = noteOf(engine.audit, caller, request.ip, `scheduler:${name}`, {
    ...(request.params as object),
  });
  if (!reaches(caller.role, role)) {
    await noted('AccessDeniedException');
    throw new WireError(
      'AccessDeniedException',
      `The access key ${caller.accessKeyId} has the role ${caller.role} and is not authorized to perform: scheduler:${name}, which takes the role ${role}`,
    );
  }
  const given = readRequest(request, body, operation);
  checkShape(operation.shape, given, inMessages);
  const entry = isNoted(name, role) ? noted('asked') : undefined;
  const answer = await PERFORM[name]({ engine, caller, request: withoutNulls(given) });
  await entry;
  return caller.role === 'viewer' ? secrets.json(answer) : answer;
}

/** Scheduler's messages begin the names of members with a small letter. */
function inMessages(member: string): string {
  return member.charAt(0).toLowerCase() + member.slice(1);
}

function readRequest(
  request: FastifyRequest,
  body: Buffer,
  { inPath, inQuery = {}, shape }: RestOperation,
): { [member: string]: unknown } {
  const given = readBody(body);
  const query = request.query as { [name: string]: string | string[] };
  for (const [name, member] of Object.entries(inQuery)) {
    const value = Object.hasOwn(query, name) ? query[name] : undefined;
    if (value !== undefined) given[member] = fromQuery(shape.members[member], value);
  }
  if (inPath !== undefined) given[inPath] = (request.params as { member?: string }).member ?? '';
  return given;
}

function fromQuery(shape: Shape | undefined, value: string | string[]): unknown {
  if (shape?.type === 'list') return Array.isArray(value) ? value : [value];
  const one = Array.isArray(value) ? value[0] : value;
  return shape?.type === 'integer' && /^-?\d{1,15}$/.test(one ?? '') ? Number(one) : one;
}

/** A member that is null is one that is absent, at every level. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(entries.map(([name, member]) => [name, withoutNulls(member)]));
}

function refusalOf(error: unknown): {
  code: string;
  status: number;
  message: string;
  members: object;
} {
  const { code, status, message, members } = wireErrorOf(error);
  if (code === 'InternalFailure') {
    return { code: 'InternalServerException', status: 500, message, members };
  }
  return { code, status: STATUS[code] ?? status, message, members };
}

function wireErrorOf(error: unknown): WireError {
  if (error instanceof EngineError) {
    switch (error.kind) {
      case 'ScheduleNotFound':
      case 'ScheduleGroupNotFound':
        return new WireError('ResourceNotFoundException', error.message);
      case 'ScheduleExists':
      case 'ScheduleGroupExists':
        return new WireError('ConflictException', error.message);
      case 'TooManySchedules':
        return new WireError('ServiceQuotaExceededException', error.message);
      default:
    }
  }
  return toWireError(error);
}

function send(reply: FastifyReply, status: number, answer: object): FastifyReply {
  return reply
    .code(status)
    .header('x-amzn-requestid', randomUUID())
    .type('application/json')
    .serializer(JSON.stringify)
    .send(answer);
}
