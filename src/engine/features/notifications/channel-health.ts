/**
 * How channels are: working, or failing once something was given up or every try of a quarter of an hour has failed. A change is a fact,
 * so that somebody hears of it by another way.
 *
 *     working ──given up │ 15 minutes of failures──▶ failing ──delivered──▶ working
 *
 * @module
 */

import type { Store } from '../../../store/store.js';
import type { ChannelChange } from '../../kernel/facts.js';
import type { Turn } from '../../kernel/turn.js';
import { RowMap } from '../../kernel/turn-memory.js';
import { CHANNEL_STATES, type ChannelStateRow } from './notification-tables.js';

/** Milliseconds of nothing but failures before it is told. */
export const PATIENCE = 900_000;
/** When something arrived last is written at most so often. */
const EVERY = 60_000;

export class ChannelHealth {
  readonly #rows: RowMap<ChannelStateRow> = new RowMap(CHANNEL_STATES);
  readonly #tell: (turn: Turn, change: ChannelChange) => void;

  constructor(tell: (turn: Turn, change: ChannelChange) => void) {
    this.#tell = tell;
  }

  open(store: Pick<Store, 'listRows'>): Promise<void> {
    return this.#rows.open(store);
  }

  of(team: string, channel: string): ChannelStateRow | undefined {
    return this.#rows.durable(team, channel);
  }

  delivered(turn: Turn, team: string, channel: string, now: number): void {
    const known = this.#rows.get(team, channel);
    const isRecent = now - (known?.deliveredAt ?? 0) < EVERY;
    if (known?.state === 'working' && known.failingSince === undefined && isRecent) return;
    const isNew = known?.state !== 'working';
    const since = isNew ? now : known.since;
    this.#rows.put(turn, { team, channel, state: 'working', since, deliveredAt: now });
    if (isNew && known !== undefined) this.#tell(turn, { team, channel, state: 'working', since });
  }

  /** @param how `given up`: it will not arrive; `failed`: another try may help */
  failed(
    turn: Turn,
    team: string,
    channel: string,
    { how, error, now }: { how: 'given up' | 'failed'; error: string; now: number },
  ): void {
    const known = this.#rows.get(team, channel);
    const failingSince = known?.failingSince ?? now;
    const wasFailing = known?.state === 'failing';
    const isFailing = wasFailing || how === 'given up' || now - failingSince >= PATIENCE;
    if (known?.failingSince !== undefined && isFailing === wasFailing && known.error === error)
      return;
    const state = isFailing ? 'failing' : 'working';
    const since = isFailing === wasFailing ? (known?.since ?? now) : failingSince;
    const { deliveredAt } = known ?? {};
    this.#rows.put(turn, {
      ...{ team, channel, state, since, failingSince, error },
      ...(deliveredAt === undefined ? {} : { deliveredAt }),
    });
    if (isFailing && !wasFailing) this.#tell(turn, { team, channel, state, since, error });
  }

  /** There is no such channel any longer. */
  forget(turn: Turn, team: string, channel: string): void {
    if (this.#rows.get(team, channel) !== undefined) this.#rows.delete(turn, team, channel);
  }
}
