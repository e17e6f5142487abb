/**
 * The line from a worker to its server: requests under one session, with a time for each, and what their failures mean.
 *
 * | answer | means |
 * | --- | --- |
 * | none, 429, 5xx | the server is away or busy: the same request may be sent again |
 * | 409 | the attempt is not, or no longer, this worker's |
 * | 401, 403, 426 | this worker may not work here: it ends |
 * | any other | the request is wrong; sending it again changes nothing |
 *
 * @module
 */
import { PREFIX } from '../api/paths.js';
import type { Problem } from '../api/problem.js';
import { WORKER_HEADER } from '../api/workers.js';

/** The server did not answer, or not now. */
export class ServerAway extends Error {}

/** The server refused a request. */
export class ServerRefusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly fix: string;

  constructor({ title, status, code, fix }: Problem) {
    super(title);
    this.status = status;
    this.code = code;
    this.fix = fix;
  }

  /** Whatever is asked next will be refused, too. */
  get isFinal(): boolean {
    return this.status === 401 || this.status === 403 || this.status === 426;
  }

  get isLeaseOver(): boolean {
    return this.status === 409;
  }
}

/** How long a request may take, and who may give it up. */
export interface Patience {
  readonly ms: number;
  readonly signal?: AbortSignal;
}

/** What sends a request. */
export type LineFetch = (url: string, init?: RequestInit) => Promise<Response>;

export interface ServerLine {
  /** Sends and reads JSON. @throws ServerAway, ServerRefusal */
  ask<Answer>(
    method: 'GET' | 'POST',
    path: string,
    body: unknown,
    patience: Patience,
  ): Promise<Answer>;
  /** The same with a body that is JSON already. @throws ServerAway, ServerRefusal */
  askWith<Answer>(path: string, json: string, patience: Patience): Promise<Answer>;
  /** Reads bytes as they come. @throws ServerAway, ServerRefusal */
  read(path: string, patience: Patience): Promise<ReadableStream<Uint8Array>>;
  /** Sends a part of a file. @returns bytes of it that are there @throws ServerAway, ServerRefusal */
  send(path: string, part: Buffer, patience: Patience): Promise<number>;
}

/**
 * @param url address of the server
 * @param session what this worker proves itself by
 * @param fetch what sends requests: it knows whom to trust
 * @example openLine('https://millrace.example', token, session).ask('POST', '/workers/claim?wait=25', body, { ms: 40_000 })
 */
export function openLine(
  url: string,
  token: string,
  session: string,
  fetch: LineFetch = globalThis.fetch,
): ServerLine {
  const base = `${url.replace(/\/+$/, '')}${PREFIX}`;
  const headers = { authorization: `Bearer ${token}`, [WORKER_HEADER]: session };

  async function fetched(
    path: string,
    init: RequestInit,
    { ms, signal }: Patience,
  ): Promise<Response> {
    const giveUp = new AbortController();
    const end = (): void => giveUp.abort();
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end, { once: true });
    try {
      const response = await fetch(`${base}${path}`, { ...init, signal: giveUp.signal });
      if (response.ok) return response;
      const problem = await problemOf(response);
      if (response.status === 429 || response.status >= 500) throw new ServerAway(problem.title);
      throw new ServerRefusal(problem);
    } catch (error) {
      if (error instanceof ServerAway || error instanceof ServerRefusal) throw error;
      throw new ServerAway(reasonOf(error));
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
    }
  }

  async function bodyOf<Answer>(response: Response): Promise<Answer> {
    try {
      return (await response.json()) as Answer;
    } catch (error) {
      // The line was cut in the middle of the answer.
      throw new ServerAway(reasonOf(error));
    }
  }

  async function posted<Answer>(path: string, json: string, patience: Patience): Promise<Answer> {
    const init = {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: json,
    };
    return bodyOf(await fetched(path, init, patience));
  }

  return {
    async ask(method, path, body, patience) {
      if (body !== undefined) return posted(path, JSON.stringify(body), patience);
      return bodyOf(await fetched(path, { method, headers }, patience));
    },
    askWith: posted,
    async read(path, patience) {
      const { body } = await fetched(path, { headers }, patience);
      return body ?? new ReadableStream();
    },
    async send(path, part, patience) {
      const init = {
        method: 'PUT',
        headers: { ...headers, 'content-type': 'application/octet-stream' },
        body: new Uint8Array(part),
      };
      const response = await fetched(path, init, patience);
      return (await bodyOf<{ received: number }>(response)).received;
    },
  };
}

async function problemOf(response: Response): Promise<Problem> {
  const { status } = response;
  const otherwise = { type: 'about:blank', title: `HTTP ${status}`, status, code: '', fix: '' };
  try {
    return { ...otherwise, ...((await response.json()) as Partial<Problem>), status };
  } catch {
    return otherwise;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}
