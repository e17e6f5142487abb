/**
 * Things that teams watch and that were found, each with its number: by a list of what there is, or by an event that names it.
 * @module
 */
import { parseSubjectKey, type Subject, subjectKey } from '../../../monitoring/subject.js';
import type { SealedStore } from '../../kernel/masking/sealed-store.js';
import type { Turn } from '../../kernel/turn.js';
import { RowMap } from '../../kernel/turn-memory.js';
import { FOUND, type FoundRow } from './observer-tables.js';

/** Things of one team: each has its place in memory. What is beyond is said. */
export const MOST_THINGS = 10_000;

/** Where a thing is, whoever watches it. */
export interface ThingPlace {
  /** Name of its account in the accounts file. */
  readonly place: string;
  readonly region: string;
  readonly kind: string;
  readonly name: string;
}

export class FoundThings {
  readonly #rows: RowMap<FoundRow>;
  readonly #bySubject: Map<string, number> = new Map();
  /** Numbers of things by their place: of each team that watches it. */
  readonly #byPlace: Map<string, Set<number>> = new Map();
  readonly #ofTeam: Map<string, Set<number>> = new Map();
  #last = 0;

  constructor() {
    this.#rows = new RowMap(FOUND, ([number = 0], row) => this.#index(Number(number), row));
  }

  async open(store: SealedStore): Promise<void> {
    await this.#rows.open(store);
    this.#last = await store.lastNumber(FOUND);
  }

  get(number: number): FoundRow | undefined {
    return this.#rows.get(number);
  }

  get size(): number {
    return this.#rows.size;
  }

  values(): Iterable<FoundRow> {
    return this.#rows.values();
  }

  durable(): FoundRow[] {
    return this.#rows.durableValues();
  }

  find(team: string, subject: string): FoundRow | undefined {
    const number = this.#bySubject.get(keyOf(team, subject));
    const row = number === undefined ? undefined : this.#rows.get(number);
    return row?.team === team && row.subject === subject ? row : undefined;
  }

  /** Those of all teams at one place. */
  at(thing: ThingPlace): FoundRow[] {
    return [...(this.#byPlace.get(placeKey(thing)) ?? [])].flatMap(
      (number) => this.#rows.get(number) ?? [],
    );
  }

  ofTeam(team: string): FoundRow[] {
    return [...(this.#ofTeam.get(team) ?? [])].flatMap((number) => this.#rows.get(number) ?? []);
  }

  /**
   * The thing of a team, found now if need be.
   * @returns undefined: the team watches too many already
   */
  take(
    turn: Turn,
    team: string,
    place: string,
    subject: Subject,
    now: number,
  ): FoundRow | undefined {
    const key = subjectKey(subject);
    const known = this.find(team, key);
    if (known !== undefined) return known;
    if (this.ofTeamSize(team) >= MOST_THINGS) return undefined;
    this.#last += 1;
    const row: FoundRow = { number: this.#last, team, subject: key, place, foundAt: now };
    this.#rows.put(turn, row);
    return row;
  }

  ofTeamSize(team: string): number {
    return this.#ofTeam.get(team)?.size ?? 0;
  }

  change(turn: Turn, number: number, change: Partial<FoundRow>): void {
    const row = this.#rows.get(number);
    if (row !== undefined) this.#rows.put(turn, { ...row, ...change });
  }

  remove(turn: Turn, number: number): void {
    this.#rows.delete(turn, number);
  }

  #index(number: number, row: FoundRow | undefined): void {
    const before = this.#known.get(number);
    if (before !== undefined && row === undefined) {
      this.#known.delete(number);
      this.#bySubject.delete(keyOf(before.team, before.subject));
      this.#byPlace.get(placeKey(placeOfRow(before)))?.delete(number);
      this.#ofTeam.get(before.team)?.delete(number);
    }
    if (before !== undefined || row === undefined) return;
    this.#known.set(number, row);
    this.#bySubject.set(keyOf(row.team, row.subject), number);
    add(this.#byPlace, placeKey(placeOfRow(row)), number);
    add(this.#ofTeam, row.team, number);
  }

  /** What stands in the indexes. */
  readonly #known: Map<number, FoundRow> = new Map();
}

/** The subject of a row, as its key says it. */
export function subjectOfRow({ subject }: Pick<FoundRow, 'subject'>): Subject {
  const parsed = parseSubjectKey(subject);
  if (parsed === undefined) throw new Error(`'${subject}' is no subject`);
  return parsed;
}

export function placeOfRow(row: Pick<FoundRow, 'subject' | 'place'>): ThingPlace {
  const { region, kind, name } = subjectOfRow(row);
  return { place: row.place, region, kind, name };
}

/** Names a thing, whoever watches it. */
export function placeKey({ place, region, kind, name }: ThingPlace): string {
  return `${place}\n${region}\n${kind}\n${name}`;
}

function keyOf(team: string, subject: string): string {
  return `${team}\n${subject}`;
}

function add(sets: Map<string, Set<number>>, key: string, number: number): void {
  const set = sets.get(key) ?? new Set<number>();
  sets.set(key, set.add(number));
}
