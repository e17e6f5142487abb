/**
 * A route of the API as a value: method, path, and what goes in and comes out. The server registers it, OpenAPI is made
 * from it, tests walk over all of them.
 * @module
 */
import type { z } from 'zod';

/**
 * Which role in a team somebody needs whose things a route is about; `server`: admin of all teams; `nobody`: no token.
 * Enforced in one place before any handler (http/access/authorize.ts).
 */
export type Need =
  | 'nobody'
  | 'worker'
  | 'viewer'
  | 'analyst'
  | 'operator'
  | 'editor'
  | 'admin'
  | 'server';

export interface RouteSchema {
  needs: Need;
  /** One line: what it is for. */
  summary: string;
  description?: string;
  params?: z.ZodType;
  querystring?: z.ZodType;
  body?: z.ZodType;
  /** By status. `content` tells of an answer that is no JSON. */
  response: { [status: string]: z.ZodType | StreamSchema };
  /** `[]`: needs no token. */
  security?: [];
}

export interface StreamSchema {
  description: string;
  content:
    | { 'text/event-stream': { schema: z.ZodType } }
    | { 'application/octet-stream': { schema: z.ZodType } }
    | { 'text/plain': { schema: z.ZodType } };
}

export interface Route<
  Method extends string = string,
  Path extends string = string,
  Schema extends RouteSchema = RouteSchema,
> {
  readonly method: Method;
  readonly path: Path;
  readonly schema: Schema;
}

/** Describes a route; its types stay as exact as they are written. */
export function route<
  const Method extends 'GET' | 'POST' | 'PUT' | 'DELETE',
  const Path extends string,
  Schema extends RouteSchema,
>(method: Method, path: Path, schema: Schema): Route<Method, Path, Schema> {
  return { method, path, schema };
}
