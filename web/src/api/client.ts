/**
 * Calls the REST API. A refusal arrives as a `Refusal` with the code, the text and the advice that the server gave.
 * @module
 */
import { PREFIX } from '../../../src/api/paths.js';
import type { Json } from './types.js';

/** A problem response (RFC 9457). */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  /** What to do about it. */
  readonly fix: string;

  constructor(problem: { status: number; code: string; title: string; fix: string }) {
    super(problem.title);
    this.name = 'Refusal';
    this.status = problem.status;
    this.code = problem.code;
    this.fix = problem.fix;
  }
}

/**
 * Reads from the API.
 * @param query a name with a list is asked for once for each of its values
 * @throws Refusal
 * @example await get<Page<Execution>>(PATHS.executions, { status: 'FAILED' })
 */
export async function get<Answer>(
  path: string,
  query: { [name: string]: string | number | readonly string[] | undefined } = {},
  signal?: AbortSignal,
): Promise<Answer> {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (Array.isArray(value)) for (const one of value) search.append(name, one);
    else if (value !== undefined && value !== '') search.set(name, String(value));
  }
  const text = search.size === 0 ? '' : `?${search}`;
  return await send<Answer>(`${PREFIX}${path}${text}`, signal === undefined ? {} : { signal });
}

/**
 * Changes something by the API.
 * @throws Refusal
 */
export async function post<Answer>(
  path: string,
  body: { [name: string]: Json },
  signal?: AbortSignal,
): Promise<Answer> {
  return await send<Answer>(PREFIX + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
}

/**
 * Takes something away by the API.
 * @throws Refusal
 */
export async function remove<Answer>(path: string): Promise<Answer> {
  return await send<Answer>(PREFIX + path, { method: 'DELETE' });
}

async function send<Answer>(address: string, init: RequestInit): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(address, {
      ...init,
      headers: { accept: 'application/json', ...init.headers },
    });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Refusal({
      status: 0,
      code: 'offline',
      title: 'The server does not answer.',
      fix: 'Is it running? Start it with `millrace up`; this page goes on by itself.',
    });
  }
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer as Answer;
  const { code, title, fix } = (answer ?? {}) as { code?: string; title?: string; fix?: string };
  throw new Refusal({
    status: response.status,
    code: code ?? String(response.status),
    title: title ?? `The server answered ${response.status}.`,
    fix: fix ?? 'Try again; look into the server log if it stays so.',
  });
}
