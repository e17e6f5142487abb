/**
 * The live feed: every committed change, told to whoever listens in this process (SSE, the CLI's progress, tests).
 *
 * A change is published only after its commit, in commit order, and never again. A listener that throws is dropped:
 * the feed must not disturb the engine.
 * @module
 */
import type { FeedChange } from './feed-change.js';
import type { Sink } from './ports.js';
import { type Scope, sees } from './scope.js';

export type { FeedChange } from './feed-change.js';

/** Restricts a subscription; a field left out matches everything. */
export interface FeedFilter {
  /** Execution id. */
  execution?: string;
  pipeline?: string;
  types?: readonly FeedChange['type'][];
}

export interface Feed extends Sink {
  /** Hears matching changes that the scope sees until the answer is called. */
  subscribe(scope: Scope, listener: (change: FeedChange) => void, filter?: FeedFilter): () => void;
  /** True when nobody listens, so that changes need not be built. */
  idle(): boolean;
}

/** Creates a feed without listeners. */
export function createFeed(): Feed {
  const listeners = new Set<{
    hear: (change: FeedChange) => void;
    scope: Scope;
    filter: FeedFilter;
  }>();
  return {
    subscribe(scope, hear, filter = {}) {
      const entry = { hear, scope, filter };
      listeners.add(entry);
      return () => {
        listeners.delete(entry);
      };
    },
    idle: () => listeners.size === 0,
    publish(changes) {
      for (const entry of [...listeners]) {
        try {
          for (const change of changes) {
            if (sees(entry.scope, change.team) && matches(change, entry.filter)) entry.hear(change);
          }
        } catch {
          listeners.delete(entry);
        }
      }
    },
  };
}

function matches(change: FeedChange, filter: FeedFilter): boolean {
  if (filter.types && !filter.types.includes(change.type)) return false;
  if (filter.pipeline !== undefined && filter.pipeline !== change.pipeline) return false;
  if (filter.execution === undefined) return true;
  return 'execution' in change && change.execution === filter.execution;
}
