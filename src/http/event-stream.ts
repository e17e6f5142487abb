/**
 * Live events by SSE: what the engine's feed publishes, numbered, with a memory of the latest so that a client that was
 * cut off goes on where it was (`Last-Event-ID`). One that was away too long gets `reset` and asks for everything anew.
 * @module
 */
import type { ServerResponse } from 'node:http';
import type { Engine, FeedChange } from '../engine/engine.js';
import { EVERYTHING, sees, teamsIn } from '../engine/kernel/scope.js';
import { textsIn } from '../search/json-texts.js';
import { matches as matchesQuery } from '../search/matches.js';
import type { SearchQuery } from '../search/query.js';
import type { Principal } from './authorize.js';
import { HttpError } from './errors.js';

const MEMORY = 5_000;
/** How long a client that was cut off may take to come back and miss nothing. */
const PATIENCE_MS = 60_000;
const HEARTBEAT_MS = 10_000;
/** Streams of the server, of one token, and of those who see a team. */
const MAX_CLIENTS = 500;
const MAX_OF_TOKEN = 50;
const MAX_OF_TEAM = 200;
/** A client that does not read is cut off when this much waits for it; it comes back and resumes. */
const MAX_BACKLOG_BYTES = 4 * 1024 * 1024;

export interface StreamFilter {
  execution?: string;
  pipeline?: string;
  /** Only changes of these types; all when absent. */
  types?: readonly FeedChange['type'][];
  /** Of log lines only those that this search finds. */
  lines?: SearchQuery;
}

export interface EventStream {
  /** @throws HttpError TooManyRequests when there is no room for another stream of this principal */
  expectRoom(principal: Principal): void;
  /** Writes events to a response until it closes, or its token ends. */
  serve(
    response: ServerResponse,
    principal: Principal,
    filter: StreamFilter,
    lastEventId: string | undefined,
  ): void;
  /** Ends the streams of a token, by its hash. */
  end(token: string): void;
  close(): void;
}

interface Client {
  response: ServerResponse;
  principal: Principal;
  filter: StreamFilter;
}

interface Numbered {
  id: number;
  change: FeedChange;
}

export interface EventStreamOptions {
  /** Distinguishes this run of the server: ids of an earlier run cannot be resumed. */
  epoch: string;
  /** Milliseconds since the epoch. */
  now: () => number;
}

export function createEventStream(engine: Engine, { epoch, now }: EventStreamOptions): EventStream {
  const memory: Numbered[] = [];
  const clients = new Set<Client>();
  let nextId = 1;

  let unsubscribe: (() => void) | undefined;
  let leaving: NodeJS.Timeout | undefined;

  /** Listens while somebody is there, and a little longer: an engine that nobody hears need not tell. */
  function listen(): void {
    clearTimeout(leaving);
    // One ear for all clients; each is told what its own scope sees.
    unsubscribe ??= engine.executions.subscribe(EVERYTHING, (change) => {
      const numbered = { id: nextId++, change };
      memory.push(numbered);
      if (memory.length > 2 * MEMORY) memory.splice(0, memory.length - MEMORY);
      for (const client of clients) send(client, numbered);
    });
  }

  function leave(): void {
    unsubscribe?.();
    unsubscribe = undefined;
    memory.length = 0;
    // Whoever comes back now has missed something: the number that would say so is left out.
    nextId += 1;
  }

  const heartbeat = setInterval(() => {
    // An event and not a comment: EventSource hides comments, and a page could not tell silence from a dead connection.
    for (const client of clients) {
      if (!hasExpired(client)) client.response.write('event: beat\ndata: {}\n\n');
    }
  }, HEARTBEAT_MS);
  heartbeat.unref();

  /** Ends the stream of a token whose time is over. */
  function hasExpired({ principal, response }: Client): boolean {
    if (principal.expiresAt === undefined || principal.expiresAt > now()) return false;
    response.end();
    return true;
  }

  function count(counts: (principal: Principal) => boolean): number {
    let found = 0;
    for (const { principal } of clients) if (counts(principal)) found += 1;
    return found;
  }

  function send(client: Client, { id, change }: Numbered): void {
    const { response, filter, principal } = client;
    const isHeard = sees(principal.scope, change.team) && matches(change, filter);
    const told = isHeard ? withLines(change, filter) : undefined;
    if (told === undefined || hasExpired(client)) return;
    if (response.writableLength > MAX_BACKLOG_BYTES) {
      response.destroy();
      return;
    }
    response.write(`id: ${epoch}.${id}\nevent: ${change.type}\ndata: ${JSON.stringify(told)}\n\n`);
  }

  return {
    expectRoom({ token, scope }) {
      const full = (what: string): never => {
        throw new HttpError('TooManyRequests', { what });
      };
      if (clients.size >= MAX_CLIENTS) full('live connections');
      if (count((other) => other.token === token) >= MAX_OF_TOKEN) {
        full('live connections of this token');
      }
      for (const team of teamsIn(scope) ?? []) {
        const isOfTeam = (other: Principal): boolean =>
          other.scope !== EVERYTHING && sees(other.scope, team);
        if (count(isOfTeam) >= MAX_OF_TEAM) full('live connections of this team');
      }
    },
    serve(response, principal, filter, lastEventId) {
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
        connection: 'keep-alive',
      });
      listen();
      const client = { response, principal, filter };
      const [run, seen] = (lastEventId ?? '').split('.');
      const from = Number(seen);
      const oldest = memory[0]?.id ?? nextId;
      if (lastEventId === undefined) {
        response.write(`id: ${epoch}.${nextId - 1}\nevent: hello\ndata: {}\n\n`);
      } else if (run === epoch && Number.isSafeInteger(from) && from >= oldest - 1) {
        for (const numbered of memory) if (numbered.id > from) send(client, numbered);
      } else {
        response.write(`id: ${epoch}.${nextId - 1}\nevent: reset\ndata: {}\n\n`);
      }
      clients.add(client);
      response.on('close', () => {
        clients.delete(client);
        if (clients.size > 0) return;
        leaving = setTimeout(leave, PATIENCE_MS);
        leaving.unref();
      });
    },
    end(token) {
      for (const { principal, response } of clients) if (principal.token === token) response.end();
    },
    close() {
      clearTimeout(leaving);
      leave();
      clearInterval(heartbeat);
      for (const { response } of clients) response.end();
      clients.clear();
    },
  };
}

/** The change with the lines that are asked for; undefined when none of its lines is. */
function withLines(change: FeedChange, { lines: query }: StreamFilter): FeedChange | undefined {
  if (query === undefined || change.type !== 'log') return change;
  const { execution, number, pipeline, team } = change;
  const lines = change.lines.filter(({ at, state, attempt, stream, level, ...line }) =>
    matchesQuery(query, {
      tags: line.tags,
      values: {
        ...{ time: at, state, attempt, stream, level, message: line.message, pipeline, team },
        execution: [execution, `${number}`, `#${number}`],
      },
      text: line.fields === undefined ? [line.message] : [line.message, ...textsIn(line.fields)],
      members: line.fields,
    }),
  );
  return lines.length === 0 ? undefined : { ...change, lines };
}

function matches(change: FeedChange, filter: StreamFilter): boolean {
  if (filter.types !== undefined && !filter.types.includes(change.type)) return false;
  if (filter.pipeline !== undefined && filter.pipeline !== change.pipeline) return false;
  if (filter.execution === undefined) return true;
  return 'execution' in change && change.execution === filter.execution;
}
