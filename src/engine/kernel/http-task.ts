/**
 * HTTP Tasks (`arn:aws:states:::http:invoke`): an attempt of one gets its request put together when it begins, because what
 * the connection adds is in no record, history or input.
 *
 *     parameters ──┐
 *     connection ──┴──▶ request ──▶ connector `http-invoke`
 *
 * @module
 */
import { type ConnectionAdditions, httpTaskRequest } from '../../asl/http-request.js';
import { isObject, type Json } from '../../asl/json.js';
import type { AttemptOutcome, AttemptRequest } from './ports.js';

/** The kind of the connector that performs them. */
export const HTTP_INVOKE = 'http-invoke';

/** Why a connection cannot be used, as a task fails by it. */
export interface ConnectionFailure {
  error: string;
  cause: string;
}

/** Knows how connections let tasks in. */
export interface ConnectionsHook {
  /** What a connection of a team adds to a request. Never rejects. */
  additions(team: string, arn: string): Promise<ConnectionAdditions | ConnectionFailure>;
}

/** The connection that the parameters of an HTTP Task name. */
export function connectionArnOf(args: Json): string | undefined {
  if (!isObject(args)) return undefined;
  const named = [args.InvocationConfig, args.Authentication].flatMap((one) =>
    isObject(one ?? null) && typeof (one as { ConnectionArn?: Json }).ConnectionArn === 'string'
      ? [(one as { ConnectionArn: string }).ConnectionArn]
      : [],
  );
  return named[0];
}

/**
 * The request of an attempt with the one over HTTP in it, or the outcome of the attempt instead. Never rejects.
 * @param team whose connections may be used
 * @example await withConnection(request, 'parcels', hooks.connections) // { request: { …, arguments: { url, method, … } } }
 */
export async function withConnection(
  request: AttemptRequest,
  team: string,
  connections: ConnectionsHook | undefined,
): Promise<{ request: AttemptRequest } | { outcome: AttemptOutcome }> {
  const arn = connectionArnOf(request.arguments);
  if (arn === undefined) {
    return failed('States.Runtime', "An HTTP Task needs the 'ConnectionArn' of its connection.");
  }
  const added = await connections?.additions(team, arn);
  if (added === undefined) {
    const cause = 'There are no connections here.';
    return failed('Events.ConnectionResource.ResourceNotFound', cause);
  }
  if ('error' in added) return failed(added.error, added.cause);
  const built = httpTaskRequest(request.arguments, added);
  if ('problem' in built) return failed('States.Runtime', built.problem);
  const url = URL.canParse(built.url) ? new URL(built.url) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '') {
    const what = "The field 'ApiEndpoint' must be a URL without credentials:";
    return failed('States.Runtime', `${what} they belong to the connection.`);
  }
  return { request: { ...request, arguments: { ...built } } };
}

function failed(error: string, cause: string): { outcome: AttemptOutcome } {
  return { outcome: { type: 'failed', error, cause } };
}
