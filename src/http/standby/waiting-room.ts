/**
 * What a server that stands by answers: it hands every request to the one that is active, and its answer back, as it comes. So
 * every address of a cluster serves all: API, console, streams, the AWS API.
 *
 * Nothing is judged here: who may do what says the active server, of the request as it was sent. It must know the host names under
 * which this one is addressed (`--allow-host`); a signature of AWS's holds the name as well.
 *
 *     nobody is active, or it does not answer ──▶ 503, Retry-After: 1
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import { type AddressInfo, isIP, type Socket } from 'node:net';
import { hostname } from 'node:os';
import type { StandbyOptions } from '../../store/postgres/leadership.js';
import { HttpError } from '../errors.js';
import { problemOf } from '../problem.js';
import type { CertificateFacts } from '../tls/read-pair.js';
import { addressOf } from '../tls/server-tls.js';
import type { TlsDesk } from '../tls/tls-desk.js';

export interface WaitingRoom {
  readonly port: number;
  /** From now on requests go there; undefined: nobody is active. */
  forwardTo(url: string | undefined): void;
  /** Ends what is under way, and gives the port back. */
  close(): Promise<void>;
}

/** Headers of one connection, which are not handed on (RFC 9110, 7.6.1). */
const OF_THE_CONNECTION = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** How it is named among those through whom a request came (RFC 9110, 7.6.3). */
const SELF = 'millrace-standby';
/** Milliseconds for the active server to take a connection. */
const CONNECTING = 3_000;

/** Where it listens, and how. */
export interface WaitingRoomOptions {
  readonly host: string;
  readonly port: number;
  /** Speaks TLS. Default: HTTP without it. */
  readonly tls?: Pick<TlsDesk, 'createServer'> | undefined;
  /** PEM file of authorities by which an active server that speaks TLS is trusted. Default: those that Node.js knows. */
  readonly authorities?: string | undefined;
}

/** @example const room = await openWaitingRoom({ host: '127.0.0.1', port: 7350 }); room.forwardTo('http://10.0.0.7:7350'); */
export async function openWaitingRoom({
  host,
  port,
  tls,
  authorities,
}: WaitingRoomOptions): Promise<WaitingRoom> {
  let active: URL | undefined;
  const sockets = new Set<Socket>();
  const agents = {
    'http:': new http.Agent({ keepAlive: true, maxSockets: 500 }),
    'https:': new https.Agent({
      ...{ keepAlive: true, maxSockets: 500 },
      ...(authorities === undefined ? {} : { ca: readFileSync(authorities) }),
    }),
  };
  const answer: http.RequestListener = (request, response) => {
    if (active === undefined) return refuse(request, response, 'no server is active yet');
    // Servers that know each other by a wrong address would hand it round for ever.
    if (request.headers.via?.includes(SELF) === true) {
      return refuse(request, response, 'what another one handed to it is not handed on');
    }
    forward(
      request,
      response,
      active,
      active.protocol === 'https:' ? agents['https:'] : agents['http:'],
    );
  };
  const server = tls === undefined ? http.createServer(answer) : tls.createServer(answer);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  // As the server itself: a reader that sends its request slowly holds one connection, and not for ever.
  server.requestTimeout = 60_000;
  server.headersTimeout = 20_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => resolve());
  });
  return {
    port: (server.address() as AddressInfo).port,
    forwardTo(url) {
      active = url === undefined ? undefined : new URL(url);
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      for (const agent of Object.values(agents)) agent.destroy();
      await closed;
    },
  };
}

/**
 * Where others reach a server that listens there: on all addresses, by the name of the machine.
 * @param certificate with TLS: it is reached by a name that this is for
 * @example peerAddress('::1', 7350, undefined) // 'http://[::1]:7350'
 */
export function peerAddress(
  host: string,
  port: number,
  certificate: Pick<CertificateFacts, 'names'> | undefined,
): string {
  return addressOf(host === '0.0.0.0' || host === '::' ? hostname() : host, port, certificate);
}

/** How a server waits for its turn: whoever asks meanwhile is answered by the one that is active. */
export function waitingIn(room: WaitingRoom | undefined, standby: StandbyOptions): StandbyOptions {
  return {
    signal: standby.signal,
    onWaiting(leader) {
      room?.forwardTo(leader?.url);
      standby.onWaiting(leader);
    },
  };
}

function forward(
  request: IncomingMessage,
  response: ServerResponse,
  active: URL,
  agent: http.Agent,
): void {
  const { request: send } = active.protocol === 'https:' ? https : http;
  const hostname = active.hostname.replace(/^\[|\]$/g, '');
  const passed = send({
    agent,
    protocol: active.protocol,
    hostname,
    // Whom it is meant for, and not the name in `Host`, which is that of the one who asks.
    servername: isIP(hostname) === 0 ? hostname : '',
    port: active.port,
    method: request.method,
    path: request.url,
    headers: handedOn(request),
    setHost: false,
  });
  const connecting = setTimeout(() => passed.destroy(new Error('it does not answer')), CONNECTING);
  passed.once('socket', (socket) => {
    const taken = (): void => clearTimeout(connecting);
    if (socket.connecting) socket.once('connect', taken);
    else taken();
  });
  passed.once('response', (answer) => {
    const headers = Object.entries(answer.headers).filter(([name]) => !OF_THE_CONNECTION.has(name));
    response.writeHead(answer.statusCode ?? 502, Object.fromEntries(headers));
    answer.pipe(response);
    // A stream that breaks off must not look as if it had ended.
    answer.once('error', () => response.destroy());
    answer.once('aborted', () => response.destroy());
  });
  passed.once('error', () => {
    clearTimeout(connecting);
    if (response.headersSent) response.destroy();
    else refuse(request, response, 'the active server does not answer; another one takes over');
  });
  response.once('close', () => passed.destroy());
  request.pipe(passed);
}

/** With whom it is for: what was said of that before is not believed. */
function handedOn(request: IncomingMessage): http.OutgoingHttpHeaders {
  const kept = Object.entries(request.headers).filter(([name]) => !OF_THE_CONNECTION.has(name));
  return {
    ...Object.fromEntries(kept),
    // Its length is not known, as before.
    ...(request.headers['transfer-encoding'] === undefined
      ? {}
      : { 'transfer-encoding': 'chunked' }),
    via: `${request.headers.via === undefined ? '' : `${request.headers.via}, `}1.1 ${SELF}`,
    'x-forwarded-for': request.socket.remoteAddress ?? 'unknown',
    'x-forwarded-proto': 'encrypted' in request.socket ? 'https' : 'http',
  };
}

function refuse(request: IncomingMessage, response: ServerResponse, problem: string): void {
  // What is left of it is not read; a connection with an unread body cannot be used again.
  request.resume();
  const answer = problemOf(new HttpError('StandingBy', { problem }));
  response.writeHead(answer.status, {
    'content-type': 'application/problem+json',
    'retry-after': '1',
  });
  response.end(JSON.stringify(answer));
}
