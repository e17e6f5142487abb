/**
 * How commands know that a server which speaks TLS is the right one:
 *
 *     named by hand ──▶ authorities that Node.js knows (NODE_EXTRA_CA_CERTS adds some)
 *          └─ with --ca-file ──▶ those in the file, and no others
 *     found by the file in its data folder ──▶ the very certificates that the file tells
 *
 * Node's `fetch` takes no authorities, so that requests which need some go out by `node:https`. Nothing is sent before it is known who
 * answers.
 * @module
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { type Duplex, Readable } from 'node:stream';
import tls from 'node:tls';
import { EXIT } from './exit-codes.js';
import { CommandFailure } from './failure.js';

/** Whom to trust. */
export type ServerTrust =
  | { readonly type: 'known authorities' }
  /** PEM texts. */
  | { readonly type: 'these authorities'; readonly pem: string }
  /** SHA-256 of certificates, and where the server is from this machine. */
  | {
      readonly type: 'these certificates';
      readonly host: string;
      readonly fingerprints: readonly string[];
    };

/** What somebody who asks a server needs of `fetch`. */
export type ServerFetch = (url: string, init?: RequestInit) => Promise<Response>;

/** Milliseconds for an answer that only says who it is. */
const PATIENCE = 5_000;
const LARGEST = 4 * 1024 * 1024;
/** Requests at a time on connections of their own; a worker has as many as it has slots, and some. */
const MOST_SOCKETS = 256;

/**
 * Reads authorities.
 * @throws CommandFailure MILL5520
 */
export function authoritiesIn(file: string): ServerTrust {
  let problem: string;
  try {
    const pem = readFileSync(file, 'utf8');
    if (pem.length > LARGEST) throw new Error('it is larger than 4 MiB');
    const texts = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    if (texts.length === 0) throw new Error('no PEM text of one is in it');
    for (const text of texts) new X509Certificate(text);
    return { type: 'these authorities', pem };
  } catch (error) {
    problem = (error as Error).message;
  }
  throw new CommandFailure(`There are no certificates of authorities in ${file}: ${problem}`, {
    exitCode: EXIT.usage,
    code: 'MILL5520',
    fix: 'Name a PEM file with --ca-file (or MILLRACE_CA_FILE).',
  });
}

/** @example fetchFrom({ type: 'known authorities' })('https://millrace.example/api/v1/health') */
export function fetchFrom(trust: ServerTrust): ServerFetch {
  if (trust.type === 'known authorities') return (url, init) => fetch(url, init);
  const agent =
    trust.type === 'these authorities'
      ? new https.Agent({ keepAlive: true, maxSockets: MOST_SOCKETS, ca: trust.pem })
      : new PinnedAgent(trust.host, new Set(trust.fingerprints));
  return (url, init) => (url.startsWith('https:') ? sent(agent, url, init) : fetch(url, init));
}

/** Connects to where the server is, whatever its name, and takes no other certificate. */
class PinnedAgent extends https.Agent {
  readonly #host: string;
  readonly #fingerprints: ReadonlySet<string>;

  constructor(host: string, fingerprints: ReadonlySet<string>) {
    super({ keepAlive: true, maxSockets: MOST_SOCKETS });
    this.#host = host;
    this.#fingerprints = fingerprints;
  }

  override createConnection(
    { port }: https.RequestOptions,
    done: (error: Error | null, socket: Duplex) => void = () => undefined,
  ): undefined {
    // Judged below, by more than an authority could say.
    const socket = tls.connect({ host: this.#host, port: Number(port), rejectUnauthorized: false });
    // What comes after is told to the request, which has the socket by then.
    const fail = (error: Error): void => done(error, socket);
    socket.once('error', fail);
    socket.once('secureConnect', () => {
      socket.removeListener('error', fail);
      const shown = socket
        .getPeerX509Certificate()
        ?.fingerprint256.replaceAll(':', '')
        .toLowerCase();
      if (shown !== undefined && this.#fingerprints.has(shown)) return done(null, socket);
      const error: NodeJS.ErrnoException = new Error('it shows another certificate');
      error.code = ANOTHER;
      socket.on('error', () => undefined);
      socket.destroy();
      done(error, socket);
    });
  }
}

const ANOTHER = 'MILLRACE_OTHER_CERTIFICATE';

function sent(agent: https.Agent, url: string, init: RequestInit = {}): Promise<Response> {
  const { method = 'GET', headers, body, signal } = init;
  return new Promise((resolve, reject) => {
    const request = https.request(
      url,
      {
        ...{ agent, method, headers: Object.fromEntries(new Headers(headers)) },
        ...(signal ? { signal } : {}),
      },
      (answer) => {
        const { statusCode: status = 0, statusMessage: statusText = '' } = answer;
        const given = new Headers();
        for (let at = 0; at < answer.rawHeaders.length; at += 2) {
          given.append(answer.rawHeaders[at] ?? '', answer.rawHeaders[at + 1] ?? '');
        }
        const respond = (content: ReadableStream | Buffer | null): void =>
          resolve(new Response(content, { status, statusText, headers: given }));
        const isEmpty = status === 204 || status === 304;
        // What is not awaited may be read later, or never; then it must not hold the process.
        if (!isEmpty && !/json/.test(answer.headers['content-type'] ?? '')) {
          return respond(Readable.toWeb(answer) as ReadableStream);
        }
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.once('error', reject);
        answer.once('end', () => respond(isEmpty ? null : Buffer.concat(parts)));
      },
    );
    request.once('error', reject);
    request.end(body ?? undefined);
  });
}

/** Of Node.js and OpenSSL: a certificate that nobody known has signed, that is for another name, or whose time is over. */
const UNTRUSTED =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|CERT_\w+|ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH_EXCEEDED)$/;

/**
 * Why a request came to nothing, when it is TLS; undefined: for another reason.
 * @param error what `fetch` threw
 */
export function trustFailure(error: unknown, base: string): CommandFailure | undefined {
  const { code = '', message } = causeOf(error);
  if (code === ANOTHER) {
    return new CommandFailure(`At ${base} answers another server than that of this data folder.`, {
      exitCode: EXIT.unreachable,
      code: 'MILL5522',
      fix: 'Look at what listens there. If the certificate was renewed just now, try again.',
    });
  }
  if (UNTRUSTED.test(code)) {
    return new CommandFailure(`The certificate of ${base} is not trusted: ${message}.`, {
      exitCode: EXIT.unreachable,
      code: 'MILL5521',
      fix: 'Name the authority that has signed it with --ca-file (or MILLRACE_CA_FILE), and use a name that the certificate is for.',
    });
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) {
    return new CommandFailure(
      `The server at ${base} does not speak TLS as it should: ${message}.`,
      {
        exitCode: EXIT.unreachable,
        code: 'MILL5523',
        fix: 'Use an address that begins with http://, or start the server with --tls-cert and --tls-key.',
      },
    );
  }
  return undefined;
}

/**
 * Asks once, for those who would otherwise ask for ever: whoever is not trusted now will not be later. One that does not answer may.
 * @throws CommandFailure MILL5521, MILL5522, MILL5523
 */
export async function expectTrusted(fetch: ServerFetch, base: string): Promise<void> {
  try {
    await (await fetch(base, { signal: AbortSignal.timeout(PATIENCE) })).body?.cancel();
  } catch (error) {
    const failure = trustFailure(error, base);
    if (failure !== undefined) throw failure;
  }
}

/** `fetch` hides what happened one level down. */
function causeOf(error: unknown): { code?: string; message: string } {
  const { cause } = error as { cause?: unknown };
  const told = cause instanceof Error ? cause : error instanceof Error ? error : undefined;
  const { code } = (told ?? {}) as { code?: string };
  // OpenSSL's own say where in its sources it was.
  const message = (told?.message ?? String(error)).replace(/^[0-9A-F]+:error:\w+:([^:]*:)*/i, '');
  return { ...(code === undefined ? {} : { code }), message: message.trim().split('\n')[0] ?? '' };
}
