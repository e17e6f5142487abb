/**
 * The incidents of which something may still become, in memory, found by what they are of.
 *
 * They are open, or were resolved so shortly ago that the same trouble opens them again: at most one of each thing.
 * @module
 */

import { type Incident, isOpen } from '../../../monitoring/incidents/incident.js';
import { ALERT } from '../../../monitoring/incidents/signal.js';
import { subjectKey } from '../../../monitoring/subject.js';
import type { Turn } from '../../kernel/turn.js';
import { TurnMap } from '../../kernel/turn-memory.js';

export class IncidentShelf {
  readonly #all: TurnMap<number, Incident>;
  readonly #byThing: Map<string, number> = new Map();
  readonly #bySubject: Map<string, Set<number>> = new Map();
  readonly #byCause: Map<number, Set<number>> = new Map();
  readonly #byTeam: Map<string, Set<number>> = new Map();
  /** Of problems that are not of one thing alone: alerts of monitors over several. */
  readonly #byProblem: Map<string, number> = new Map();
  /** Where each is indexed now. */
  readonly #placed: Map<number, Incident> = new Map();

  /** @param changed hears of every incident that is another now, also of one that is as before because its turn failed */
  constructor(changed: (number: number) => void) {
    this.#all = new TurnMap((number, incident) => {
      this.#index(number, incident);
      changed(number);
    });
  }

  remember(incident: Incident): void {
    this.#all.remember(incident.number, incident);
  }

  set(turn: Turn, incident: Incident): void {
    this.#all.set(turn, incident.number, incident);
  }

  drop(turn: Turn, number: number): void {
    this.#all.set(turn, number, undefined);
  }

  get(number: number): Incident | undefined {
    return this.#all.get(number);
  }

  get size(): number {
    return this.#all.size;
  }

  /** As the turn that runs now leaves them. */
  values(): IterableIterator<Incident> {
    return this.#all.values();
  }

  /** As the store has them. */
  durable(): Incident[] {
    return this.#all.durableEntries().map(([, incident]) => incident);
  }

  /** The one of a thing. */
  ofThing(team: string, thing: string): Incident | undefined {
    const number = this.#byThing.get(placeOf(team, thing));
    return number === undefined ? undefined : this.#all.get(number);
  }

  /** The one that has a problem of a monitor, whatever thing it is of. */
  withAlert(team: string, problem: string): Incident | undefined {
    const number = this.#byProblem.get(placeOf(team, problem));
    return number === undefined ? undefined : this.#all.get(number);
  }

  /** Those of a subject that are open, of whatever team. */
  openOf(subject: string): Incident[] {
    return this.#found(this.#bySubject.get(subject)).filter(isOpen);
  }

  /** Those that are folded into one. */
  foldedInto(number: number): Incident[] {
    return this.#found(this.#byCause.get(number));
  }

  ofTeam(team: string): Incident[] {
    return this.#found(this.#byTeam.get(team));
  }

  #found(numbers: ReadonlySet<number> | undefined): Incident[] {
    return [...(numbers ?? [])].flatMap((number) => this.#all.get(number) ?? []);
  }

  #index(number: number, incident: Incident | undefined): void {
    const before = this.#placed.get(number);
    if (before !== undefined) {
      const place = placeOf(before.team, before.thing);
      if (this.#byThing.get(place) === number) this.#byThing.delete(place);
      takeOut(this.#bySubject, subjectKey(before.subject), number);
      takeOut(this.#byTeam, before.team, number);
      for (const problem of alertsOf(before)) {
        const at = placeOf(before.team, problem);
        if (this.#byProblem.get(at) === number) this.#byProblem.delete(at);
      }
      if (before.cause !== undefined) takeOut(this.#byCause, before.cause, number);
    }
    if (incident === undefined) {
      this.#placed.delete(number);
      return;
    }
    this.#placed.set(number, incident);
    this.#byThing.set(placeOf(incident.team, incident.thing), number);
    putIn(this.#bySubject, subjectKey(incident.subject), number);
    putIn(this.#byTeam, incident.team, number);
    for (const problem of alertsOf(incident)) {
      this.#byProblem.set(placeOf(incident.team, problem), number);
    }
    if (incident.cause !== undefined) putIn(this.#byCause, incident.cause, number);
  }
}

/** Problems that monitors have found. */
function alertsOf({ problems }: Incident): string[] {
  return Object.keys(problems).filter((problem) => problem.startsWith(ALERT));
}

function placeOf(team: string, thing: string): string {
  return `${team}\n${thing}`;
}

function putIn<Key>(index: Map<Key, Set<number>>, key: Key, number: number): void {
  const numbers = index.get(key) ?? new Set();
  if (numbers.size === 0) index.set(key, numbers);
  numbers.add(number);
}

function takeOut<Key>(index: Map<Key, Set<number>>, key: Key, number: number): void {
  const numbers = index.get(key);
  numbers?.delete(number);
  if (numbers?.size === 0) index.delete(key);
}
