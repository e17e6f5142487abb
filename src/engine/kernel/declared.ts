/**
 * Resources of one kind that clients have declared: in memory for reading, in the store for good.
 *
 * A change is seen at once and written with its turn. When the turn cannot be committed, what was there before is put back.
 * @module
 */
import type { Json, JsonObject } from '../../asl/json.js';
import type { Store } from '../../store/store.js';
import { defineTable, type Table } from '../../store/table.js';
import type { Turn } from './turn.js';
import { TurnMap } from './turn-memory.js';

export interface Found<Value> {
  team: string;
  name: string;
  value: Value;
}

/** A row of a declared resource. */
export interface DeclaredRow {
  team: string;
  /** Unique among the team's resources of the kind. */
  name: string;
  record: JsonObject;
}

/**
 * The table of one kind of resource.
 * @param earlier what the kind was called when all kinds lay in one table
 * @example const ARCHIVES = declaredTable('event_archives', 'event-archive');
 */
export function declaredTable(
  name: string,
  earlier?: string,
  sealing: 'secrets' | 'itself' = 'secrets',
): Table<DeclaredRow> {
  return defineTable<DeclaredRow>({
    name,
    columns: { team: 'text', name: 'text', record: 'json' },
    key: ['team', 'name'],
    migrations: [
      `CREATE TABLE ${name} (
         team TEXT NOT NULL,
         name TEXT NOT NULL,
         record TEXT NOT NULL,
         PRIMARY KEY (team, name)
       );
       INSERT INTO ${name} (team, name, record)
         SELECT team, name, record FROM declarations WHERE kind = '${earlier ?? ''}';
       DELETE FROM declarations WHERE kind = '${earlier ?? ''}';`,
    ],
    sealing,
  });
}

export class Declared<Value extends object> {
  readonly #table: Table<DeclaredRow>;
  readonly #onChange: (team: string, name: string, value: Value | undefined) => void;
  /** By team, so that what a team's list costs follows the team. */
  readonly #teams: Map<string, TurnMap<string, Value>> = new Map();

  /** @param onChange hears of every record that is there, has changed (also back) or is gone */
  constructor(
    table: Table<DeclaredRow>,
    onChange: (team: string, name: string, value: Value | undefined) => void = () => {},
  ) {
    this.#table = table;
    this.#onChange = onChange;
  }

  async open(store: Pick<Store, 'listRows'>): Promise<void> {
    for (const { team, name, record } of await store.listRows(this.#table)) {
      this.#of(team).remember(name, record as Value);
    }
  }

  get(team: string, name: string): Value | undefined {
    return this.#teams.get(team)?.get(name);
  }

  /** As the store has it: for those who are not in a turn. */
  durable(team: string, name: string): Value | undefined {
    return this.#teams.get(team)?.durable(name);
  }

  /** Those of a team, by name. */
  list(team: string): Found<Value>[] {
    return found(team, [...(this.#teams.get(team)?.entries() ?? [])]);
  }

  /** Those of a team as the store has them, by name. */
  listDurable(team: string): Found<Value>[] {
    return found(team, this.#teams.get(team)?.durableEntries() ?? []);
  }

  teams(): string[] {
    return [...this.#teams.keys()];
  }

  all(): Found<Value>[] {
    return this.teams().flatMap((team) => this.list(team));
  }

  count(team: string): number {
    return this.#teams.get(team)?.size ?? 0;
  }

  /** Without a value: it is deleted. */
  put(turn: Turn, team: string, name: string, value: Value | undefined): void {
    if (value === undefined) turn.remove(this.#table, [team, name]);
    else turn.put(this.#table, { team, name, record: value as unknown as JsonObject });
    this.#of(team).set(turn, name, value);
  }

  #of(team: string): TurnMap<string, Value> {
    const known = this.#teams.get(team);
    if (known) return known;
    const made = new TurnMap<string, Value>((name, value) => this.#onChange(team, name, value));
    this.#teams.set(team, made);
    return made;
  }
}

function found<Value>(team: string, entries: [string, Value][]): Found<Value>[] {
  return entries
    .map(([name, value]) => ({ team, name, value }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Through text: what is kept is what the store will give back. */
export function asStored<Value extends object>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Json as Value;
}
