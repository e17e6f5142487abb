/**
 * Live events by SSE: what the engine's feed publishes, numbered, with a memory of the latest so that a client that was
 * cut off goes on where it was (`Last-Event-ID`). One that was away too long gets `reset` and asks for everything anew.
 * @module
 */
import type { ServerResponse } from 'node:http';
import type { Engine, FeedChange } from '../engine/engine.js';
import { HttpError } from './errors.js';

const MEMORY = 5_000;
/** How long a client that was cut off may take to come back and miss nothing. */
const PATIENCE_MS = 60_000;
const HEARTBEAT_MS = 10_000;
const MAX_CLIENTS = 500;
/** A client that does not read is cut off when this much waits for it; it comes back and resumes. */
const MAX_BACKLOG_BYTES = 4 * 1024 * 1024;

export interface StreamFilter {
  execution?: string;
  pipeline?: string;
  /** Only changes of these types; all when absent. */
  types?: readonly FeedChange['type'][];
  teams: readonly string[] | undefined;
}

export interface EventStream {
  /** Writes events to a response until it closes. @throws HttpError TooManyRequests */
  serve(response: ServerResponse, filter: StreamFilter, lastEventId: string | undefined): void;
  close(): void;
}

interface Numbered {
  id: number;
  change: FeedChange;
}

/**
 * @param epoch distinguishes this run of the server: ids of an earlier run cannot be resumed
 */
export function createEventStream(engine: Engine, epoch: string): EventStream {
  const memory: Numbered[] = [];
  const clients = new Set<{ response: ServerResponse; filter: StreamFilter }>();
  let nextId = 1;

  let unsubscribe: (() => void) | undefined;
  let leaving: NodeJS.Timeout | undefined;

  /** Listens while somebody is there, and a little longer: an engine that nobody hears need not tell. */
  function listen(): void {
    clearTimeout(leaving);
    unsubscribe ??= engine.subscribe((change) => {
      const numbered = { id: nextId++, change };
      memory.push(numbered);
      if (memory.length > 2 * MEMORY) memory.splice(0, memory.length - MEMORY);
      for (const client of clients) send(client.response, numbered, client.filter);
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
    for (const client of clients) client.response.write('event: beat\ndata: {}\n\n');
  }, HEARTBEAT_MS);
  heartbeat.unref();

  function send(response: ServerResponse, { id, change }: Numbered, filter: StreamFilter): void {
    if (!matches(change, filter)) return;
    if (response.writableLength > MAX_BACKLOG_BYTES) {
      response.destroy();
      return;
    }
    response.write(
      `id: ${epoch}.${id}\nevent: ${change.type}\ndata: ${JSON.stringify(change)}\n\n`,
    );
  }

  return {
    serve(response, filter, lastEventId) {
      if (clients.size >= MAX_CLIENTS)
        throw new HttpError('TooManyRequests', { what: 'live connections' });
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
        connection: 'keep-alive',
      });
      listen();
      const [run, seen] = (lastEventId ?? '').split('.');
      const from = Number(seen);
      const oldest = memory[0]?.id ?? nextId;
      if (lastEventId === undefined) {
        response.write(`id: ${epoch}.${nextId - 1}\nevent: hello\ndata: {}\n\n`);
      } else if (run === epoch && Number.isSafeInteger(from) && from >= oldest - 1) {
        for (const numbered of memory) if (numbered.id > from) send(response, numbered, filter);
      } else {
        response.write(`id: ${epoch}.${nextId - 1}\nevent: reset\ndata: {}\n\n`);
      }
      const client = { response, filter };
      clients.add(client);
      response.on('close', () => {
        clients.delete(client);
        if (clients.size > 0) return;
        leaving = setTimeout(leave, PATIENCE_MS);
        leaving.unref();
      });
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

function matches(change: FeedChange, filter: StreamFilter): boolean {
  if (filter.teams !== undefined && !filter.teams.includes(change.team)) return false;
  if (filter.types !== undefined && !filter.types.includes(change.type)) return false;
  if (filter.pipeline !== undefined && filter.pipeline !== change.pipeline) return false;
  if (filter.execution === undefined) return true;
  return change.type !== 'pipeline' && change.execution === filter.execution;
}
