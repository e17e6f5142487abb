/**
 * `engine.events`: events on buses.
 * @module
 */
import { checkPutEvents, type PutEventsEntry } from '../../events/envelope.js';
import type { EventBus, EventQuery } from '../features/bus/event-bus.js';
import { type EntryResult, putEntry } from '../features/bus/put-entries.js';
import { searchEvents } from '../features/bus/search-events.js';
import {
  checkEvent,
  type EventRecord,
  type NewEvent,
  type PutResult,
} from '../kernel/bus-event.js';
import type { DurableRequest } from '../kernel/durable-request.js';
import { EngineError } from '../kernel/errors.js';
import type { Kernel } from '../kernel/kernel.js';
import type { Page } from '../kernel/pages.js';
import { type OneTeam, type Scope, teamOf, teamsIn } from '../kernel/scope.js';
import { understood } from '../kernel/searches.js';

export interface EventCalls {
  /**
   * Puts events of a team on its bus. Answered when each is durable and what it starts exists.
   * Throws InvalidEvent before anything is stored.
   */
  put(scope: OneTeam, events: readonly NewEvent[]): Promise<PutResult[]>;
  /**
   * The same for entries as PutEvents has them: each is durable, or refused by itself.
   * Throws EventEntriesRefused for a request with too many or too large entries.
   */
  putEntries(scope: OneTeam, entries: readonly PutEventsEntry[]): Promise<EntryResult[]>;
  /** Those of the teams, in their order or the newest first. */
  list(scope: Scope, query: Omit<EventQuery, 'teams'>): Promise<EventRecord[]>;
  /**
   * What a search finds. `next` is the number to go on from, `below` or `after` it; behind `after` it is always there.
   * Throws InvalidSearch.
   */
  search(
    scope: Scope,
    query: Omit<EventQuery, 'teams'> & { q: string },
  ): Promise<Page<EventRecord>>;
}

export function eventCalls(
  kernel: Pick<Kernel, 'arns' | 'time' | 'random'>,
  bus: EventBus,
  request: DurableRequest,
): EventCalls {
  const put: EventCalls['put'] = async (scope, events) => {
    for (const event of events) checkEvent(event);
    return Promise.all(
      events.map((event) =>
        request<PutResult>((settle) => bus.putInput(event, teamOf(scope), settle)),
      ),
    );
  };
  return {
    put,
    async putEntries(scope, entries) {
      const refused = checkPutEvents(entries);
      if (refused) throw new EngineError('EventEntriesRefused', { problem: refused.message });
      const putOne = async (event: NewEvent): Promise<void> => void (await put(scope, [event]));
      return Promise.all(entries.map((entry) => putEntry(kernel, putOne, entry)));
    },
    search: (scope, { q, ...query }) =>
      searchEvents((of) => bus.show(of), understood(q, 'events', kernel.time.now()), {
        ...query,
        ...teamsOf(scope),
      }),
    list(scope, query) {
      return bus.show({ ...query, ...teamsOf(scope) });
    },
  };
}

function teamsOf(scope: Scope): Pick<EventQuery, 'teams'> {
  const teams = teamsIn(scope);
  return teams === undefined ? {} : { teams };
}
