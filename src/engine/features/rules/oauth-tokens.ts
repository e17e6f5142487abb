/**
 * Tokens of OAuth connections, by client credentials (RFC 6749, section 4.4): asked for when one is needed, kept in memory
 * until shortly before they expire, and masked as long as they are good for anything.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateConnectionOAuthRequestParameters.html
 * @module
 */
import { type Pair, withQuery } from '../../../asl/http-request.js';
import { isObject, type Json, type JsonObject } from '../../../asl/json.js';
import type { ConnectionFailure } from '../../kernel/http-task.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { DestinationRequest } from '../../kernel/ports.js';
import { pairsOf } from './connection-secrets.js';

/** Milliseconds before its end in which a token is used no more, and for which one is kept that says nothing of its end. */
const BEFORE_END = 60_000;
const UNSAID = 300_000;
/** Tokens that are kept. */
const MOST = 1_000;

const INVALID = 'Events.ConnectionResource.InvalidConnectionState';
/** The server of tokens did not answer: another try may help. */
const UNREACHED = 'Events.ConnectionResource.InternalError';

type Answer = { token: string } | ConnectionFailure;

interface Kept {
  token: string;
  until: number;
}

export class OAuthTokens {
  readonly #kernel: Pick<Kernel, 'destinations' | 'secrets' | 'time'>;
  readonly #kept: Map<string, Kept> = new Map();
  /** What is being asked for: who comes meanwhile gets the same answer. */
  readonly #asked: Map<string, Promise<Answer>> = new Map();
  readonly #closing = new AbortController();

  constructor(kernel: Pick<Kernel, 'destinations' | 'secrets' | 'time'>) {
    this.#kernel = kernel;
  }

  /**
   * A token that is good. Never rejects.
   * @param key of the connection with its parameters
   * @param opened all of AuthParameters
   */
  async of(key: string, opened: JsonObject): Promise<Answer> {
    const kept = this.#kept.get(key);
    if (kept !== undefined && kept.until > this.#kernel.time.now()) return { token: kept.token };
    const under = this.#asked.get(key);
    if (under !== undefined) return under;
    const asking = this.#ask(key, opened).finally(() => this.#asked.delete(key));
    this.#asked.set(key, asking);
    return asking;
  }

  /** It was refused: the next one is asked for. */
  forget(key: string): void {
    this.#kept.delete(key);
  }

  close(): void {
    this.#closing.abort();
  }

  async #ask(key: string, opened: JsonObject): Promise<Answer> {
    const { destinations, secrets, time } = this.#kernel;
    const request = tokenRequest(opened);
    if (request === undefined || destinations === undefined) {
      const cause =
        request === undefined
          ? 'It has no valid AuthorizationEndpoint.'
          : 'This server sends nothing over the network.';
      return { error: INVALID, cause };
    }
    const askedAt = time.now();
    const answer = await destinations.ask(request, this.#closing.signal);
    if ('problem' in answer) {
      return { error: UNREACHED, cause: `No token was given. ${answer.problem}` };
    }
    const { status, body } = answer;
    const given = status >= 200 && status < 300 ? parsed(body) : undefined;
    const token = given?.access_token;
    if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) {
      const cause = `No token was given: the AuthorizationEndpoint answered ${status}.`;
      return { error: status >= 500 || status === 429 ? UNREACHED : INVALID, cause };
    }
    secrets.declare(token);
    const seconds = Number(given?.expires_in);
    const lasts = seconds > 0 ? seconds * 1_000 - BEFORE_END : UNSAID;
    if (this.#kept.size >= MOST) this.#kept.clear();
    if (lasts > 0) this.#kept.set(key, { token, until: askedAt + lasts });
    return { token };
  }
}

function parsed(body: string): JsonObject | undefined {
  try {
    const value = JSON.parse(body) as Json;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** As a form in its body, or behind the address where the method has none. */
function tokenRequest({ OAuthParameters }: JsonObject): DestinationRequest | undefined {
  const { ClientParameters, AuthorizationEndpoint, HttpMethod, OAuthHttpParameters } =
    (OAuthParameters ?? {}) as JsonObject;
  const { ClientID, ClientSecret } = (ClientParameters ?? {}) as JsonObject;
  const more = (OAuthHttpParameters ?? {}) as JsonObject;
  const fields = new Map<string, string>([
    ['grant_type', 'client_credentials'],
    ['client_id', String(ClientID ?? '')],
    ['client_secret', String(ClientSecret ?? '')],
    ...pairsOf(more.BodyParameters),
  ]);
  const method = String(HttpMethod ?? 'POST');
  const form: Pair[] = [...fields];
  const query = [...pairsOf(more.QueryStringParameters), ...(method === 'GET' ? form : [])];
  const url = withQuery(String(AuthorizationEndpoint), query);
  if (!URL.canParse(url)) return undefined;
  const body = method === 'GET' ? undefined : withQuery('', form).slice(1);
  const headers: { [name: string]: string } = {
    accept: 'application/json',
    'user-agent': 'millrace',
  };
  for (const [name, value] of pairsOf(more.HeaderParameters)) headers[name.toLowerCase()] = value;
  if (body !== undefined) {
    headers['content-type'] ??= 'application/x-www-form-urlencoded';
    headers['content-length'] = String(Buffer.byteLength(body));
  }
  return { url, method, headers, body };
}
