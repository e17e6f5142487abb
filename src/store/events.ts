/**
 * Tables `events` (everything that was put on a bus, in order) and `trigger_states` (what triggers remember).
 * @module
 */
import type { JsonObject } from '../asl/json.js';
import { fromJson, integer, text, toJson } from './columns.js';
import type { Driver, Row, SqlValue } from './driver.js';
import { distinctValues, mergedNumbers, type Range, rowsOf } from './merged-ranges.js';
import type { EventQuery, EventRecord, SynchronousStore, TriggerStateRecord } from './store.js';

type EventQueries = Pick<
  SynchronousStore,
  'lastEventNumber' | 'findEvent' | 'listEvents' | 'listTriggerStates'
> & {
  appendEvent(event: EventRecord): void;
  putTriggerState(state: TriggerStateRecord): void;
};

export function eventQueries(driver: Driver): EventQueries {
  const insert = driver.prepare(
    `INSERT INTO events (number, bus, id, team, source, detail_type, stored_at, envelope, matched)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const last = driver.prepare('SELECT MAX(number) AS number FROM events');
  const byId = driver.prepare('SELECT * FROM events WHERE team = ? AND bus = ? AND id = ?');
  const put = driver.prepare(
    `INSERT INTO trigger_states (team, pipeline, kind, state) VALUES (?, ?, ?, ?)
     ON CONFLICT (team, pipeline, kind) DO UPDATE SET state = excluded.state`,
  );
  const states = driver.prepare('SELECT * FROM trigger_states ORDER BY team, pipeline, kind');
  return {
    appendEvent: (event) =>
      void insert.run(
        event.number,
        event.bus,
        event.id,
        event.team,
        event.source,
        event.detailType,
        event.storedAt,
        toJson(event.envelope),
        toJson(
          event.batched === undefined
            ? event.matched
            : { started: event.matched, batched: event.batched },
        ),
      ),
    putTriggerState: ({ team, pipeline, kind, state }) =>
      void put.run(team, pipeline, kind, toJson(state)),
    lastEventNumber: () => Number(last.get()?.number ?? 0),
    findEvent(team, bus, id) {
      const row = byId.get(team, bus, id);
      return row && toEvent(row);
    },
    listEvents(query) {
      const { after, below, limit } = query;
      const order = after === undefined ? 'descending' : 'ascending';
      const ranges = rangesOf(driver, query);
      const beyond = order === 'ascending' ? after : below;
      const numbers = mergedNumbers(driver, ranges, order, beyond, limit);
      const within = numbers.filter((number) => below === undefined || number < below);
      return rowsOf(driver, 'events', within, toEvent);
    },
    listTriggerStates: () =>
      states.all().map((row) => ({
        team: text(row, 'team'),
        pipeline: text(row, 'pipeline'),
        kind: text(row, 'kind'),
        state: fromJson<JsonObject>(row.state),
      })),
  };
}

/** For each team each bus, or the whole table. */
function rangesOf(driver: Driver, { bus, teams }: EventQuery): Range[] {
  if (bus === undefined && teams === undefined) {
    return [{ table: 'events', where: '1 = 1', values: [] }];
  }
  const different = (column: string, where: string, values: SqlValue[]): string[] =>
    distinctValues(driver, { table: 'events', column, where, values });
  return [...new Set(teams ?? different('team', '1 = 1', []))].flatMap((team) => {
    const buses = bus === undefined ? different('bus', 'team = ?', [team]) : [bus];
    return buses.map((name) => ({
      table: 'events',
      where: 'team = ? AND bus = ?',
      values: [team, name],
    }));
  });
}

function toEvent(row: Row): EventRecord {
  const matched = fromJson<string[] | { started: string[]; batched: string[] }>(row.matched);
  return {
    number: integer(row, 'number'),
    bus: text(row, 'bus'),
    id: text(row, 'id'),
    team: text(row, 'team'),
    source: text(row, 'source'),
    detailType: text(row, 'detail_type'),
    storedAt: integer(row, 'stored_at'),
    envelope: fromJson<JsonObject>(row.envelope),
    ...(Array.isArray(matched)
      ? { matched }
      : { matched: matched.started, batched: matched.batched }),
  };
}
