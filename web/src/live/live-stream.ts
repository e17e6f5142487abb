/**
 * The tab's one connection to the live events.
 *
 *     connecting ──hello──▶ live ──20 s of silence──▶ stale
 *         ▲                  │                          │
 *         └──── cut off ─────┴───── hears something ────┘ (live again)
 *
 * The browser reconnects by itself and says where it was (`Last-Event-ID`); the server repeats what was missed, or says
 * `reset` when that is too long ago. Changes are handed on in batches, at most every 250 ms. A hidden tab hangs up after
 * half a minute, because a browser keeps at most six connections to a server open.
 * @module
 */
import type { LiveChange } from '../api/types.js';

export type LiveState = 'connecting' | 'live' | 'stale' | 'paused';

/** What the page shown wants to hear. */
export interface LiveFilter {
  execution?: string;
  types?: readonly LiveChange['type'][];
}

export interface LiveStream {
  /** Listens with this filter from now on; an unchanged one changes nothing. */
  watch(filter: LiveFilter): void;
  state(): LiveState;
  onState(listener: () => void): () => void;
  /** Hears changes in batches. */
  onChanges(listener: (changes: readonly LiveChange[]) => void): () => void;
  /** Called when something may have been missed: everything is to be asked for anew. */
  onReset(listener: () => void): () => void;
}

const BATCH_MS = 250;
const STALE_AFTER_MS = 20_000;
const CHECK_MS = 2_000;
const HIDDEN_MS = 30_000;
const RETRY_MS = 5_000;
const TYPES: readonly LiveChange['type'][] = [
  'execution',
  'history',
  'log',
  'pipeline',
  'incident',
];

/** @param address of the event stream, such as `/api/v1/events` */
export function createLiveStream(address: string): LiveStream {
  const stateListeners = new Set<() => void>();
  const changeListeners = new Set<(changes: readonly LiveChange[]) => void>();
  const resetListeners = new Set<() => void>();
  let source: EventSource | undefined;
  let query: string | undefined;
  let current: LiveState = 'connecting';
  let heardAt = 0;
  let waiting: LiveChange[] = [];
  let batch: number | undefined;
  let retry: number | undefined;
  let hangUp: number | undefined;

  function become(next: LiveState): void {
    if (next === current) return;
    current = next;
    for (const listener of stateListeners) listener();
  }

  function hear(): void {
    heardAt = Date.now();
    become('live');
  }

  function reset(): void {
    for (const listener of resetListeners) listener();
  }

  function flush(): void {
    batch = undefined;
    const changes = waiting;
    waiting = [];
    for (const listener of changeListeners) listener(changes);
  }

  function connect(): void {
    window.clearTimeout(retry);
    source?.close();
    const opened = new EventSource(`${address}${query ?? ''}`);
    source = opened;
    opened.addEventListener('hello', () => {
      hear();
      // What happened between the page's own questions and this moment was told to nobody.
      reset();
    });
    opened.addEventListener('reset', () => {
      hear();
      reset();
    });
    opened.addEventListener('beat', hear);
    for (const type of TYPES) {
      opened.addEventListener(type, (event) => {
        hear();
        waiting.push(JSON.parse((event as MessageEvent<string>).data) as LiveChange);
        if (batch === undefined) batch = window.setTimeout(flush, BATCH_MS);
      });
    }
    opened.onerror = () => {
      become('connecting');
      // Closed for good: the server refused. The browser does not try again by itself.
      if (opened.readyState === EventSource.CLOSED) retry = window.setTimeout(connect, RETRY_MS);
    };
  }

  window.setInterval(() => {
    if (current === 'live' && Date.now() - heardAt > STALE_AFTER_MS) become('stale');
  }, CHECK_MS);

  document.addEventListener('visibilitychange', () => {
    window.clearTimeout(hangUp);
    if (document.hidden) {
      hangUp = window.setTimeout(() => {
        window.clearTimeout(retry);
        source?.close();
        become('paused');
      }, HIDDEN_MS);
    } else if (current === 'paused') {
      become('connecting');
      connect();
    }
  });

  return {
    watch(filter) {
      const search = new URLSearchParams();
      if (filter.execution !== undefined) search.set('execution', filter.execution);
      if (filter.types !== undefined) search.set('types', filter.types.join(','));
      const wanted = search.size === 0 ? '' : `?${search}`;
      if (wanted === query) return;
      query = wanted;
      if (current !== 'paused') connect();
    },
    state: () => current,
    onState: (listener) => added(stateListeners, listener),
    onChanges: (listener) => added(changeListeners, listener),
    onReset: (listener) => added(resetListeners, listener),
  };
}

function added<Entry>(entries: Set<Entry>, entry: Entry): () => void {
  entries.add(entry);
  return () => {
    entries.delete(entry);
  };
}
