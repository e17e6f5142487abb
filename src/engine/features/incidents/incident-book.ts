/**
 * Writes incidents and their timelines, each change in the commit that causes it, and lets others hear of it.
 * @module
 */
import {
  type Incident,
  type IncidentChange,
  type IncidentTransition,
  isOpen,
} from '../../../monitoring/incidents/incident.js';
import { subjectKey } from '../../../monitoring/subject.js';
import type { SealedStore } from '../../kernel/masking/sealed-store.js';
import type { Need } from '../../kernel/needs.js';
import type { Turn } from '../../kernel/turn.js';
import { RowMap } from '../../kernel/turn-memory.js';
import {
  INCIDENT_CHANGES,
  INCIDENT_DAYS,
  INCIDENTS,
  type IncidentDayRow,
  type IncidentRow,
} from './incident-tables.js';

/** Repetitions that each have a line of the timeline; of those beyond, each hundredth. */
const MOST_REPEATS = 100;
const DAY = 86_400_000;

export class IncidentBook {
  readonly #tell: (turn: Turn, change: IncidentChange, incident: Incident) => void;
  readonly #days: RowMap<IncidentDayRow> = new RowMap(INCIDENT_DAYS);
  #lastIncident = 0;
  #lastChange = 0;

  /** @param tell hears of each change in the turn that writes it */
  constructor(tell: (turn: Turn, change: IncidentChange, incident: Incident) => void) {
    this.#tell = tell;
  }

  async open(store: SealedStore): Promise<void> {
    this.#lastIncident = await store.lastNumber(INCIDENTS);
    this.#lastChange = await store.lastNumber(INCIDENT_CHANGES);
    await this.#days.open(store);
  }

  /** The number of the next incident. */
  nextNumber(): number {
    this.#lastIncident += 1;
    return this.#lastIncident;
  }

  /** Writes an incident as it is now, with what has become of it. */
  write(turn: Turn, incident: Incident, transitions: readonly IncidentTransition[]): void {
    turn.put(INCIDENTS, rowOf(incident, 'yes'));
    for (const transition of transitions) this.#change(turn, incident, transition);
  }

  /** Nothing can become of it any more. */
  rest(turn: Turn, incident: Incident, transitions: readonly IncidentTransition[] = []): void {
    turn.put(INCIDENTS, rowOf(incident, undefined));
    for (const transition of transitions) this.#change(turn, incident, transition);
  }

  #change(turn: Turn, incident: Incident, transition: IncidentTransition): void {
    this.#count(turn, incident, transition);
    const { repeats, number, team } = incident;
    const { type, at, words, by, execution, other, until } = transition;
    if (type === 'REPEATED' && repeats > MOST_REPEATS && repeats % MOST_REPEATS !== 0) return;
    this.#lastChange += 1;
    turn.put(INCIDENT_CHANGES, {
      ...{ number: this.#lastChange, incident: number, team, type, at, words },
      ...(by === undefined ? {} : { actor: by }),
      ...(execution === undefined ? {} : { execution }),
      ...(other === undefined ? {} : { other }),
      ...(until === undefined ? {} : { ends: until }),
    });
    const change = { ...transition, number: this.#lastChange, incident: number, team };
    this.#tell(turn, change, incident);
  }

  /** What the means of a team are made of. What is folded in is its cause's affair. */
  #count(turn: Turn, incident: Incident, { type, at }: IncidentTransition): void {
    const { team, since, cause } = incident;
    const added =
      type === 'OPENED'
        ? { opened: 1 }
        : type === 'REOPENED'
          ? { reopened: 1 }
          : type === 'ACKNOWLEDGED'
            ? { acknowledged: 1, toAcknowledge: Math.max(0, at - since) }
            : type === 'RESOLVED' && cause === undefined
              ? { resolved: 1, toResolve: Math.max(0, at - since) }
              : type === 'FOLDED'
                ? { opened: -1 }
                : undefined;
    if (added === undefined) return;
    const day = Math.floor(at / DAY);
    const known = this.#days.get(team, day) ?? {
      ...{ team, day, opened: 0, reopened: 0, acknowledged: 0, resolved: 0 },
      ...{ toAcknowledge: 0, toResolve: 0 },
    };
    const sum: IncidentDayRow = { ...known };
    for (const [name, value] of Object.entries(added)) {
      const column = name as Exclude<keyof IncidentDayRow, 'team' | 'day'>;
      sum[column] = known[column] + value;
    }
    this.#days.put(turn, sum);
  }

  /** Incidents that are over and old; what is open stays. */
  aging(store: SealedStore) {
    const oldest = (limit: number): Need<IncidentRow[]> => ({
      key: `oldest ${limit} incidents`,
      read: () => store.listRows(INCIDENTS, { limit }),
    });
    return {
      kind: 'checks' as const,
      needs: (limit: number): Need<unknown>[] => [oldest(limit)],
      removeOld: (turn: Turn, before: number, limit: number): boolean => {
        const old = turn
          .known(oldest(limit))
          .filter(
            ({ live, resolvedAt }) =>
              live === undefined && resolvedAt !== undefined && resolvedAt < before,
          );
        for (const { number } of old) {
          turn.remove(INCIDENTS, [number]);
          const where = { incident: number };
          turn.removeRange(INCIDENT_CHANGES, { where, column: 'incident', upTo: number });
        }
        return old.length === limit;
      },
    };
  }
}

function rowOf(incident: Incident, live: 'yes' | undefined): IncidentRow {
  const { number, team, thing, subject, status, level, fingerprint, openedAt, last } = incident;
  const { pipeline, owner, cause, resolvedAt, solved } = incident;
  return {
    ...{ number, team, thing, subject: subjectKey(subject), status, level, fingerprint, openedAt },
    words: last.words,
    ...(pipeline === undefined ? {} : { pipeline }),
    ...(owner === undefined ? {} : { owner }),
    ...(cause === undefined ? {} : { cause }),
    ...(isOpen(incident) || resolvedAt === undefined ? {} : { resolvedAt }),
    ...(isOpen(incident) || solved === undefined ? {} : { solved }),
    ...(live === undefined ? {} : { live }),
    state: incident,
  };
}
