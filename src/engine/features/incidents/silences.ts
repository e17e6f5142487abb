/**
 * Silences: what nobody is to hear of for a time. What happens is written all the same, and told at the end if it is still so.
 * @module
 */
import type { Incident } from '../../../monitoring/incidents/incident.js';
import { isLike } from '../../../monitoring/incidents/owner.js';
import { hasTags } from '../../../monitoring/tags.js';
import type { SealedStore } from '../../kernel/masking/sealed-store.js';
import type { Turn } from '../../kernel/turn.js';
import { RowMap } from '../../kernel/turn-memory.js';
import { SILENCES, type SilenceRow } from './incident-tables.js';

/** Silences of one team that have not ended. */
export const MOST_SILENCES = 200;

export class Silences {
  readonly #rows: RowMap<SilenceRow>;
  /** Of each team, by number: an incident asks for those of its own. */
  readonly #ofTeam: Map<string, Map<number, SilenceRow>> = new Map();
  #last = 0;

  /** @param changed hears that something is silent that was not, or the other way round, also because a turn failed */
  constructor(changed: () => void) {
    this.#rows = new RowMap(SILENCES, ([key = 0], row) => {
      const number = Number(key);
      for (const silences of this.#ofTeam.values()) silences.delete(number);
      if (row !== undefined) {
        const silences = this.#ofTeam.get(row.team) ?? new Map<number, SilenceRow>();
        this.#ofTeam.set(row.team, silences.set(number, row));
      }
      changed();
    });
  }

  async open(store: SealedStore): Promise<void> {
    await this.#rows.open(store);
    this.#last = await store.lastNumber(SILENCES);
  }

  /** Until when nobody is to hear of an incident, as of a moment; undefined: somebody is. */
  until({ team, tags, pipeline }: Incident, at: number): number | undefined {
    let until: number | undefined;
    for (const silence of this.#ofTeam.get(team)?.values() ?? []) {
      if (silence.begins > at || silence.ends <= at) continue;
      if (silence.pipeline !== undefined && !isLike(pipeline, silence.pipeline)) continue;
      const wanted = Object.entries(silence.tags);
      const isMeant = hasTags(
        tags,
        wanted.map(([key, value]) => ({ key: key.toLowerCase(), value: value.toLowerCase() })),
      );
      if (isMeant) until = Math.max(until ?? silence.ends, silence.ends);
    }
    return until;
  }

  countOf(team: string): number {
    return this.#ofTeam.get(team)?.size ?? 0;
  }

  add(turn: Turn, silence: Omit<SilenceRow, 'number'>): SilenceRow {
    this.#last += 1;
    const row = { number: this.#last, ...silence };
    this.#rows.put(turn, row);
    return row;
  }

  /** It ends now. */
  remove(turn: Turn, number: number): SilenceRow | undefined {
    const row = this.#rows.get(number);
    if (row !== undefined) this.#rows.delete(turn, number);
    return row;
  }

  /** Takes away what has ended. */
  removeEnded(turn: Turn, team: string, at: number): void {
    for (const { number, ends } of [...(this.#ofTeam.get(team)?.values() ?? [])]) {
      if (ends <= at) this.#rows.delete(turn, number);
    }
  }
}
