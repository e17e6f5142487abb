/**
 * Serves the built console: its files by exact name, and its one page for every address that the console routes itself.
 *
 * The files are read once at start, so no request path ever becomes a file path.
 * @module
 */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const TYPES: { [extension: string]: string } = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
};

export interface ConsoleFiles {
  /** True for the exact address of one of the console's files: they hold no data and need no token. */
  isAsset(method: string, path: string): boolean;
  /** True when a browser asks for a page, and not a program for data. */
  wantsPage(request: FastifyRequest): boolean;
  sendPage(reply: FastifyReply): FastifyReply;
  loginPage(): string;
  register(app: FastifyInstance): void;
}

/**
 * Reads the console into memory.
 * @param login how people log in besides by a link
 */
export async function loadConsole(
  folder: string | undefined,
  login: 'by link' | 'by provider' = 'by link',
): Promise<ConsoleFiles> {
  const files = new Map<string, { type: string; body: Buffer }>();
  if (folder !== undefined) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      const type = TYPES[extname(entry.name)];
      if (type === undefined) continue;
      const path = `/${relative(folder, file).split(sep).join('/')}`;
      files.set(path, { type, body: await readFile(file) });
    }
  }
  const page = files.get('/index.html');
  files.delete('/index.html');
  return {
    isAsset: (method, path) => method === 'GET' && files.has(path),
    wantsPage: (request) =>
      request.method === 'GET' &&
      !request.url.startsWith('/api/') &&
      (request.headers.accept ?? '').includes('text/html'),
    sendPage(reply) {
      if (page === undefined) {
        return reply
          .code(404)
          .type('text/plain')
          .send('This server was built without its console.\n');
      }
      return reply.type(page.type).header('cache-control', 'no-store').send(page.body);
    },
    loginPage: () => (login === 'by provider' ? LOGIN_PAGE.replace(LINKS, PROVIDER) : LOGIN_PAGE),
    register(app) {
      for (const [path, { type, body }] of files) {
        app.get(path, { schema: { hide: true } }, async (_request, reply) =>
          reply
            .type(type)
            .header('cache-control', 'public, max-age=31536000, immutable')
            .send(body),
        );
      }
    },
  };
}

const LINKS = '<p>Run';
const PROVIDER = '<p><a href="/login/oidc">Log in with your account</a></p>\n<p>Or run';

const LOGIN_PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Log in – Millrace</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"></head>
<body><main><h1>You are not logged in</h1>
<p>Run <code>millrace login</code> on the machine that runs this server and open the link that it prints.
The link works once; this browser then stays logged in for 30 days.</p></main></body></html>
`;
