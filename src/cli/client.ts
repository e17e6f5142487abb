/**
 * Calls of the REST API. Where the server is and which token to use is found in this order: flags, environment
 * (`MILLRACE_URL`, `MILLRACE_TOKEN`), and the file that `millrace up` leaves in its data folder.
 * @module
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { PREFIX } from '../api/paths.js';
import type { Problem } from '../api/problem.js';
import { EXIT } from './exit-codes.js';
import { CommandFailure, exitCodeOf } from './failure.js';
import { authoritiesIn, fetchFrom, type ServerTrust, trustFailure } from './server-trust.js';

/** What `millrace up` writes for the commands beside it. */
export interface ServerFile {
  url: string;
  token: string;
  pid: number;
  /** The user that tasks run as, when it is not the server's own. */
  taskUser?: string;
  /** Where the records lie, in words; absent: in the data folder. */
  records?: string;
  /** Where it listens, when others can read on the way what is sent there. */
  exposed?: string;
  /** It speaks TLS: where it is from this machine, and by which certificates it is known. */
  tls?: { host: string; fingerprints: string[] };
}

export const SERVER_FILE = 'server.json';
export const DEFAULT_DATA_FOLDER = '.millrace';

export interface Client {
  readonly url: string;
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: unknown): Promise<T>;
  /** Posts, and answers the response itself: a file. */
  download(path: string): Promise<Response>;
  put(path: string, body: unknown): Promise<void>;
  delete(path: string): Promise<void>;
  /** Server-sent events until the signal aborts or the server ends them. */
  events(path: string, signal: AbortSignal): AsyncGenerator<{ event: string; data: unknown }>;
}

/** Finds the data folder: the one given, or `.millrace` here or in a folder above. */
export function findDataFolder(given: string | undefined, from: string = process.cwd()): string {
  if (given !== undefined) return resolve(given);
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const candidate = join(folder, DEFAULT_DATA_FOLDER);
    if (existsSync(join(candidate, SERVER_FILE))) return candidate;
    if (dirname(folder) === folder) return resolve(from, DEFAULT_DATA_FOLDER);
  }
}

/** Reads what `up` left, if it is there. */
export function readServerFile(dataFolder: string): ServerFile | undefined {
  try {
    return JSON.parse(readFileSync(join(dataFolder, SERVER_FILE), 'utf8')) as ServerFile;
  } catch {
    return undefined;
  }
}

/**
 * By what a server is known: one that was named, by authorities; the one of a data folder, by its own certificates.
 * @throws CommandFailure MILL5520
 */
export function trustOf(
  named: string | undefined,
  caFile: string | undefined,
  file: ServerFile | undefined,
): ServerTrust {
  if (named === undefined && file?.tls !== undefined) {
    return { type: 'these certificates', ...file.tls };
  }
  return caFile === undefined ? { type: 'known authorities' } : authoritiesIn(caFile);
}

/**
 * @throws CommandFailure when nothing tells where the server is
 */
export function createClient(options: {
  server?: string | undefined;
  data?: string | undefined;
  /** Goes before the environment's and the file's. */
  token?: string | undefined;
  /** Every request is about the things of this team only. */
  team?: string | undefined;
  /** PEM file of the authorities by which a server that is named is trusted. */
  caFile?: string | undefined;
}): Client {
  const file = readServerFile(findDataFolder(options.data));
  const named = options.server ?? process.env.MILLRACE_URL;
  const url = named ?? file?.url;
  const token = options.token ?? process.env.MILLRACE_TOKEN ?? file?.token;
  if (url === undefined) {
    throw new CommandFailure('No Millrace server is known here.', {
      exitCode: EXIT.unreachable,
      code: 'MILL5001',
      fix: 'Start one with `millrace up`, or name one with --server or MILLRACE_URL.',
    });
  }
  const base = url.replace(/\/$/, '');
  const fetch = fetchFrom(trustOf(named, options.caFile, file));
  const { team } = options;
  const addressOf = (path: string): string => {
    const address = `${base}${PREFIX}${path}`;
    if (team === undefined) return address;
    return `${address}${path.includes('?') ? '&' : '?'}team=${encodeURIComponent(team)}`;
  };
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };

  async function send(method: string, path: string, body?: unknown): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(addressOf(path), {
        method,
        headers: {
          ...headers,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (error) {
      const failure = trustFailure(error, base);
      if (failure !== undefined) throw failure;
      throw new CommandFailure(`The server at ${base} does not answer.`, {
        exitCode: EXIT.unreachable,
        code: 'MILL5002',
        fix: 'Start it with `millrace up`, or name another one with --server.',
      });
    }
    if (!response.ok) throw await refusal(response);
    return response;
  }

  return {
    url: base,
    async get<T>(path: string): Promise<T> {
      return (await (await send('GET', path)).json()) as T;
    },
    async post<T>(path: string, body?: unknown): Promise<T> {
      return (await (await send('POST', path, body ?? {})).json()) as T;
    },
    download: (path) => send('POST', path, {}),
    async put(path: string, body: unknown): Promise<void> {
      await send('PUT', path, body);
    },
    async delete(path: string): Promise<void> {
      await send('DELETE', path);
    },
    async *events(path, signal) {
      const response = await fetch(addressOf(path), { headers, signal });
      if (!response.ok) throw await refusal(response);
      let text = '';
      const decoder = new TextDecoder();
      for await (const chunk of response.body ?? []) {
        text += decoder.decode(chunk as Uint8Array, { stream: true });
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          const message = parseMessage(text.slice(0, end));
          text = text.slice(end + 2);
          if (message !== undefined) yield message;
        }
      }
    },
  };
}

function parseMessage(block: string): { event: string; data: unknown } | undefined {
  let event = 'message';
  let data = '';
  for (const line of block.split('\n')) {
    if (line.startsWith('event: ')) event = line.slice(7);
    else if (line.startsWith('data: ')) data += line.slice(6);
  }
  return data === '' ? undefined : { event, data: JSON.parse(data) as unknown };
}

async function refusal(response: Response): Promise<CommandFailure> {
  // A proxy in between may have answered anything.
  const problem = (await response.json().catch(() => ({}))) as Partial<Problem>;
  return new CommandFailure(problem.title ?? `The server answered ${response.status}.`, {
    exitCode: exitCodeOf(response.status),
    code: problem.code ?? 'MILL5003',
    fix: problem.fix,
    details: problem.errors,
  });
}
