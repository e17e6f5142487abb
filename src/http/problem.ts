/**
 * Problem responses (RFC 9457): every refusal has a code, says what is wrong and what to do about it.
 * @module
 */
import type { FastifyError } from 'fastify';
import type { Problem } from '../api/problem.js';
import { EngineError } from '../engine/kernel/errors.js';
import { refusalOf } from '../engine/kernel/store-refusal.js';
import { StoreError } from '../store/errors.js';
import { HttpError, type HttpErrorKind } from './errors.js';

/** A refusal with everything that does not fit: `path` is a field, or a place in a file. */
export class FieldProblems extends Error {
  readonly refusal: HttpError;
  readonly errors: { path: string; message: string }[];

  constructor(kind: HttpErrorKind, errors: readonly { path: string; message: string }[]) {
    const refusal = new HttpError(kind);
    super(refusal.message);
    this.refusal = refusal;
    this.errors = [...errors];
  }
}

/**
 * The problem that an error is answered with. Whatever is not a refusal of ours becomes a plain 500 without details.
 * @example problemOf(new HttpError('NotFound')).status // 404
 */
export function problemOf(error: unknown): Problem {
  if (error instanceof FieldProblems) return { ...problemOf(error.refusal), errors: error.errors };
  if (error instanceof HttpError || error instanceof EngineError) {
    return problem(error.code, error.status, error.message, error.fix);
  }
  if (error instanceof StoreError) return problemOf(refusalOf(error));
  const fastify = error as Partial<FastifyError>;
  if (fastify.validation !== undefined) {
    const { code, status, message, fix } = new HttpError('InvalidRequest');
    const errors = fastify.validation.map((issue) => ({
      path: `${fastify.validationContext ?? 'body'}${issue.instancePath ?? ''}`,
      message: issue.message ?? 'does not fit',
    }));
    return { ...problem(code, status, message, fix), errors };
  }
  switch (fastify.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return problemOf(new HttpError('BodyTooLarge'));
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return problemOf(new HttpError('InvalidJson', { problem: fastify.message ?? 'not JSON' }));
    default:
  }
  if (error instanceof SyntaxError && fastify.statusCode === 400) {
    return problemOf(new HttpError('InvalidJson', { problem: error.message }));
  }
  return problemOf(new HttpError('Internal'));
}

function problem(code: string, status: number, title: string, fix: string): Problem {
  return { type: `/errors/${code}`, title, status, code, fix };
}
