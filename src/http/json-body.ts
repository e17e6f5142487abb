/**
 * Bodies of JSON, which is UTF-8 and nothing else (RFC 8259, section 8.1).
 *
 * Read leniently, bytes that are no UTF-8 would become U+FFFD: two different keys become one, and what is stored is not what
 * was sent and signed.
 * @module
 */
import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { HttpError } from './errors.js';

/** Takes the place of the server's own parser, which still parses what is UTF-8 and refuses `__proto__`. */
export function acceptJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer' },
    (request, body, done) => {
      if (!isUtf8(body)) return done(new HttpError('InvalidJson', { problem: 'it is not UTF-8' }));
      return parse(request, body.toString('utf8'), done);
    },
  );
}
