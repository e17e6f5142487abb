/**
 * Resources of one kind that clients have declared: in memory for reading, in the store for good.
 *
 * A change is seen at once and written with its turn. When the turn cannot be committed, what was there before is put back.
 * @module
 */
import type { JsonObject } from '../../asl/json.js';
import type { Store } from '../../store/store.js';
import type { Turn } from './turn.js';

export interface Found<Value> {
  team: string;
  name: string;
  value: Value;
}

export class Declared<Value extends object> {
  readonly #kind: string;
  readonly #onChange: (team: string, name: string, value: Value | undefined) => void;
  readonly #teams: Map<string, Map<string, Value>> = new Map();
  /** What is durable of those that an open turn has changed. */
  readonly #durable: Map<string, Value | undefined> = new Map();

  /** @param onChange hears of every record that is there, has changed (also back) or is gone */
  constructor(
    kind: string,
    onChange: (team: string, name: string, value: Value | undefined) => void = () => {},
  ) {
    this.#kind = kind;
    this.#onChange = onChange;
  }

  async open(store: Store): Promise<void> {
    for (const { team, name, record } of await store.listDeclarations(this.#kind)) {
      this.#set(team, name, record as Value);
    }
  }

  get(team: string, name: string): Value | undefined {
    return this.#teams.get(team)?.get(name);
  }

  /** Those of a team, by name. */
  list(team: string): Found<Value>[] {
    return [...(this.#teams.get(team) ?? [])]
      .map(([name, value]) => ({ team, name, value }))
      .sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  all(): Found<Value>[] {
    return [...this.#teams.keys()].flatMap((team) => this.list(team));
  }

  count(team: string): number {
    return this.#teams.get(team)?.size ?? 0;
  }

  /** Without a value: it is deleted. */
  put(turn: Turn, team: string, name: string, value: Value | undefined): void {
    const key = JSON.stringify([team, name]);
    if (!this.#durable.has(key)) {
      this.#durable.set(key, this.get(team, name));
      turn.afterCommit(() => void this.#durable.delete(key));
      turn.afterFailure(() => {
        const before = this.#durable.get(key);
        this.#durable.delete(key);
        this.#set(team, name, before);
      });
    }
    this.#set(team, name, value);
    turn.declarations.push({
      kind: this.#kind,
      team,
      name,
      ...(value === undefined ? {} : { record: value as unknown as JsonObject }),
    });
  }

  #set(team: string, name: string, value: Value | undefined): void {
    const ofTeam = this.#teams.get(team) ?? new Map<string, Value>();
    if (value === undefined) ofTeam.delete(name);
    else ofTeam.set(name, value);
    if (ofTeam.size === 0) this.#teams.delete(team);
    else this.#teams.set(team, ofTeam);
    this.#onChange(team, name, value);
  }
}
